//! The command line: its commands, global flags and help.

use clap::{
    ArgMatches, CommandFactory, FromArgMatches, Parser, Subcommand,
    error::{ContextKind, ContextValue, ErrorKind},
};
use tracing_subscriber::{EnvFilter, util::SubscriberInitExt};

use crate::{
    apply, auth, callback, completion, config, contact_rule, corp_group, department, directory, doctor,
    errcode, export,
    failure::Result,
    help, import,
    language::{self, Language},
    linked_corp, man, media, member,
    messages::{self, Message},
    output::{Log, OutputFlags, print_text, stderr},
    plan, roster, setup, tag,
};
#[cfg(feature = "sim")]
use crate::{sim, tour};

/// The exit codes. `txl help exit-codes` explains them further.
macro_rules! exit_codes {
    ($serving:literal) => {
        concat!(
            "\
Exit codes:
  0  done
  1  WeCom refused the call, or something here failed (a file, a job, a row)
  2  the command line is wrong, or a credential is missing
  3  no usable answer: the server is out of reach, too slow, or not WeCom
  4  the gate (安全闸) stops a plan
  10  `plan --detailed-exit-code`: there is something to do
  129, 130, 143  SIGHUP, SIGINT, SIGTERM; ",
            $serving,
            " with 0",
        )
    };
}

#[cfg(feature = "sim")]
macro_rules! serving {
    () => {
        exit_codes!("`sim` and `callback listen` end")
    };
}
#[cfg(not(feature = "sim"))]
macro_rules! serving {
    () => {
        exit_codes!("`callback listen` ends")
    };
}

/// The list of the exit codes.
pub(crate) const EXIT_CODES: &str = serving!();

#[cfg(feature = "sim")]
const AFTER_HELP: &str = concat!(
    serving!(),
    "\n\nStart with `txl tour`, which needs no account: it shows every call against a simulator."
);
#[cfg(not(feature = "sim"))]
const AFTER_HELP: &str = concat!(
    serving!(),
    "\n\nStart with `txl setup`, which asks for the corp id and the secrets, and checks them."
);

#[cfg(feature = "sim")]
const ABOUT: &str = "Call every API of the WeCom (企业微信) contacts (通讯录), or serve a simulator of it";
#[cfg(not(feature = "sim"))]
const ABOUT: &str = "Call every API of the WeCom (企业微信) contacts (通讯录)";

/// The part of the long help about data and credentials.
const DATA_AND_CREDENTIALS: &str = "\
Data goes to stdout, everything else to stderr. All credentials (凭证) come from one source: from flags and WECOM_CORP_ID, \
WECOM_CONTACTS_SECRET, WECOM_AGENT_ID, WECOM_APP_SECRET and WECOM_BASE_URL, or from a profile of the configuration file by \
`--profile` (`txl setup` writes one, `txl config --help` describes it). Calls that write or list ids use the contacts-sync secret (通讯录同步). Calls that read \
details use the app's secret (自建应用). `--as` overrides this choice. A secret can also be read from a file, by \
`--app-secret-file PATH` or WECOM_APP_SECRET_FILE. Access tokens are kept between commands in a private file of the user; \
`--token-store` (WECOM_TOKEN_STORE) names another store.";

/// The whole command line.
#[derive(Parser)]
#[command(
    name = "txl",
    version,
    about = ABOUT,
    long_about = format!("{ABOUT}\n\n{DATA_AND_CREDENTIALS}"),
    after_help = AFTER_HELP,
    propagate_version = true,
    disable_help_subcommand = true
)]
pub(crate) struct Cli {
    #[command(flatten)]
    output: OutputFlags,

    /// The names of the subcommands, such as `member list`.
    #[arg(skip)]
    path: String,

    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    #[cfg(feature = "sim")]
    Tour(tour::Tour),
    #[cfg(feature = "sim")]
    Sim(Box<sim::Serve>),
    Setup(Box<setup::Setup>),
    Member(member::Command),
    Department(department::Command),
    Tag(tag::Command),
    Import(Box<import::Command>),
    Callback(callback::Command),
    LinkedCorp(linked_corp::Command),
    CorpGroup(corp_group::Command),
    Export(Box<export::Command>),
    Media(media::Command),
    Auth(auth::Command),
    ContactRule(contact_rule::Command),
    Config(config::Command),
    Pull(directory::Pull),
    Status(directory::Status),
    Find(directory::Find),
    Tree(directory::Tree),
    History(directory::History),
    Diff(directory::Diff),
    Sql(directory::Sql),
    Mirror(directory::Mirror),
    Plan(Box<plan::Command>),
    Apply(Box<apply::Apply>),
    Undo(Box<apply::Undo>),
    Run(apply::Runs),
    Roster(Box<roster::Command>),
    Doctor(Box<doctor::Doctor>),
    Errcode(errcode::Explain),
    Completion(completion::Completion),
    Man(man::Manual),
    Help(help::Help),
}

impl Cli {
    /// Parses the command line. Ends the process if it is invalid.
    pub(crate) fn parse_arguments() -> Self {
        let parsed = command_line().try_get_matches().and_then(|mut matches| {
            let path = path_of(&matches);
            let cli = Self::from_arg_matches_mut(&mut matches);
            cli.map(|cli| Self { path, ..cli }).map_err(|error| error.format(&mut command_line()))
        });
        parsed.unwrap_or_else(|mut error| {
            improve(&mut error);
            match language::current() {
                Language::Chinese => exit_in_chinese(&error),
                // clap does not wrap its errors.
                Language::English if error.use_stderr() && stderr::is_terminal() => {
                    stderr::print_usage_error(&error.render().to_string());
                    std::process::exit(error.exit_code());
                }
                Language::English => error.exit(),
            }
        })
    }

    pub(crate) async fn run(self) -> Result {
        log_to_stderr(&self.output);
        let output = self.output.output(&self.path)?;
        match self.command {
            #[cfg(feature = "sim")]
            Command::Tour(tour) => tour.run(output).await,
            #[cfg(feature = "sim")]
            Command::Sim(serve) => serve.run().await,
            Command::Setup(setup) => setup.run().await,
            Command::Member(command) => command.run(output).await,
            Command::Department(command) => command.run(output).await,
            Command::Tag(command) => command.run(output).await,
            Command::Import(command) => command.run(output).await,
            Command::Callback(command) => command.run(output).await,
            Command::LinkedCorp(command) => command.run(output).await,
            Command::CorpGroup(command) => command.run(output).await,
            Command::Export(command) => command.run(output).await,
            Command::Media(command) => command.run(output).await,
            Command::Auth(command) => command.run(output).await,
            Command::ContactRule(command) => command.run(output).await,
            Command::Config(command) => command.run(output).await,
            Command::Pull(command) => command.run(output).await,
            Command::Status(command) => command.run(output).await,
            Command::Find(command) => command.run(output).await,
            Command::Tree(command) => command.run(output).await,
            Command::History(command) => command.run(output).await,
            Command::Diff(command) => command.run(output).await,
            Command::Sql(command) => command.run(output).await,
            Command::Mirror(command) => command.run(output).await,
            Command::Plan(command) => command.run(output).await,
            Command::Apply(command) => command.run(output).await,
            Command::Undo(command) => command.run(output).await,
            Command::Run(command) => command.run(output).await,
            Command::Roster(command) => command.run().await,
            Command::Doctor(doctor) => doctor.run(output).await,
            Command::Errcode(explain) => explain.run(output),
            Command::Completion(completion) => completion.run(command_line()),
            Command::Man(manual) => manual.run(command_line()),
            Command::Help(help) => help.run(command_line()),
        }
    }
}

/// Prints help, the version or an error of the command line, with the streams and the exit code of clap.
fn exit_in_chinese(error: &clap::Error) -> ! {
    let text = match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            help::laid_out(&error.render().to_string())
        }
        ErrorKind::DisplayVersion => error.render().to_string(),
        _ => help::error_in_chinese(error),
    };
    if error.use_stderr() {
        stderr::print_usage_error(&text);
    } else {
        // Like clap, which ends with 0 if stdout is closed.
        let _ = print_text(&text);
    }
    std::process::exit(error.exit_code())
}

/// Returns the names of the subcommands that were typed.
fn path_of(matches: &ArgMatches) -> String {
    let mut names = Vec::new();
    let mut matches = matches;
    while let Some((name, below)) = matches.subcommand() {
        names.push(name);
        matches = below;
    }
    names.join(" ")
}

/// The heading of the flags for credentials.
const CREDENTIALS: &str = "Credentials (凭证)";

/// Where the folded flags are.
const WHERE_CREDENTIALS_ARE: &str =
    "Credentials (凭证): `--help` lists the flags, and `txl help secrets` explains them.";

/// Returns the command line with the flags for credentials folded: `-h` leaves them out, and `--help` lists them.
fn command_line() -> clap::Command {
    help::translated(command_line_in_english())
}

/// Returns the command line before its help is translated.
pub(crate) fn command_line_in_english() -> clap::Command {
    folded(Cli::command(), false)
}

/// `inherits` says whether a command above has such flags: they are global.
fn folded(command: clap::Command, inherits: bool) -> clap::Command {
    let is_folded = |argument: &clap::Arg| argument.get_help_heading() == Some(CREDENTIALS);
    let has_any = inherits || command.get_arguments().any(is_folded);
    let command = command
        .mut_args(|argument| {
            let hides = is_folded(&argument);
            argument.hide_short_help(hides)
        })
        .mut_subcommands(|below| folded(below, has_any));
    if has_any && command.get_after_help().is_none() {
        return command.after_help(WHERE_CREDENTIALS_ARE);
    }
    command
}

/// Replaces the usage line of an error by the one of `--help`, and the hint for a flag that has the name of a positional argument.
///
/// The line of the parser repeats each flag with a value, including values of the environment, which are credentials.
fn improve(error: &mut clap::Error) {
    let Some(ContextValue::StyledStr(usage)) = error.get(ContextKind::Usage) else { return };
    let usage = usage.to_string();
    let mut command = command_line();
    command.build();
    // "Usage: txl member get ..." contains the failed command.
    for name in usage.split_whitespace().skip(2) {
        let Some(below) = command.find_subcommand(name) else { break };
        command = below.clone();
    }
    if let Some(hint) = hint_without_flag(error, &command) {
        let hint = ContextValue::StyledStrs(vec![hint.to_string().into()]);
        error.insert(ContextKind::Suggested, hint);
        // Another flag with a similar name is no answer then.
        error.remove(ContextKind::SuggestedArg);
    }
    let usage = command.render_usage();
    error.insert(ContextKind::Usage, ContextValue::StyledStr(usage));
}

/// Returns a hint for `txl member get --userid zhangsan`. clap would say how `--userid` itself can be the value.
fn hint_without_flag(error: &clap::Error, command: &clap::Command) -> Option<Message> {
    let (ErrorKind::UnknownArgument, Some(ContextValue::String(flag))) =
        (error.kind(), error.get(ContextKind::InvalidArg))
    else {
        return None;
    };
    // A position that takes several values has the plural as its name.
    let singular = |name: &str| name.trim_end_matches('s').to_owned();
    let name = singular(&flag.strip_prefix("--")?.replace('-', "_"));
    let position = command.get_positionals().find(|position| singular(position.get_id().as_str()) == name)?;
    let placeholder = position.get_value_names()?.first()?;
    Some(messages::arguments::value_without_flag(placeholder, flag))
}

/// Sets up the log. `TXL_LOG` takes filters of `tracing`. Defaults to the level of the flags.
fn log_to_stderr(flags: &OutputFlags) {
    let level = match flags.verbosity() {
        _ if flags.is_quiet() => "off",
        // Shows warnings of successful calls. A failed call reports its own error.
        0 => "off,wecom_contacts::budget=warn,wecom_contacts::tokens::shared_store=warn,wecom_sim=warn",
        1 => "wecom_contacts=debug,wecom_sim=info,txl=debug",
        _ => "wecom_contacts=trace,wecom_sim=debug,txl=trace",
    };
    let filter = EnvFilter::try_from_env("TXL_LOG").unwrap_or_else(|_| EnvFilter::new(level));
    // Colours would look like control characters of untrusted text.
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false);
    log.with_writer(|| Log).finish().init();
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the help of a command and of all its subcommands.
    fn help(command: &mut clap::Command) -> String {
        let mut text = command.render_long_help().to_string();
        for below in command.get_subcommands_mut() {
            text += &help(below);
        }
        text
    }

    #[test]
    fn a_build_without_the_simulator_does_not_mention_it() {
        let mut command = Cli::command();
        command.build();
        let has = |name: &str| command.get_subcommands().any(|below| below.get_name() == name);
        assert_eq!(
            [has("sim"), has("tour"), has("member")],
            [cfg!(feature = "sim"), cfg!(feature = "sim"), true]
        );
        let help = help(&mut command);
        for words in ["txl sim", "txl tour", "TXL_SIM_", "`sim`"] {
            assert_eq!(help.contains(words), cfg!(feature = "sim"), "{words}");
        }
    }
}
