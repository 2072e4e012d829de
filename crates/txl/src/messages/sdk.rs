//! Errors of the SDK. The texts are the SDK's own; the remedies name the flags of the command.

use wecom_contacts::Bilingual;

use super::Message;

/// Returns a text of the SDK's error report.
pub(crate) fn of_report(text: &Bilingual) -> Message {
    message!(en: "{}", text.english)
}

/// Returns the remedy in Chinese. It follows the English one for every error with a code.
pub(crate) fn in_chinese_too(text: &Bilingual) -> Message {
    message!(en: "{}", text.chinese)
}

pub(crate) fn check_the_network() -> Message {
    message!(
        en: "check the network, --base-url, --proxy and the server's certificate; --ca-cert adds the CA of a company"
    )
}

pub(crate) fn allow_more_time() -> Message {
    message!(en: "try again, or increase --timeout")
}

pub(crate) fn check_base_url_and_proxy() -> Message {
    message!(en: "check --base-url and --proxy: the reply is not from WeCom")
}

pub(crate) fn ask_for_less() -> Message {
    message!(en: "request fewer items at once")
}

pub(crate) fn take_the_job_up_again() -> Message {
    message!(en: "the job is still running: resume it by its id, or increase --at-most")
}

pub(crate) fn check_the_configuration() -> Message {
    message!(en: "check --corp-id, --base-url, --proxy and --ca-cert")
}
