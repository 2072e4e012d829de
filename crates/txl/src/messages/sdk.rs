//! Errors of the SDK, whose words are the SDK's own, and what to try in terms of the command's flags.

use wecom_contacts::Bilingual;

use super::Message;

/// A text of the SDK's report of an error.
pub(crate) fn of_report(text: &Bilingual) -> Message {
    message!(en: "{}", text.english)
}

/// What to try, in Chinese beside the English: so do all errors that have a code.
pub(crate) fn in_chinese_too(text: &Bilingual) -> Message {
    message!(en: "{}", text.chinese)
}

pub(crate) fn check_the_network() -> Message {
    message!(
        en: "check the network, --base-url, --proxy, and the server's certificate (--ca-cert adds a company's own CA)"
    )
}

pub(crate) fn allow_more_time() -> Message {
    message!(en: "try again, or allow more time by --timeout")
}

pub(crate) fn check_base_url_and_proxy() -> Message {
    message!(en: "check --base-url and --proxy: this is not WeCom's answer")
}

pub(crate) fn ask_for_less() -> Message {
    message!(en: "request fewer items at once")
}

pub(crate) fn take_the_job_up_again() -> Message {
    message!(en: "the job is still running: resume it by its id, or raise --at-most")
}

pub(crate) fn check_the_configuration() -> Message {
    message!(en: "check --corp-id, --base-url, --proxy and --ca-cert")
}
