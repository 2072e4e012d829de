//! `txl config`: the configuration file, its profiles, and what a command would take from them.

use clap::{Args, Subcommand};
use serde::Serialize;
use serde_json::json;

use crate::{
    access::{ConfigFile, ConfigPath, Credentials, FileFlags, Problem, Sourced, check, no_home},
    failure::{Failure, Result},
    language::english,
    messages::config as messages,
    output::{Output, print_text, say},
};

/// Show and check the configuration file txl.toml and its profiles
///
/// A profile contains the credentials (凭证) of one corp. All credentials of a command come from one source. --profile NAME takes them
/// from that profile and ignores WECOM_... variables. TXL_PROFILE also chooses a profile, but it is an error beside such a variable.
/// Without a chosen profile, flags and WECOM_... variables are the source. If none of them is given, the file's default profile is the
/// source. Two sources at once are an error. --config (TXL_CONFIG) names the file, which defaults to txl/txl.toml in the user's
/// configuration directory. A file in the working directory is used only if it is named.
#[derive(Args)]
#[command(after_long_help = EXAMPLE)]
pub(crate) struct Command {
    #[command(subcommand)]
    verb: Verb,
}

const EXAMPLE: &str = "\
Example of a file:
  default = \"test\"

  [profile.test]
  corp_id = \"ww1234567890abcdef\"
  contacts_secret = \"env:TEST_CONTACTS_SECRET\"
  agent_id = 1000002
  app_secret = \"file:secrets/test-app\"

A path is relative to the file's directory. The file itself may contain a secret
if only its owner can read it. More keys: base_url, proxy, ca_cert, token_store,
callback_token, callback_aes_key.";

#[derive(Subcommand)]
enum Verb {
    /// Show the source of the credentials and each value, with secrets masked
    ///
    /// Accepts the credential flags of a command that calls WeCom. Nothing is sent, and no secret is read.
    #[command(next_help_heading = "Credentials (凭证)")]
    Show(Box<Sourced<Credentials>>),
    /// Show the path of the configuration file, even if the file does not exist
    #[command(mut_arg("profile", |argument| argument.help("Has no effect here: all profiles are in the same file")))]
    Path(FileFlags),
    /// Check the profiles of the configuration file, without sending anything
    ///
    /// Reads the secrets that the profiles refer to, and prints every problem with its line. The exit code is 1 if there is a problem.
    #[command(mut_arg("profile", |argument| argument.help("Profile to check. Defaults to all profiles")))]
    Check(FileFlags),
}

impl Command {
    pub(crate) async fn run(self, output: Output) -> Result {
        match self.verb {
            Verb::Show(credentials) => show(&credentials, output),
            Verb::Path(flags) => path(&flags, output),
            Verb::Check(flags) => check_file(&flags, output),
        }
    }
}

fn show(credentials: &Sourced<Credentials>, output: Output) -> Result {
    let profile = credentials.chosen_profile()?;
    let rows = if output.is_table() { credentials.rows() } else { english(|| credentials.rows()) }?;
    let source = match (&profile, rows.is_empty()) {
        (Some(_), _) => "profile",
        (None, false) => "command line and environment",
        (None, true) => "none",
    };
    if output.is_lines() {
        output.list(&rows, &["key", "value", "from"])?;
        match profile {
            Some(profile) => say(messages::profile_is_source(&profile.words())),
            None => say(messages::other_source(rows.is_empty())),
        }
        return Ok(());
    }
    output.record(&json!({
        "source": source,
        "profile": profile.as_ref().map(|profile| &profile.name),
        "path": profile.as_ref().map(|profile| profile.path.display().to_string()),
        "values": rows,
    }))
}

fn path(flags: &FileFlags, output: Output) -> Result {
    let ConfigPath { path, named_by } = flags.path()?.ok_or_else(no_home)?;
    let exists = path.exists();
    let shown = path.display().to_string();
    if !output.is_table() {
        return output.record(&json!({"path": shown, "exists": exists, "named_by": named_by}));
    }
    print_text(&format!("{shown}\n"))?;
    if !exists {
        say(messages::no_such_file_yet());
    }
    Ok(())
}

/// A problem in machine-readable form.
#[derive(Serialize)]
struct Shown<'a> {
    line: Option<usize>,
    column: Option<usize>,
    profile: Option<&'a str>,
    problem: String,
    remedy: String,
}

fn check_file(flags: &FileFlags, output: Output) -> Result {
    let name = flags.profile()?;
    let ConfigPath { path, .. } = flags.path()?.ok_or_else(no_home)?;
    let file = ConfigFile::read(&path)?;
    if let Some(name) = name
        && file.problems_of(name).next().is_none()
    {
        // The file can be missing.
        file.profile(name)?;
    }
    let problems = if output.is_table() {
        check(&file, name)
    } else {
        english(|| ConfigFile::read(&path).map(|file| check(&file, name)))?
    };
    let shown: Vec<_> = problems.iter().map(of_problem).collect();
    if !(shown.is_empty() && output.is_table()) {
        output.list(&shown, &["line", "column", "profile", "problem", "remedy"])?;
    }
    if !shown.is_empty() {
        return Err(Failure::new(messages::problems_in(shown.len(), &path))
            .remedy(messages::correct_what_is_listed()));
    }
    say(messages::is_in_order(&path, name, file.profiles.len(), file.default.as_deref()));
    Ok(())
}

fn of_problem(problem: &Problem) -> Shown<'_> {
    Shown {
        line: problem.at.map(|at| at.line),
        column: problem.at.map(|at| at.column),
        profile: problem.profile.as_deref(),
        problem: problem.message.to_string(),
        remedy: problem.remedies.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "),
    }
}
