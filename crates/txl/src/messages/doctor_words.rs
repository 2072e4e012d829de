//! Words of the report of `txl doctor`. Its data has the English words.

use wecom_contacts::ErrorCode;

use super::Message;

/// `name` is the name of a check in the data.
pub(crate) fn check(name: &str) -> Message {
    let chinese = match name {
        "callback URL" => "回调 URL",
        "clock" => "时钟",
        "credentials" => "凭证",
        "hidden fields" => "隐藏字段",
        "last run" => "最近一次执行",
        "mirror" => "镜像",
        "network" => "网络",
        "proxy" => "代理",
        "right to write" => "写入权限",
        "rights" => "权限",
        "secret" => "secret",
        "token store" => "token 存储",
        "trusted IP" => "可信IP",
        "version" => "版本",
        "visible range" => "可见范围",
        other => other,
    };
    message!(en: "{name}"; zh: "{chinese}")
}

/// A check with its credential.
pub(crate) fn check_of(check: &Message, credential: &Message) -> Message {
    message!(en: "{check} ({credential})"; zh: "{check}（{credential}）")
}

/// What a check says.
pub(crate) fn says(check: &Message, message: &str) -> Message {
    message!(en: "{check}: {message}"; zh: "{check}：{message}")
}

/// `name` is the name of a credential in the data.
pub(crate) fn credential(name: &str) -> Message {
    let chinese = match name {
        "contacts-sync" => "通讯录同步",
        "app" => "应用",
        other => other,
    };
    message!(en: "{name}"; zh: "{chinese}")
}

pub(crate) fn ok() -> Message {
    message!(en: "ok"; zh: "正常")
}

pub(crate) fn warning() -> Message {
    message!(en: "warning"; zh: "注意")
}

pub(crate) fn problem() -> Message {
    message!(en: "PROBLEM"; zh: "问题")
}

pub(crate) fn not_tested() -> Message {
    message!(en: "not tested"; zh: "未测试")
}

pub(crate) fn endpoint() -> Message {
    message!(en: "endpoint"; zh: "接口")
}

pub(crate) fn refused(code: ErrorCode) -> Message {
    message!(en: "errcode {code}"; zh: "错误码 {code}")
}

pub(crate) fn no_answer() -> Message {
    message!(en: "no answer"; zh: "没有应答")
}
