//! The configuration file txl.toml: what is wrong with it, and how it is written.

use std::{fmt::Display, path::Path};

use super::Message;

/// What a profile is called in errors.
pub(crate) fn profile(name: &str, path: &Path) -> Message {
    message!(en: "the profile `{name}` of {}", path.display())
}

/// A profile whose name is not known.
pub(crate) fn some_profile() -> Message {
    message!(en: "a profile")
}

pub(crate) fn cannot_be_read(path: &Path) -> Message {
    message!(en: "cannot read the configuration file {}", path.display())
}

pub(crate) fn name_a_readable_one() -> Message {
    message!(en: "name an existing, readable file by --config (TXL_CONFIG), or pass credentials without a profile")
}

pub(crate) fn is_no_regular_file(path: &Path) -> Message {
    message!(en: "{} is not a regular file", path.display())
}

pub(crate) fn is_too_large(path: &Path, limit_kib: u64) -> Message {
    message!(en: "{} is larger than {limit_kib} KiB", path.display())
}

pub(crate) fn what_it_is() -> Message {
    message!(en: "name a configuration file: profiles of a few lines each")
}

pub(crate) fn is_not_utf8(path: &Path, line: usize) -> Message {
    message!(en: "{}:{line}: not UTF-8", path.display())
}

pub(crate) fn save_it_as_utf8() -> Message {
    message!(en: "save the file as UTF-8")
}

pub(crate) fn belongs_to_another_user() -> Message {
    message!(en: "the file belongs to another user, who could send the secrets elsewhere")
}

pub(crate) fn copy_it(path: &Path) -> Message {
    let path = path.display();
    message!(en: "copy it to a file of your own: cp {path} FILE && chmod 600 FILE")
}

pub(crate) fn others_can_change_it() -> Message {
    message!(en: "other users can change the file, and could send the secrets elsewhere")
}

pub(crate) fn make_it_private(path: &Path) -> Message {
    message!(en: "chmod 600 {}", path.display())
}

pub(crate) fn others_can_read_its_secrets() -> Message {
    message!(en: "the file contains secrets, and other users can read it")
}

pub(crate) fn make_it_private_or_refer(path: &Path) -> Message {
    message!(
        en: "chmod 600 {} (or put the secrets elsewhere, and refer to them by env:NAME or file:PATH)",
        path.display()
    )
}

/// A problem with its place in the file: line and column, if it has one.
pub(crate) fn at(path: &Path, place: Option<(usize, usize)>, problem: &Message) -> Message {
    let path = path.display();
    match place {
        Some((line, column)) => message!(en: "{path}:{line}:{column}: {problem}"),
        None => message!(en: "{path}: {problem}"),
    }
}

/// A failure and its causes on one line.
pub(crate) fn with_causes(failure: impl Display, causes: &[String]) -> Message {
    let causes: String = causes.iter().map(|cause| format!(": {cause}")).collect();
    message!(en: "{failure}{causes}")
}

pub(crate) fn check_lists_more(more: usize) -> Message {
    message!(en: "`txl config check` lists this problem and {more} more")
}

pub(crate) fn has_no_profile(path: &Path, name: &str) -> Message {
    message!(en: "{} has no profile `{name}`", path.display())
}

pub(crate) fn default_is_missing(name: &str) -> Message {
    message!(en: "`default` names the profile `{name}`, which is not in this file")
}

pub(crate) fn write_a_profile() -> Message {
    message!(en: "write a [profile.NAME] into the file; it has none")
}

/// `names` are the profiles, or the first of them if `are_more`.
pub(crate) fn nearest_profile(nearest: &str, names: &[&str], are_more: bool) -> Message {
    message!(en: "did you mean `{nearest}`? The profiles are: {}", list(names, are_more))
}

pub(crate) fn take_one_of(names: &[&str], are_more: bool) -> Message {
    message!(en: "take one of the profiles: {}", list(names, are_more))
}

fn list(names: &[&str], are_more: bool) -> String {
    names.join(", ") + if are_more { ", …" } else { "" }
}

/// `error` is the parser's own description of the fault.
pub(crate) fn is_not_toml(error: &str) -> Message {
    message!(en: "not TOML: {error}")
}

pub(crate) fn correct_the_line() -> Message {
    message!(en: "correct this line; a text is in double quotes")
}

pub(crate) fn default_is_a_name() -> Message {
    message!(en: "`default` is the name of a profile, in quotes")
}

pub(crate) fn how_a_default_is_written() -> Message {
    message!(en: "write it as in default = \"prod\"")
}

pub(crate) fn profile_is_no_table() -> Message {
    message!(en: "`profile` is not a table")
}

pub(crate) fn write_a_header() -> Message {
    message!(en: "write a header such as [profile.prod], and the values below it")
}

pub(crate) fn named_profile_is_no_table(name: &str) -> Message {
    message!(en: "the profile `{name}` is not a table")
}

pub(crate) fn write_the_header(name: &str) -> Message {
    message!(en: "write it as the header [profile.{name}], and the values below it")
}

pub(crate) fn key_is_outside(key: &str) -> Message {
    message!(en: "`{key}` is outside of a profile")
}

pub(crate) fn write_it_below_a_header() -> Message {
    message!(en: "write it below a header such as [profile.prod]")
}

pub(crate) fn unknown_key(key: &str) -> Message {
    message!(en: "unknown key `{key}`")
}

pub(crate) fn unknown_key_in(key: &str, profile: &str) -> Message {
    message!(en: "unknown key `{key}` in the profile `{profile}`")
}

pub(crate) fn did_you_mean(nearest: &str) -> Message {
    message!(en: "did you mean `{nearest}`?")
}

pub(crate) fn what_the_file_has() -> Message {
    message!(en: "the file has `default` and tables such as [profile.prod]")
}

pub(crate) fn write_default_at_the_top() -> Message {
    message!(en: "write `default` at the top of the file, above the first header")
}

pub(crate) fn keys_of_a_profile(keys: &[&str]) -> Message {
    message!(en: "the keys of a profile are: {}", keys.join(", "))
}

/// `found` is the type of the value, as TOML calls it.
pub(crate) fn value_is_no_text(key: &str, found: &str) -> Message {
    message!(en: "`{key}` is a text in quotes, and this is of the type {found}")
}

pub(crate) fn how_a_text_is_written(key: &str) -> Message {
    message!(en: "write it as in {key} = \"…\"")
}

pub(crate) fn value_is_empty(key: &str) -> Message {
    message!(en: "`{key}` is empty")
}

pub(crate) fn give_a_value() -> Message {
    message!(en: "give a value, or remove the line")
}

pub(crate) fn value_cannot_refer(key: &str) -> Message {
    message!(en: "`{key}` cannot be `env:` or `file:`")
}

pub(crate) fn which_values_refer() -> Message {
    message!(
        en: "write the value itself; secrets, `proxy` and `token_store` may be `env:NAME` or `file:PATH`"
    )
}

pub(crate) fn names_no_file(key: &str) -> Message {
    message!(en: "`{key}` names no file")
}

pub(crate) fn how_a_file_is_referred_to() -> Message {
    message!(en: "write file:PATH")
}

pub(crate) fn agent_id_is_no_number(bounds: &Message) -> Message {
    message!(en: "`agent_id` is not a number: {bounds}")
}

pub(crate) fn where_the_agent_id_is() -> Message {
    message!(en: "give the AgentId shown on the app's page in the console, such as 1000002")
}

pub(crate) fn names_no_variable(key: &str) -> Message {
    message!(en: "`{key}` names no variable of the environment")
}

pub(crate) fn how_a_variable_is_referred_to() -> Message {
    message!(en: "write env:NAME; a name has letters, digits and `_`")
}

pub(crate) fn variable_is_reserved(key: &str, variable: &str) -> Message {
    message!(en: "`{key}` refers to {variable}, and a profile uses no variable that begins with WECOM_")
}

pub(crate) fn take_another_variable() -> Message {
    message!(en: "these variables are a source of their own: take another name, such as PROD_APP_SECRET")
}

/// What a profile needs at least.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Lack {
    CorpId,
    AgentId,
    CallbackAesKey,
    CallbackToken,
    Secret,
}

pub(crate) fn profile_lacks(profile: &str, lack: Lack) -> Message {
    let lack = match lack {
        Lack::CorpId => "corp id (企业ID)",
        Lack::AgentId => "app's id (应用 agentid) beside the app's secret",
        Lack::CallbackAesKey => "callback_aes_key beside callback_token",
        Lack::CallbackToken => "callback_token beside callback_aes_key",
        Lack::Secret => "secret",
    };
    message!(en: "the profile `{profile}` has no {lack}")
}

pub(crate) fn add_what_it_lacks(lack: Lack) -> Message {
    match lack {
        Lack::CorpId => message!(en: "add corp_id = \"…\", as the console shows it under 我的企业"),
        Lack::AgentId => message!(en: "add agent_id = …, as the console shows it on the app's page"),
        Lack::CallbackAesKey => message!(en: "add callback_aes_key = \"…\""),
        Lack::CallbackToken => message!(en: "add callback_token = \"…\""),
        Lack::Secret => {
            message!(en: "add contacts_secret = \"env:NAME\" or \"file:PATH\", or app_secret")
        }
    }
}

pub(crate) fn how_a_timespan_is_written() -> Message {
    message!(en: r#"write it as forget_after = "180 days""#)
}
