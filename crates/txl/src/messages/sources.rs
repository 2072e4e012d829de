//! Sources of credentials: a profile, or the command line and the environment.

use std::path::Path;

use super::Message;

pub(crate) fn flag_is_empty(flag: &str) -> Message {
    message!(en: "{flag} is empty"; zh: "{flag} 为空")
}

pub(crate) fn give_a_path(flag: &str) -> Message {
    message!(en: "give {flag} a path, or leave it out"; zh: "请给 {flag} 一个路径，或不写它")
}

pub(crate) fn give_a_name(flag: &str) -> Message {
    message!(en: "give {flag} a name, or leave it out"; zh: "请给 {flag} 一个名称，或不写它")
}

/// What gives values although a profile is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rival {
    CommandLine,
    Environment,
}

/// `by` is the flag or the variable that chooses `profile`, or the file if the profile has no name; `names` are what `rival` has.
pub(crate) fn two_sources(profile: Option<&str>, by: &str, rival: Rival, names: &[String]) -> Message {
    let rival = match rival {
        Rival::CommandLine => word!("the command line", "命令行"),
        Rival::Environment => word!("the environment", "环境变量"),
    };
    message!(
        en: "two sources of credentials: {} ({by}) and {rival} ({})", file_or_profile(profile), names.join(", ");
        zh: "凭证有两个来源：{}（{by}）和{rival}（{}）", file_or_profile(profile), names.join("、")
    )
}

pub(crate) fn take_the_profile(profile: Option<&str>, names: &[String]) -> Message {
    let names = names.join(", ");
    message!(
        en: "{} {names} to take everything from {}", removing(&names), file_or_profile(profile);
        zh: "{}{names}，即可全部取自{}", removing(&names), file_or_profile(profile)
    )
}

pub(crate) fn take_the_command_line(by: &str) -> Message {
    message!(
        en: "{} {by} to take everything from the command line and the environment", removing(by);
        zh: "{}{by}，即可全部取自命令行和环境变量", removing(by)
    )
}

/// How a flag or a variable is removed.
fn removing(name: &str) -> &'static str {
    if name.starts_with("--") { word!("leave out", "去掉 ") } else { word!("unset", "取消设置 ") }
}

fn file_or_profile(profile: Option<&str>) -> String {
    profile.map_or_else(
        || word!("the configuration file", "配置文件").to_owned(),
        |name| message!(en: "the profile `{name}`"; zh: "配置档 `{name}`").to_string(),
    )
}

pub(crate) fn no_profile_is_chosen(path: &Path) -> Message {
    message!(
        en: "no profile is chosen, and {} has no default", path.display();
        zh: "没有选定配置档，而 {} 中没有 default", path.display()
    )
}

pub(crate) fn choose_one_of(names: &str) -> Message {
    message!(en: "choose one by --profile: {names}"; zh: "请用 --profile 选择：{names}")
}

pub(crate) fn or_write_a_default() -> Message {
    message!(en: "or write default = \"NAME\" at the top of the file"; zh: "也可在文件开头写 default = \"NAME\"")
}

pub(crate) fn or_choose_a_profile(path: &Path, names: &str) -> Message {
    message!(
        en: "or choose a profile of {} by --profile: {names}", path.display();
        zh: "也可用 --profile 选择 {} 中的配置档：{names}", path.display()
    )
}

pub(crate) fn or_use_the_default_profile(default: &str, given: &[String]) -> Message {
    message!(
        en: "or leave out {}: the default profile `{default}` is used only if nothing else is given",
        given.join(", ");
        zh: "也可去掉 {}：只有没有给出其他凭证时，才使用默认配置档 `{default}`", given.join("、")
    )
}

pub(crate) fn no_home_directory() -> Message {
    message!(
        en: "the home directory is unknown, so there is no default configuration file";
        zh: "主目录未知，因此没有默认的配置文件"
    )
}

pub(crate) fn name_a_configuration_file() -> Message {
    message!(en: "name a file by --config (TXL_CONFIG)"; zh: "请用 --config（TXL_CONFIG）指定文件")
}
