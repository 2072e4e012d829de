//! Errors of the SDK. The texts are the SDK's own; the remedies name the flags of the command.

use wecom_contacts::Bilingual;

use super::Message;

/// Returns a text of the SDK's error report.
pub(crate) fn of_report(text: &Bilingual) -> Message {
    message!(en: "{}", text.english; zh: "{}", text.chinese)
}

/// Returns the remedy in Chinese. It follows the English one for every error with a code.
pub(crate) fn in_chinese_too(text: &Bilingual) -> Message {
    message!(both: "{}", text.chinese)
}

pub(crate) fn check_the_network() -> Message {
    message!(
        en: "check the network, --base-url, --proxy and the server's certificate; --ca-cert adds the CA of a company";
        zh: "请检查网络、--base-url、--proxy 以及服务器证书；--ca-cert 可添加企业自有的 CA"
    )
}

pub(crate) fn allow_more_time() -> Message {
    message!(en: "try again, or increase --timeout"; zh: "请重试，或增大 --timeout")
}

pub(crate) fn check_base_url_and_proxy() -> Message {
    message!(
        en: "check --base-url and --proxy: the reply is not from WeCom";
        zh: "请检查 --base-url 和 --proxy：应答不是企业微信返回的"
    )
}

pub(crate) fn ask_for_less() -> Message {
    message!(en: "request fewer items at once"; zh: "请减少单次请求的数量")
}

pub(crate) fn take_the_job_up_again() -> Message {
    message!(
        en: "the job is still running: resume it by its id, or increase --at-most";
        zh: "任务仍在进行：用任务 id 继续等待，或增大 --at-most"
    )
}

pub(crate) fn check_the_configuration() -> Message {
    message!(
        en: "check --corp-id, --base-url, --proxy and --ca-cert";
        zh: "请检查 --corp-id、--base-url、--proxy 和 --ca-cert"
    )
}
