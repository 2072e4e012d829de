//! Credentials (凭证): what they are called, and what is missing.

use std::{error::Error, path::Path};

use super::Message;

pub(crate) fn corp_id() -> Message {
    message!(en: "corp id (企业ID)"; zh: "企业ID")
}

pub(crate) fn agent_id() -> Message {
    message!(en: "app's id (应用 agentid)"; zh: "应用的 AgentId")
}

pub(crate) fn contacts_secret() -> Message {
    message!(en: "contacts-sync secret (通讯录同步 secret)"; zh: "“通讯录同步”的 secret")
}

pub(crate) fn app_secret() -> Message {
    message!(en: "app's secret (自建应用 secret)"; zh: "自建应用的 secret")
}

pub(crate) fn callback_token() -> Message {
    message!(en: "callback Token"; zh: "回调的 Token")
}

pub(crate) fn callback_aes_key() -> Message {
    message!(en: "callback EncodingAESKey"; zh: "回调的 EncodingAESKey")
}

pub(crate) fn export_key() -> Message {
    message!(en: "export's key (encoding_aeskey)"; zh: "导出的密钥（encoding_aeskey）")
}

/// `what` is one of the names above, such as "corp id".
pub(crate) fn missing(what: &Message) -> Message {
    message!(en: "no {what} is given"; zh: "缺少{what}")
}

pub(crate) fn pass_the_flag(flag: &str, variable: &str) -> Message {
    message!(en: "pass {flag}, or set {variable}"; zh: "请给出 {flag}，或设置 {variable}")
}

/// For a secret, which has a second flag for the path of its file.
pub(crate) fn pass_one_of_the_flags(flag: &str, file_flag: &str, variable: &str) -> Message {
    message!(
        en: "pass --{flag} (or --{file_flag} PATH), or set {variable}";
        zh: "请给出 --{flag}（或 --{file_flag} PATH），或设置 {variable}"
    )
}

pub(crate) fn missing_in_profile(profile: &Message, what: &Message) -> Message {
    message!(en: "{profile} has no {what}"; zh: "{profile} 缺少{what}")
}

pub(crate) fn add_to_the_profile(key: &str) -> Message {
    message!(en: "add {key} = … to the profile"; zh: "请在配置档中加上 {key} = …")
}

pub(crate) fn app_id_is_no_number(bounds: &Message) -> Message {
    message!(en: "the app's id (agentid) is not a number: {bounds}"; zh: "应用的 AgentId 不是数字：{bounds}")
}

pub(crate) fn where_the_app_id_is() -> Message {
    message!(
        en: "give the AgentId shown on the app's page in the console, such as 1000002, by --agent-id or WECOM_AGENT_ID";
        zh: "请用 --agent-id 或 WECOM_AGENT_ID 给出管理后台应用页面上的 AgentId，例如 1000002"
    )
}

pub(crate) fn or_call_as_the_app() -> Message {
    message!(
        en: "or make this call as the app by --as app, if the app may make it";
        zh: "如果应用有权调用此接口，也可加 --as app 改用应用的身份"
    )
}

pub(crate) fn or_call_as_contacts() -> Message {
    message!(
        en: "or make this call as contacts-sync by --as contacts, if that secret still has the rights of before 2022";
        zh: "如果“通讯录同步”的 secret 仍有 2022 年之前的权限，也可加 --as contacts 改用它"
    )
}

pub(crate) fn values_are_from(profile: &Message) -> Message {
    message!(en: "these values are from {profile}"; zh: "这些值来自 {profile}")
}

pub(crate) fn aes_key_is_not_one() -> Message {
    message!(en: "the EncodingAESKey is malformed"; zh: "EncodingAESKey 格式不正确")
}

pub(crate) fn copy_the_aes_key() -> Message {
    message!(
        en: "copy the 43 letters and digits from the console, or make a new key by `txl callback new-key`";
        zh: "请从管理后台复制 43 个字母和数字，或用 `txl callback new-key` 生成新的密钥"
    )
}

/// `error` is why the SDK does not open the store.
pub(crate) fn token_store_is_refused(error: &dyn Error) -> Message {
    message!(en: "{error}"; zh: "{error}")
}

pub(crate) fn what_a_token_store_is() -> Message {
    message!(
        en: "give --token-store (WECOM_TOKEN_STORE) a path, an address such as redis://127.0.0.1:6379, or `none`";
        zh: "请将 --token-store（WECOM_TOKEN_STORE）设为路径、redis://127.0.0.1:6379 这样的地址，或 `none`"
    )
}

pub(crate) fn holds_no_certificate(path: &Path) -> Message {
    message!(
        en: "{} holds no certificate in PEM form", path.display();
        zh: "{} 中没有 PEM 格式的证书", path.display()
    )
}

pub(crate) fn what_a_certificate_looks_like() -> Message {
    message!(
        en: "give --ca-cert (WECOM_CA_CERT) a file with -----BEGIN CERTIFICATE-----; convert a .der or .cer file by `openssl x509 -inform der`";
        zh: "请将 --ca-cert（WECOM_CA_CERT）指向含有 -----BEGIN CERTIFICATE----- 的文件；.der 或 .cer 文件可用 `openssl x509 -inform der` 转换"
    )
}

/// `variable` names a file or directories of certificates, which the platform's libraries read.
pub(crate) fn certificates_cannot_be_read(variable: &str, path: &Path) -> Message {
    message!(
        en: "{variable} names {}, which cannot be read", path.display();
        zh: "{variable} 指向 {}，但无法读取", path.display()
    )
}

pub(crate) fn certificates_are_none(variable: &str, path: &Path) -> Message {
    message!(
        en: "{variable} names {}, which holds no certificate in PEM form", path.display();
        zh: "{variable} 指向 {}，但其中没有 PEM 格式的证书", path.display()
    )
}

pub(crate) fn certificates_are_in_no_directory(variable: &str, paths: &Path) -> Message {
    message!(
        en: "{variable} names {}, which is not a directory", paths.display();
        zh: "{variable} 指向 {}，但它不是目录", paths.display()
    )
}

pub(crate) fn correct_or_unset(variable: &str) -> Message {
    message!(
        en: "correct {variable} or unset it; --ca-cert adds a company's own CA";
        zh: "请改正 {variable} 或取消设置；企业自有的 CA 可用 --ca-cert 添加"
    )
}

pub(crate) fn connection_cannot_be_made() -> Message {
    message!(en: "the proxy or the certificates cannot be used"; zh: "无法使用指定的代理或证书")
}
