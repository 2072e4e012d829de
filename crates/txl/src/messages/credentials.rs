//! Credentials (凭证): what they are called, and what is missing.

use std::{error::Error, path::Path};

use super::Message;

pub(crate) fn corp_id() -> Message {
    message!(en: "corp id (企业ID)")
}

pub(crate) fn agent_id() -> Message {
    message!(en: "app's id (应用 agentid)")
}

pub(crate) fn contacts_secret() -> Message {
    message!(en: "contacts-sync secret (通讯录同步 secret)")
}

pub(crate) fn app_secret() -> Message {
    message!(en: "app's secret (自建应用 secret)")
}

pub(crate) fn callback_token() -> Message {
    message!(en: "callback Token")
}

pub(crate) fn callback_aes_key() -> Message {
    message!(en: "callback EncodingAESKey")
}

pub(crate) fn export_key() -> Message {
    message!(en: "export's key (encoding_aeskey)")
}

/// `what` is one of the names above, such as "corp id".
pub(crate) fn missing(what: &Message) -> Message {
    message!(en: "no {what} is given")
}

pub(crate) fn pass_the_flag(flag: &str, variable: &str) -> Message {
    message!(en: "pass {flag}, or set {variable}")
}

/// For a secret, which has a second flag for the path of its file.
pub(crate) fn pass_one_of_the_flags(flag: &str, file_flag: &str, variable: &str) -> Message {
    message!(en: "pass --{flag} (or --{file_flag} PATH), or set {variable}")
}

pub(crate) fn missing_in_profile(profile: &Message, what: &Message) -> Message {
    message!(en: "{profile} has no {what}")
}

pub(crate) fn add_to_the_profile(key: &str) -> Message {
    message!(en: "add {key} = … to the profile")
}

pub(crate) fn app_id_is_no_number(bounds: &Message) -> Message {
    message!(en: "the app's id (agentid) is not a number: {bounds}")
}

pub(crate) fn where_the_app_id_is() -> Message {
    message!(
        en: "give the AgentId shown on the app's page in the console, such as 1000002, by --agent-id or WECOM_AGENT_ID"
    )
}

pub(crate) fn or_call_as_the_app() -> Message {
    message!(en: "or make this call as the app by --as app, if the app may make it")
}

pub(crate) fn or_call_as_contacts() -> Message {
    message!(
        en: "or make this call as contacts-sync by --as contacts, if that secret still has the rights of before 2022"
    )
}

pub(crate) fn values_are_from(profile: &Message) -> Message {
    message!(en: "these values are from {profile}")
}

pub(crate) fn aes_key_is_not_one() -> Message {
    message!(en: "the EncodingAESKey is malformed")
}

pub(crate) fn copy_the_aes_key() -> Message {
    message!(
        en: "copy the 43 letters and digits from the console, or make a new key by `txl callback new-key`"
    )
}

/// `error` is why the SDK does not open the store.
pub(crate) fn token_store_is_refused(error: &dyn Error) -> Message {
    message!(en: "{error}")
}

pub(crate) fn what_a_token_store_is() -> Message {
    message!(
        en: "give --token-store (WECOM_TOKEN_STORE) a path, an address such as redis://127.0.0.1:6379, or `none`"
    )
}

pub(crate) fn holds_no_certificate(path: &Path) -> Message {
    message!(en: "{} holds no certificate in PEM form", path.display())
}

pub(crate) fn what_a_certificate_looks_like() -> Message {
    message!(
        en: "give --ca-cert (WECOM_CA_CERT) a file with -----BEGIN CERTIFICATE-----; convert a .der or .cer file by `openssl x509 -inform der`"
    )
}

/// `variable` names a file or directories of certificates, which the platform's libraries read.
pub(crate) fn certificates_cannot_be_read(variable: &str, path: &Path) -> Message {
    message!(en: "{variable} names {}, which cannot be read", path.display())
}

pub(crate) fn certificates_are_none(variable: &str, path: &Path) -> Message {
    message!(en: "{variable} names {}, which holds no certificate in PEM form", path.display())
}

pub(crate) fn certificates_are_in_no_directory(variable: &str, paths: &Path) -> Message {
    message!(en: "{variable} names {}, which is not a directory", paths.display())
}

pub(crate) fn correct_or_unset(variable: &str) -> Message {
    message!(en: "correct {variable} or unset it; --ca-cert adds a company's own CA")
}

pub(crate) fn connection_cannot_be_made() -> Message {
    message!(en: "the proxy or the certificates cannot be used")
}
