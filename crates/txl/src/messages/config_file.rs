//! The configuration file txl.toml: what is wrong with it, and how it is written.

use std::{fmt::Display, path::Path};

use super::Message;

/// What a profile is called in errors.
pub(crate) fn profile(name: &str, path: &Path) -> Message {
    message!(en: "the profile `{name}` of {}", path.display(); zh: "{} 中的配置档 `{name}`", path.display())
}

/// A profile whose name is not known.
pub(crate) fn some_profile() -> Message {
    message!(en: "a profile"; zh: "某个配置档")
}

pub(crate) fn cannot_be_read(path: &Path) -> Message {
    message!(en: "cannot read the configuration file {}", path.display(); zh: "无法读取配置文件 {}", path.display())
}

pub(crate) fn name_a_readable_one() -> Message {
    message!(
        en: "name an existing, readable file by --config (TXL_CONFIG), or pass credentials without a profile";
        zh: "请用 --config（TXL_CONFIG）指定存在且可读的文件，或不用配置档、直接给出凭证"
    )
}

pub(crate) fn is_no_regular_file(path: &Path) -> Message {
    message!(en: "{} is not a regular file", path.display(); zh: "{} 不是普通文件", path.display())
}

pub(crate) fn is_too_large(path: &Path, limit_kib: u64) -> Message {
    message!(en: "{} is larger than {limit_kib} KiB", path.display(); zh: "{} 超过 {limit_kib} KiB", path.display())
}

pub(crate) fn what_it_is() -> Message {
    message!(en: "name a configuration file: profiles of a few lines each"; zh: "请指定配置文件：每个配置档只有几行")
}

pub(crate) fn is_not_utf8(path: &Path, line: usize) -> Message {
    message!(en: "{}:{line}: not UTF-8", path.display(); zh: "{}:{line}：不是 UTF-8 编码", path.display())
}

pub(crate) fn save_it_as_utf8() -> Message {
    message!(en: "save the file as UTF-8"; zh: "请将文件另存为 UTF-8")
}

pub(crate) fn belongs_to_another_user() -> Message {
    message!(
        en: "the file belongs to another user, who could send the secrets elsewhere";
        zh: "文件属于其他用户，对方可以借此将 secret 发往别处"
    )
}

pub(crate) fn copy_it(path: &Path) -> Message {
    let path = path.display();
    message!(
        en: "copy it to a file of your own: cp {path} FILE && chmod 600 FILE";
        zh: "请复制为自己的文件：cp {path} FILE && chmod 600 FILE"
    )
}

pub(crate) fn others_can_change_it() -> Message {
    message!(
        en: "other users can change the file, and could send the secrets elsewhere";
        zh: "其他用户可以修改该文件，从而将 secret 发往别处"
    )
}

pub(crate) fn make_it_private(path: &Path) -> Message {
    message!(en: "chmod 600 {}", path.display(); zh: "chmod 600 {}", path.display())
}

pub(crate) fn others_can_read_its_secrets() -> Message {
    message!(en: "the file contains secrets, and other users can read it"; zh: "文件中有 secret，而其他用户可以读取")
}

pub(crate) fn make_it_private_or_refer(path: &Path) -> Message {
    message!(
        en: "chmod 600 {} (or put the secrets elsewhere, and refer to them by env:NAME or file:PATH)",
        path.display();
        zh: "chmod 600 {}（或将 secret 放在别处，用 env:NAME 或 file:PATH 引用）", path.display()
    )
}

/// A problem with its place in the file: line and column, if it has one.
pub(crate) fn at(path: &Path, place: Option<(usize, usize)>, problem: &Message) -> Message {
    let path = path.display();
    match place {
        Some((line, column)) => message!(
            en: "{path}:{line}:{column}: {problem}";
            zh: "{path}:{line}:{column}：{problem}"
        ),
        None => message!(en: "{path}: {problem}"; zh: "{path}：{problem}"),
    }
}

/// A failure and its causes on one line.
pub(crate) fn with_causes(failure: impl Display, causes: &[String]) -> Message {
    let causes: String = causes.iter().map(|cause| format!("{}{cause}", word!(": ", "："))).collect();
    message!(en: "{failure}{causes}"; zh: "{failure}{causes}")
}

pub(crate) fn check_lists_more(more: usize) -> Message {
    message!(
        en: "`txl config check` lists this problem and {more} more";
        zh: "`txl config check` 会列出此问题以及另外 {more} 个问题"
    )
}

pub(crate) fn has_no_profile(path: &Path, name: &str) -> Message {
    message!(en: "{} has no profile `{name}`", path.display(); zh: "{} 中没有配置档 `{name}`", path.display())
}

pub(crate) fn default_is_missing(name: &str) -> Message {
    message!(
        en: "`default` names the profile `{name}`, which is not in this file";
        zh: "`default` 指向配置档 `{name}`，但文件中没有它"
    )
}

pub(crate) fn write_a_profile() -> Message {
    message!(en: "write a [profile.NAME] into the file; it has none"; zh: "文件中没有配置档：请写入 [profile.NAME]")
}

/// `names` are the profiles, or the first of them if `are_more`.
pub(crate) fn nearest_profile(nearest: &str, names: &[&str], are_more: bool) -> Message {
    message!(
        en: "did you mean `{nearest}`? The profiles are: {}", list(names, are_more);
        zh: "是否想写 `{nearest}`？已有的配置档：{}", list(names, are_more)
    )
}

pub(crate) fn take_one_of(names: &[&str], are_more: bool) -> Message {
    message!(
        en: "take one of the profiles: {}", list(names, are_more);
        zh: "请选用其中一个配置档：{}", list(names, are_more)
    )
}

fn list(names: &[&str], are_more: bool) -> String {
    names.join(word!(", ", "、")) + if are_more { word!(", …", "……") } else { "" }
}

/// `error` is the parser's own description of the fault.
pub(crate) fn is_not_toml(error: &str) -> Message {
    message!(en: "not TOML: {error}"; zh: "不是合法的 TOML：{error}")
}

pub(crate) fn correct_the_line() -> Message {
    message!(en: "correct this line; a text is in double quotes"; zh: "请改正这一行；文本要用双引号括起来")
}

pub(crate) fn default_is_a_name() -> Message {
    message!(en: "`default` is the name of a profile, in quotes"; zh: "`default` 应为带引号的配置档名称")
}

pub(crate) fn how_a_default_is_written() -> Message {
    message!(en: "write it as in default = \"prod\""; zh: "写法如 default = \"prod\"")
}

pub(crate) fn profile_is_no_table() -> Message {
    message!(en: "`profile` is not a table"; zh: "`profile` 不是表")
}

pub(crate) fn write_a_header() -> Message {
    message!(
        en: "write a header such as [profile.prod], and the values below it";
        zh: "请写表头，例如 [profile.prod]，再在其下写各项的值"
    )
}

pub(crate) fn named_profile_is_no_table(name: &str) -> Message {
    message!(en: "the profile `{name}` is not a table"; zh: "配置档 `{name}` 不是表")
}

pub(crate) fn write_the_header(name: &str) -> Message {
    message!(
        en: "write it as the header [profile.{name}], and the values below it";
        zh: "请写成表头 [profile.{name}]，再在其下写各项的值"
    )
}

pub(crate) fn key_is_outside(key: &str) -> Message {
    message!(en: "`{key}` is outside of a profile"; zh: "`{key}` 不在任何配置档之内")
}

pub(crate) fn write_it_below_a_header() -> Message {
    message!(en: "write it below a header such as [profile.prod]"; zh: "请写在 [profile.prod] 这样的表头之下")
}

pub(crate) fn unknown_key(key: &str) -> Message {
    message!(en: "unknown key `{key}`"; zh: "未知的键 `{key}`")
}

pub(crate) fn unknown_key_in(key: &str, profile: &str) -> Message {
    message!(en: "unknown key `{key}` in the profile `{profile}`"; zh: "配置档 `{profile}` 中有未知的键 `{key}`")
}

pub(crate) fn did_you_mean(nearest: &str) -> Message {
    message!(en: "did you mean `{nearest}`?"; zh: "是否想写 `{nearest}`？")
}

pub(crate) fn what_the_file_has() -> Message {
    message!(
        en: "the file has `default` and tables such as [profile.prod]";
        zh: "文件由 `default` 和 [profile.prod] 这样的表组成"
    )
}

pub(crate) fn write_default_at_the_top() -> Message {
    message!(
        en: "write `default` at the top of the file, above the first header";
        zh: "请将 `default` 写在文件开头、第一个表头之前"
    )
}

pub(crate) fn keys_of_a_profile(keys: &[&str]) -> Message {
    message!(en: "the keys of a profile are: {}", keys.join(", "); zh: "配置档可用的键：{}", keys.join("、"))
}

/// `found` is the type of the value, as TOML calls it.
pub(crate) fn value_is_no_text(key: &str, found: &str) -> Message {
    message!(
        en: "`{key}` is a text in quotes, and this is of the type {found}";
        zh: "`{key}` 应为带引号的文本，这里的类型却是 {found}"
    )
}

pub(crate) fn how_a_text_is_written(key: &str) -> Message {
    message!(en: "write it as in {key} = \"…\""; zh: "写法如 {key} = \"…\"")
}

pub(crate) fn value_is_empty(key: &str) -> Message {
    message!(en: "`{key}` is empty"; zh: "`{key}` 为空")
}

pub(crate) fn give_a_value() -> Message {
    message!(en: "give a value, or remove the line"; zh: "请填写值，或删除这一行")
}

pub(crate) fn value_cannot_refer(key: &str) -> Message {
    message!(en: "`{key}` cannot be `env:` or `file:`"; zh: "`{key}` 不能是 `env:` 或 `file:`")
}

pub(crate) fn which_values_refer() -> Message {
    message!(
        en: "write the value itself; secrets, `proxy` and `token_store` may be `env:NAME` or `file:PATH`";
        zh: "请直接写值；只有 secret、`proxy` 和 `token_store` 可以写 `env:NAME` 或 `file:PATH`"
    )
}

pub(crate) fn names_no_file(key: &str) -> Message {
    message!(en: "`{key}` names no file"; zh: "`{key}` 没有给出文件")
}

pub(crate) fn how_a_file_is_referred_to() -> Message {
    message!(en: "write file:PATH"; zh: "请写成 file:PATH")
}

pub(crate) fn agent_id_is_no_number(bounds: &Message) -> Message {
    message!(en: "`agent_id` is not a number: {bounds}"; zh: "`agent_id` 不是数字：{bounds}")
}

pub(crate) fn where_the_agent_id_is() -> Message {
    message!(
        en: "give the AgentId shown on the app's page in the console, such as 1000002";
        zh: "请填写管理后台应用页面上的 AgentId，例如 1000002"
    )
}

pub(crate) fn names_no_variable(key: &str) -> Message {
    message!(en: "`{key}` names no variable of the environment"; zh: "`{key}` 没有给出环境变量")
}

pub(crate) fn how_a_variable_is_referred_to() -> Message {
    message!(
        en: "write env:NAME; a name has letters, digits and `_`";
        zh: "请写成 env:NAME；名称只含字母、数字和 `_`"
    )
}

pub(crate) fn variable_is_reserved(key: &str, variable: &str) -> Message {
    message!(
        en: "`{key}` refers to {variable}, and a profile uses no variable that begins with WECOM_";
        zh: "`{key}` 引用了 {variable}，而配置档不能引用以 WECOM_ 开头的变量"
    )
}

pub(crate) fn take_another_variable() -> Message {
    message!(
        en: "these variables are a source of their own: take another name, such as PROD_APP_SECRET";
        zh: "这类变量自成一个凭证来源：请改用其他名称，例如 PROD_APP_SECRET"
    )
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
        Lack::CorpId => word!("corp id (企业ID)", "企业ID"),
        Lack::AgentId => {
            word!("app's id (应用 agentid) beside the app's secret", " agent_id，它要与 app_secret 一同给出")
        }
        Lack::CallbackAesKey => word!(
            "callback_aes_key beside callback_token",
            " callback_aes_key，它要与 callback_token 一同给出"
        ),
        Lack::CallbackToken => word!(
            "callback_token beside callback_aes_key",
            " callback_token，它要与 callback_aes_key 一同给出"
        ),
        Lack::Secret => word!("secret", " secret"),
    };
    message!(en: "the profile `{profile}` has no {lack}"; zh: "配置档 `{profile}` 缺少{lack}")
}

pub(crate) fn add_what_it_lacks(lack: Lack) -> Message {
    match lack {
        Lack::CorpId => message!(
            en: "add corp_id = \"…\", as the console shows it under 我的企业";
            zh: "请加上 corp_id = \"…\"，其值见管理后台“我的企业”"
        ),
        Lack::AgentId => message!(
            en: "add agent_id = …, as the console shows it on the app's page";
            zh: "请加上 agent_id = …，其值见管理后台的应用页面"
        ),
        Lack::CallbackAesKey => {
            message!(en: "add callback_aes_key = \"…\""; zh: "请加上 callback_aes_key = \"…\"")
        }
        Lack::CallbackToken => {
            message!(en: "add callback_token = \"…\""; zh: "请加上 callback_token = \"…\"")
        }
        Lack::Secret => {
            message!(
                en: "add contacts_secret = \"env:NAME\" or \"file:PATH\", or app_secret";
                zh: "请加上 contacts_secret = \"env:NAME\" 或 \"file:PATH\"，或者 app_secret"
            )
        }
    }
}

pub(crate) fn how_a_timespan_is_written() -> Message {
    message!(en: r#"write it as forget_after = "180 days""#; zh: "写法如 forget_after = \"180 days\"")
}
