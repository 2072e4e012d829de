//! `txl setup`.

use std::{net::IpAddr, path::Path};

use wecom_contacts::Error;

use super::Message;
use crate::{access::Caller, failure::Failure};

pub(crate) fn needs_a_terminal() -> Message {
    message!(en: "`txl setup` asks questions, so stdin and stderr must be a terminal")
}

pub(crate) fn write_the_file_yourself() -> Message {
    message!(en: "write a profile into txl.toml: `txl config --help` has an example, `txl config path` shows where it belongs")
}

pub(crate) fn or_use_flags() -> Message {
    message!(en: "or give --corp-id and --contacts-secret-file, or --agent-id and --app-secret-file, or the variables of `txl help secrets`")
}

pub(crate) fn introduction() -> Message {
    message!(en: "All values are in the console (管理后台, https://work.weixin.qq.com). Enter skips a secret; one of the two is needed. Ctrl-C ends this and writes nothing.")
}

pub(crate) fn where_the_corp_id_is() -> Message {
    message!(en: "1. The corp id (企业ID) is at the bottom of the page 我的企业 → 企业信息. It begins with ww.")
}

pub(crate) fn ask_corp_id() -> Message {
    message!(en: "corp id: ")
}

pub(crate) fn corp_id_is_needed() -> Message {
    message!(en: "the corp id is needed")
}

pub(crate) fn where_contacts_sync_is() -> Message {
    message!(en: "2. Contacts-sync (通讯录同步) lists ids and writes. Its secret is on the page 安全与管理 → 管理工具 → 通讯录同步: switch on API接口同步, add this machine to 企业可信IP, then open Secret.")
}

pub(crate) fn where_the_app_is() -> Message {
    message!(en: "3. An app (自建应用) reads details. Its AgentId and Secret are on its page, 应用管理 → 自建. Set its 可见范围 to the departments to read, and add this machine to its 企业可信IP.")
}

pub(crate) fn ask_agent_id() -> Message {
    message!(en: "AgentId (Enter: skip the app): ")
}

pub(crate) fn ask_secret(caller: Caller) -> Message {
    match caller {
        Caller::Contacts => {
            message!(en: "contacts-sync secret (not shown; or env:NAME, file:PATH; Enter: skip): ")
        }
        Caller::App => message!(en: "app secret (not shown; or env:NAME, file:PATH; Enter: skip): "),
    }
}

#[cfg(not(unix))]
pub(crate) fn answer_is_visible() -> Message {
    message!(en: "the answer is shown on this platform; file:PATH keeps the secret off the screen")
}

pub(crate) fn one_secret_is_needed() -> Message {
    message!(en: "one secret is needed: of contacts-sync, or of an app")
}

pub(crate) fn checking() -> Message {
    message!(en: "checking …")
}

pub(crate) fn secret_is_good(caller: Caller) -> Message {
    match caller {
        Caller::Contacts => message!(en: "ok: the contacts-sync secret is valid, and it lists departments"),
        Caller::App => message!(en: "ok: the app's secret is valid, and it reads departments"),
    }
}

pub(crate) fn refusal(error: &Error) -> Message {
    message!(en: "problem: {error}")
}

pub(crate) fn failure(failure: &Failure) -> Message {
    message!(en: "problem: {failure}")
}

pub(crate) fn cause(cause: &str) -> Message {
    message!(en: "  cause: {cause}")
}

pub(crate) fn remedy(remedy: &Message) -> Message {
    message!(en: "  try: {remedy}")
}

pub(crate) fn corp_id_is_wrong() -> Message {
    message!(en: "problem: no corp has this corp id (errcode 40013). Copy it from 管理后台 → 我的企业 → 企业信息.")
}

pub(crate) fn address_is_not_trusted(error: &Error) -> Message {
    message!(en: "problem: the secret is valid, but WeCom refuses calls from this machine's address: {error}")
}

/// The page with the list of trusted addresses.
fn page_of(caller: Caller) -> &'static str {
    match caller {
        Caller::Contacts => "管理后台 → 安全与管理 → 管理工具 → 通讯录同步 → 企业可信IP",
        Caller::App => "管理后台 → 应用管理 → 自建 → the app → 企业可信IP",
    }
}

pub(crate) fn add_this_address(address: IpAddr, caller: Caller) -> Message {
    message!(en: "  try: add {address} to {}, wait a minute, then check again", page_of(caller))
}

pub(crate) fn add_the_named_address(caller: Caller) -> Message {
    message!(en: "  try: add the address that the error names to {}, wait a minute, then check again", page_of(caller))
}

pub(crate) fn choices() -> Message {
    message!(en: "  a: check again, t: type the secret again, c: change the corp id, k: keep it unchecked, s: skip it")
}

/// `key` is the letter that Enter means.
pub(crate) fn what_next(key: char) -> Message {
    message!(en: "a, t, c, k or s (Enter: {key}): ")
}

pub(crate) fn ask_name(suggested: Option<&str>, existing: Option<String>) -> Message {
    match (suggested, existing) {
        (Some(suggested), _) => message!(en: "4. Name of the profile (Enter: {suggested}): "),
        (None, existing) => {
            message!(en: "4. Name of the profile (the file has {}): ", existing.unwrap_or_default())
        }
    }
}

pub(crate) fn name_is_unusable(most: usize) -> Message {
    message!(en: "a name has 1 to {most} characters, does not begin with -, and has no blanks, quotation marks or backslashes")
}

pub(crate) fn take_another_name() -> Message {
    message!(en: "take a short name, such as test or prod")
}

pub(crate) fn replace(name: &str, path: &Path) -> Message {
    message!(en: "{} has a profile `{name}`. Its corp id, secrets and connection would be replaced; other keys stay.", path.display())
}

pub(crate) fn ask_to_replace(name: &str) -> Message {
    message!(en: "Replace `{name}`? (y/N): ")
}

pub(crate) fn make_it_the_default(name: &str, default: Option<&str>) -> Message {
    match default {
        Some(default) => message!(en: "Make `{name}` the default profile instead of `{default}`? (y/N): "),
        None => message!(en: "Make `{name}` the default profile? (y/N): "),
    }
}

pub(crate) fn nothing_was_written() -> Message {
    message!(en: "nothing was written: the profile stays as it is")
}

pub(crate) fn input_ended() -> Message {
    message!(en: "the input ended, and nothing was written")
}

pub(crate) fn written(name: &str, path: &Path) -> Message {
    message!(en: "profile `{name}` is written to {}; only you can read the file", path.display())
}

pub(crate) fn next() -> Message {
    message!(en: "next:")
}

/// `line` is a command with its flags, and `command` the same without flags.
pub(crate) fn command(line: &str, command: &str) -> Message {
    let what = match command {
        "txl doctor" => "checks rights, visible range and everything else",
        "txl pull" => "copies the directory into the mirror",
        _ => "shows the departments of the mirror",
    };
    message!(en: "  {line}  {what}")
}

pub(crate) fn variables_come_first(variables: &[String]) -> Message {
    message!(en: "note: {} in the environment come before the default profile; --profile ignores them", variables.join(", "))
}
