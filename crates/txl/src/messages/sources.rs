//! Sources of credentials: a profile, or the command line and the environment.

use std::path::Path;

use super::Message;

pub(crate) fn flag_is_empty(flag: &str) -> Message {
    message!(en: "{flag} is empty")
}

pub(crate) fn give_a_path(flag: &str) -> Message {
    message!(en: "give {flag} a path, or leave it out")
}

pub(crate) fn give_a_name(flag: &str) -> Message {
    message!(en: "give {flag} a name, or leave it out")
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
        Rival::CommandLine => "the command line",
        Rival::Environment => "the environment",
    };
    message!(en: "two sources of credentials: {} ({by}) and {rival} ({})", file_or_profile(profile), names.join(", "))
}

pub(crate) fn take_the_profile(profile: Option<&str>, names: &[String]) -> Message {
    let names = names.join(", ");
    message!(en: "{} {names} to take everything from {}", removing(&names), file_or_profile(profile))
}

pub(crate) fn take_the_command_line(by: &str) -> Message {
    message!(en: "{} {by} to take everything from the command line and the environment", removing(by))
}

/// How a flag or a variable is removed.
fn removing(name: &str) -> &'static str {
    if name.starts_with("--") { "leave out" } else { "unset" }
}

fn file_or_profile(profile: Option<&str>) -> String {
    profile.map_or_else(|| "the configuration file".to_owned(), |name| format!("the profile `{name}`"))
}

pub(crate) fn no_profile_is_chosen(path: &Path) -> Message {
    message!(en: "no profile is chosen, and {} has no default", path.display())
}

pub(crate) fn choose_one_of(names: &str) -> Message {
    message!(en: "choose one by --profile: {names}")
}

pub(crate) fn or_write_a_default() -> Message {
    message!(en: "or write default = \"NAME\" at the top of the file")
}

pub(crate) fn or_choose_a_profile(path: &Path, names: &str) -> Message {
    message!(en: "or choose a profile of {} by --profile: {names}", path.display())
}

pub(crate) fn or_use_the_default_profile(default: &str, given: &[String]) -> Message {
    message!(
        en: "or leave out {}: the default profile `{default}` is used only if nothing else is given",
        given.join(", ")
    )
}

pub(crate) fn no_home_directory() -> Message {
    message!(en: "the home directory is unknown, so there is no default configuration file")
}

pub(crate) fn name_a_configuration_file() -> Message {
    message!(en: "name a file by --config (TXL_CONFIG)")
}
