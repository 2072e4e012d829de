//! The choice of the source of the credentials. There is exactly one source: a profile, or the command line and the environment.
//!
//! `--profile` and `--config` select the configuration file, and the environment is then ignored. Without them, the command line and the environment
//! are the source if they have any credential. Otherwise the default profile of the file is the source. Two sources are refused, because a secret
//! could be sent to the address of the other source.

use std::{env, path::PathBuf, sync::OnceLock};

use clap::{ArgMatches, Args, Command, FromArgMatches, parser::ValueSource};

use super::{
    config_file::{ConfigFile, ConfigPath, VARIABLE},
    key::{ProfileKey, credential_variables},
    missing, missing_in,
    profile::Profile,
    secrets::{is_blank, path},
};
use crate::{
    failure::{Failure, Result},
    messages::{
        Message,
        sources::{self as messages, Rival},
    },
};

/// The variable that names a profile.
const PROFILE_VARIABLE: &str = "TXL_PROFILE";

/// The flags that choose a configuration file and a profile of it.
#[derive(Args)]
struct Flags {
    /// Profile of the configuration file that gives all credentials. Variables with credentials are then ignored
    #[arg(long, env = PROFILE_VARIABLE, global = true, value_name = "NAME")]
    profile: Option<String>,

    /// Configuration file. Defaults to txl/txl.toml in the user's configuration directory
    #[arg(long, env = VARIABLE, global = true, value_name = "PATH", value_parser = path())]
    config: Option<PathBuf>,
}

/// The selected configuration file and profile, and whether they were typed on the command line.
#[derive(Debug, Default)]
pub(crate) struct FileFlags {
    profile: Option<String>,
    profile_is_typed: bool,
    /// The path of `--config`. The variable is read together with the file.
    config: Option<PathBuf>,
}

impl FileFlags {
    /// Returns the configuration file.
    ///
    /// # Errors
    ///
    /// Fails if `--config` is empty, or if the home directory is a relative path.
    pub(crate) fn path(&self) -> Result<Option<ConfigPath>> {
        if self.config.as_ref().is_some_and(|path| path.as_os_str().is_empty()) {
            return Err(
                Failure::usage(messages::flag_is_empty("--config")).remedy(messages::give_a_path("--config"))
            );
        }
        ConfigPath::find(self.config.as_deref())
    }

    /// Returns the name of the selected profile.
    ///
    /// # Errors
    ///
    /// Fails if `--profile` is empty. A script with an empty variable would otherwise call another corp.
    pub(crate) fn profile(&self) -> Result<Option<&str>> {
        match self.profile.as_deref() {
            Some("") if self.profile_is_typed => Err(Failure::usage(messages::flag_is_empty("--profile"))
                .remedy(messages::give_a_name("--profile"))),
            name => Ok(name.filter(|name| !name.is_empty())),
        }
    }
}

impl Args for FileFlags {
    fn augment_args(command: Command) -> Command {
        Flags::augment_args(command)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for FileFlags {
    fn from_arg_matches(matches: &ArgMatches) -> std::result::Result<Self, clap::Error> {
        let flags = Flags::from_arg_matches(matches)?;
        let is_typed = |id| matches.value_source(id) == Some(ValueSource::CommandLine);
        Ok(Self {
            profile: flags.profile.map(|name| name.trim_matches(is_blank).to_owned()),
            profile_is_typed: is_typed("profile"),
            config: flags.config.filter(|_| is_typed("config")),
        })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> std::result::Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// The input of the decision.
#[derive(Default)]
struct Evidence<'a> {
    /// The profile of `--profile` or `TXL_PROFILE`, and which of them has it.
    profile: Option<(&'a str, &'static str)>,
    has_config_flag: bool,
    /// The credential flags on the command line.
    flags: &'a [String],
    /// The credential variables that are set.
    variables: &'a [String],
}

/// The decision.
#[derive(Debug, PartialEq, Eq)]
enum Choice<'a> {
    CommandLine,
    /// A profile. `None` is the default of the file, which must exist.
    Profile(Option<&'a str>),
    /// No credentials are set, so the default of the file is used if it exists.
    DefaultProfile,
}

fn choose<'a>(evidence: &Evidence<'a>) -> Result<Choice<'a>> {
    let Evidence { profile, has_config_flag, flags, variables } = *evidence;
    let name = profile.map(|(name, _)| name);
    let chosen_by = match profile {
        Some((_, by)) if by != PROFILE_VARIABLE => Some(by),
        _ if has_config_flag => Some("--config"),
        Some((_, by)) => Some(by),
        None => None,
    };
    let is_typed = chosen_by.is_some_and(|by| by.starts_with("--"));
    match chosen_by {
        Some(by) if !flags.is_empty() => Err(two_sources(name, by, Rival::CommandLine, flags)),
        Some(by) if !is_typed && !variables.is_empty() => {
            Err(two_sources(name, by, Rival::Environment, variables))
        }
        Some(_) => Ok(Choice::Profile(name)),
        None if flags.is_empty() && variables.is_empty() => Ok(Choice::DefaultProfile),
        None => Ok(Choice::CommandLine),
    }
}

fn two_sources(profile: Option<&str>, by: &str, rival: Rival, names: &[String]) -> Failure {
    Failure::usage(messages::two_sources(profile, by, rival, names))
        .remedy(messages::take_the_profile(profile, names))
        .remedy(messages::take_the_command_line(by))
}

/// A group of values that a profile, or flags and variables, can contain.
pub(crate) trait Group: Args {
    /// Returns the values of the group in this profile.
    ///
    /// # Errors
    ///
    /// Fails if a value refers to a variable or a file that cannot be read, and is needed in any case.
    fn of_profile(profile: &Profile) -> Result<Self>;
}

/// A group of credentials from one source.
pub(crate) struct Sourced<G> {
    file: FileFlags,
    /// The values of the command line and the environment.
    given: G,
    /// The flags of the group on the command line.
    flags: Vec<String>,
    loaded: OnceLock<Option<Box<(Profile, G)>>>,
}

impl<G: Group> Sourced<G> {
    /// Returns the group from the selected source.
    ///
    /// # Errors
    ///
    /// Fails if there are two sources, or if a profile is chosen and cannot be used.
    pub(crate) fn group(&self) -> Result<&G> {
        Ok(self.loaded()?.map_or(&self.given, |(_, group)| group))
    }

    /// Returns the profile, if one is the source.
    ///
    /// # Errors
    ///
    /// Fails as [`Self::group`] does.
    pub(crate) fn profile(&self) -> Result<Option<&Profile>> {
        Ok(self.loaded()?.map(|(profile, _)| profile))
    }

    /// Returns the values of the command line and the environment, even if a profile is the source.
    pub(super) fn of_command_line(&self) -> &G {
        &self.given
    }

    /// Returns whether the command line has this flag.
    pub(super) fn has_flag(&self, flag: &str) -> bool {
        self.flags.iter().any(|typed| typed == flag)
    }

    fn loaded(&self) -> Result<Option<&(Profile, G)>> {
        if self.loaded.get().is_none() {
            let loaded = match self.chosen_profile()? {
                Some(profile) => {
                    let group = G::of_profile(&profile)?;
                    Some(Box::new((profile, group)))
                }
                None => None,
            };
            let _ = self.loaded.set(loaded);
        }
        Ok(self.loaded.get().and_then(Option::as_deref))
    }

    /// Returns the profile that is the source.
    ///
    /// # Errors
    ///
    /// Fails if there are two sources, or if a profile is chosen and the file cannot be used.
    pub(crate) fn chosen_profile(&self) -> Result<Option<Profile>> {
        let by = if self.file.profile_is_typed { "--profile" } else { PROFILE_VARIABLE };
        let variables = set_variables();
        let choice = choose(&Evidence {
            profile: self.file.profile()?.map(|name| (name, by)),
            has_config_flag: self.file.config.is_some(),
            flags: &self.flags,
            variables: &variables,
        })?;
        let (name, must_exist) = match choice {
            Choice::CommandLine => return Ok(None),
            Choice::Profile(name) => (name, true),
            Choice::DefaultProfile => (None, false),
        };
        let path = match self.file.path() {
            Ok(Some(path)) => path,
            // Without a usable home directory there is no default profile.
            _ if !must_exist => return Ok(None),
            Ok(None) => return Err(no_home()),
            Err(failure) => return Err(failure),
        };
        let file = match path.read()? {
            Some(file) => file,
            None if must_exist => ConfigFile::read(&path.path)?,
            None => return Ok(None),
        };
        match name.or(file.default.as_deref()) {
            Some(name) => file.profile(name).cloned().map(Some),
            // The file can be damaged, including its default.
            None if file.problems.iter().any(|problem| problem.profile.is_none()) => {
                file.profile("").cloned().map(Some)
            }
            None if must_exist => Err(Failure::usage(messages::no_profile_is_chosen(&file.path))
                .remedy(messages::choose_one_of(&file.names()))
                .remedy(messages::or_write_a_default())),
            None => Ok(None),
        }
    }

    /// Returns the failure of a command without this value.
    pub(crate) fn lacks(&self, key: ProfileKey, what: &Message, flag: &str, variable: &str) -> Failure {
        match self.profile() {
            Err(failure) => failure,
            Ok(Some(profile)) => missing_in(&profile.words(), what, key),
            Ok(None) => self.with_hint(missing(what, flag, variable)),
        }
    }

    /// Adds a hint about profiles to a failure because of missing credentials.
    pub(crate) fn with_hint(&self, failure: Failure) -> Failure {
        if !matches!(self.profile(), Ok(None)) {
            return failure;
        }
        let Ok(Some(path)) = self.file.path() else { return failure };
        let Ok(Some(file)) = path.read() else { return failure };
        if file.profiles.is_empty() {
            return failure;
        }
        let given: Vec<String> = self.flags.iter().cloned().chain(set_variables()).collect();
        let failure = failure.remedy(messages::or_choose_a_profile(&path.path, &file.names()));
        match (&file.default, given.as_slice()) {
            (Some(default), [_, ..]) => failure.remedy(messages::or_use_the_default_profile(default, &given)),
            _ => failure,
        }
    }
}

/// Returns the failure for a configuration file in a missing home directory.
pub(crate) fn no_home() -> Failure {
    Failure::usage(messages::no_home_directory()).remedy(messages::name_a_configuration_file())
}

/// Returns the credential variables that are set and not blank.
pub(crate) fn set_variables() -> Vec<String> {
    let is_set = |name: &String| {
        env::var_os(name).is_some_and(|value| !value.to_string_lossy().trim_matches(is_blank).is_empty())
    };
    credential_variables().filter(is_set).collect()
}

impl<G: Group> Args for Sourced<G> {
    fn augment_args(command: Command) -> Command {
        G::augment_args(FileFlags::augment_args(command))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl<G: Group> FromArgMatches for Sourced<G> {
    fn from_arg_matches(matches: &ArgMatches) -> std::result::Result<Self, clap::Error> {
        let group = G::augment_args(Command::new("group"));
        let is_typed = |id: &str| {
            let is_blank_text =
                |value: &std::ffi::OsStr| value.to_string_lossy().trim_matches(is_blank).is_empty();
            matches.value_source(id) == Some(ValueSource::CommandLine)
                && matches.get_raw(id).is_some_and(|mut values| values.any(|value| !is_blank_text(value)))
        };
        let typed = group.get_arguments().filter(|argument| is_typed(argument.get_id().as_str()));
        let flags =
            typed.filter_map(|argument| argument.get_long().map(|flag| format!("--{flag}"))).collect();
        Ok(Self {
            file: FileFlags::from_arg_matches(matches)?,
            given: G::from_arg_matches(matches)?,
            flags,
            loaded: OnceLock::new(),
        })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> std::result::Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FLAG: (&str, &str) = ("prod", "--profile");
    const VARIABLE: (&str, &str) = ("prod", PROFILE_VARIABLE);

    #[test]
    fn one_source_is_chosen_and_two_are_refused() {
        let flag = &["--corp-id".to_owned()][..];
        let set = &["WECOM_BASE_URL".to_owned()][..];
        let none = &[][..];
        let (no, prod) = (None, Choice::Profile(Some("prod")));
        for (profile, has_config_flag, flags, variables, expected) in [
            (no, false, none, none, Some(Choice::DefaultProfile)),
            (no, false, flag, none, Some(Choice::CommandLine)),
            (no, false, none, set, Some(Choice::CommandLine)),
            (no, false, flag, set, Some(Choice::CommandLine)),
            (Some(FLAG), false, none, none, Some(prod)),
            // The command line is the source, and the environment is ignored.
            (Some(FLAG), false, none, set, Some(Choice::Profile(Some("prod")))),
            (no, true, none, set, Some(Choice::Profile(None))),
            (Some(VARIABLE), true, none, set, Some(Choice::Profile(Some("prod")))),
            (Some(VARIABLE), false, none, none, Some(Choice::Profile(Some("prod")))),
            (Some(FLAG), false, flag, none, None),
            (no, true, flag, none, None),
            (Some(VARIABLE), false, flag, none, None),
            (Some(VARIABLE), false, none, set, None),
        ] {
            let evidence = Evidence { profile, has_config_flag, flags, variables };
            let chosen = choose(&evidence);
            assert_eq!(
                chosen.as_ref().ok(),
                expected.as_ref(),
                "{profile:?} {has_config_flag} {flags:?} {variables:?}"
            );
        }
    }

    #[test]
    fn a_refusal_names_both_sources_and_what_to_remove() {
        let set = ["WECOM_CORP_ID".to_owned(), "WECOM_APP_SECRET".to_owned()];
        let evidence = Evidence { profile: Some(VARIABLE), variables: &set, ..Evidence::default() };
        let failure = choose(&evidence).unwrap_err();
        assert_eq!(
            failure.to_string(),
            "two sources of credentials: the profile `prod` (TXL_PROFILE) and the environment (WECOM_CORP_ID, WECOM_APP_SECRET)"
        );
        assert_eq!(
            failure.remedies().iter().map(ToString::to_string).collect::<Vec<_>>(),
            [
                "unset WECOM_CORP_ID, WECOM_APP_SECRET to take everything from the profile `prod`",
                "unset TXL_PROFILE to take everything from the command line and the environment",
            ]
        );
    }
}
