//! `txl setup`: asks for the credentials of a corp, checks each with a real call, and writes them into a profile of `txl.toml`.
//!
//! `prompt` asks, `verify` checks, and `access::Proposal` reads and writes the values as every other command does. Nothing is written before the end.

mod prompt;
mod verify;

use std::path::{Path, PathBuf};

use clap::Args;

use self::verify::Fault;
use crate::{
    access::{
        Caller, ConfigFile, ConfigPath, FileFlags, ProfileKey, Proposal, existing_file, no_home,
        path_argument, set_variables,
    },
    confirm::can_ask,
    failure::{Failure, Result, is_hidden},
    messages::setup as messages,
    output::{say, stderr},
};

/// Maximum number of characters of a profile's name.
const MAX_NAME: usize = 64;
/// The name that a first profile gets if none is typed.
const FIRST: &str = "default";

/// Ask for the credentials of a corp, check them, and write a profile (配置向导)
///
/// Says where each value is in the console (管理后台), checks each secret with a call that reads, and explains what is wrong with it. A
/// secret may be typed, which is not shown, or be a reference: env:NAME or file:PATH. At the end the values become a profile of txl.toml,
/// which only its owner can read. Other profiles, other keys and comments stay. Ctrl-C ends it, and nothing is written.
///
/// --profile names the profile. --base-url, --proxy and --ca-cert are used for the checks and written with it.
#[derive(Args)]
pub(crate) struct Setup {
    #[command(flatten)]
    file: FileFlags,
    /// Base URL of the API, for a gateway or a simulator
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// Proxy for all requests
    #[arg(long, value_name = "URL")]
    proxy: Option<String>,
    /// PEM file of additional CA certificates to trust
    #[arg(long, value_name = "PATH", value_parser = path_argument())]
    ca_cert: Option<PathBuf>,
}

impl Setup {
    pub(crate) async fn run(self) -> Result {
        if !can_ask() {
            return Err(Failure::usage(messages::needs_a_terminal())
                .remedy(messages::write_the_file_yourself())
                .remedy(messages::or_use_flags()));
        }
        stderr::speak();
        let ConfigPath { path, named_by } = self.file.path()?.ok_or_else(no_home)?;
        let file = existing_file(&path)?;
        let named = self.file.profile()?.map(str::to_owned);
        if let Some(name) = &named {
            check_name(name)?;
            if is_taken(file.as_ref(), name) && !may_replace(name, &path).await? {
                return Err(Failure::new(messages::nothing_was_written()));
            }
        }
        say(messages::introduction());
        let mut proposal = self.proposal(&path)?;
        corp_id(&mut proposal).await?;
        loop {
            let contacts = contacts_secret(&mut proposal).await?;
            let app = app_secret(&mut proposal).await?;
            if contacts || app {
                break;
            }
            say(messages::one_secret_is_needed());
        }
        let name = match named {
            Some(name) => name,
            None => new_name(file.as_ref(), &path).await?,
        };
        let becomes_default = match file.as_ref() {
            Some(file) if !file.profiles.is_empty() => {
                file.default.as_deref() != Some(name.as_str())
                    && prompt::agrees(messages::make_it_the_default(&name, file.default.as_deref())).await?
            }
            _ => true,
        };
        proposal.write(&name, becomes_default)?;
        let is_default =
            becomes_default || file.as_ref().and_then(|file| file.default.as_deref()) == Some(name.as_str());
        say(messages::written(&name, &path));
        next_commands(&name, is_default, named_by.map(|_| path.as_path()));
        Ok(())
    }

    /// Returns a proposal with the connection of the flags.
    fn proposal(&self, path: &Path) -> Result<Proposal> {
        let mut proposal = Proposal::new(path);
        let ca_cert = match &self.ca_cert {
            // A path in the file is relative to the file's directory.
            Some(path) => {
                Some(std::path::absolute(path).map_err(|error| crate::file::unreadable(path, &error))?)
            }
            None => None,
        };
        let ca_cert = ca_cert.map(|path| path.display().to_string());
        for (key, value) in [
            (ProfileKey::BaseUrl, &self.base_url),
            (ProfileKey::Proxy, &self.proxy),
            (ProfileKey::CaCert, &ca_cert),
        ] {
            if let Some(value) = value {
                proposal.set(key, value)?;
            }
        }
        Ok(proposal)
    }
}

async fn corp_id(proposal: &mut Proposal) -> Result {
    say(messages::where_the_corp_id_is());
    loop {
        let text = prompt::line(messages::ask_corp_id()).await?;
        if text.is_empty() {
            say(messages::corp_id_is_needed());
            continue;
        }
        match proposal.set(ProfileKey::CorpId, &text) {
            Ok(()) => return Ok(()),
            Err(failure) => tell(&failure),
        }
    }
}

/// Returns whether the proposal has the secret now.
async fn contacts_secret(proposal: &mut Proposal) -> Result<bool> {
    say(messages::where_contacts_sync_is());
    secret(proposal, Caller::Contacts, ProfileKey::ContactsSecret).await
}

async fn app_secret(proposal: &mut Proposal) -> Result<bool> {
    say(messages::where_the_app_is());
    loop {
        let text = prompt::line(messages::ask_agent_id()).await?;
        if text.is_empty() {
            return Ok(false);
        }
        match proposal.set(ProfileKey::AgentId, &text) {
            Ok(()) => break,
            Err(failure) => tell(&failure),
        }
    }
    let is_set = secret(proposal, Caller::App, ProfileKey::AppSecret).await?;
    if !is_set {
        proposal.remove(ProfileKey::AgentId);
    }
    Ok(is_set)
}

/// Asks for a secret until it is good, kept unchecked, or skipped.
async fn secret(proposal: &mut Proposal, caller: Caller, key: ProfileKey) -> Result<bool> {
    loop {
        let text = prompt::hidden(messages::ask_secret(caller)).await?;
        if text.is_empty() {
            return Ok(false);
        }
        if let Err(failure) = proposal.set(key, &text) {
            tell(&failure);
            continue;
        }
        loop {
            say(messages::checking());
            let Err(fault) = verify::check(proposal, caller).await else {
                say(messages::secret_is_good(caller));
                return Ok(true);
            };
            match next_step(fault).await? {
                Choice::CheckAgain => {}
                Choice::TypeAgain => break,
                Choice::CorpId => corp_id(proposal).await?,
                Choice::Keep => return Ok(true),
                Choice::Skip => {
                    proposal.remove(key);
                    return Ok(false);
                }
            }
        }
    }
}

/// What follows a failed check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Choice {
    CheckAgain,
    TypeAgain,
    CorpId,
    Keep,
    Skip,
}

/// Asks what to do about a fault. Enter is the step that probably corrects it.
async fn next_step(fault: Fault) -> Result<Choice> {
    let (default, key) = match fault {
        Fault::CorpId => (Choice::CorpId, 'c'),
        Fault::Secret => (Choice::TypeAgain, 't'),
        Fault::Address | Fault::Other => (Choice::CheckAgain, 'a'),
    };
    say(messages::choices());
    loop {
        match prompt::line(messages::what_next(key)).await?.to_ascii_lowercase().as_str() {
            "" => return Ok(default),
            "a" => return Ok(Choice::CheckAgain),
            "t" => return Ok(Choice::TypeAgain),
            "c" => return Ok(Choice::CorpId),
            "k" => return Ok(Choice::Keep),
            "s" => return Ok(Choice::Skip),
            _ => {}
        }
    }
}

/// Asks for the name of the profile.
async fn new_name(file: Option<&ConfigFile>, path: &Path) -> Result<String> {
    let is_first = file.is_none_or(|file| file.profiles.is_empty());
    loop {
        let suggested = is_first.then_some(FIRST);
        let text = prompt::line(messages::ask_name(suggested, file.map(ConfigFile::names))).await?;
        let name = match (text.as_str(), suggested) {
            ("", Some(suggested)) => suggested.to_owned(),
            ("", None) => continue,
            _ => text,
        };
        if let Err(failure) = check_name(&name) {
            tell(&failure);
        } else if !is_taken(file, &name) || may_replace(&name, path).await? {
            return Ok(name);
        }
    }
}

async fn may_replace(name: &str, path: &Path) -> Result<bool> {
    say(messages::replace(name, path));
    prompt::agrees(messages::ask_to_replace(name)).await
}

fn is_taken(file: Option<&ConfigFile>, name: &str) -> bool {
    file.is_some_and(|file| file.profiles.iter().any(|profile| profile.name == name))
}

/// Checks that a name can be typed after `--profile`.
fn check_name(name: &str) -> Result {
    let is_fine = |one: char| !one.is_whitespace() && !is_hidden(one) && !matches!(one, '"' | '\'' | '\\');
    if name.starts_with('-') || !name.chars().all(is_fine) || name.chars().count() > MAX_NAME {
        return Err(
            Failure::usage(messages::name_is_unusable(MAX_NAME)).remedy(messages::take_another_name())
        );
    }
    Ok(())
}

/// Prints a failure without ending the command.
fn tell(failure: &Failure) {
    say(messages::failure(failure));
    failure.remedies().iter().for_each(|remedy| say(messages::remedy(remedy)));
}

/// Prints the commands to type next. `config` is the file, if it is not the user's own.
fn next_commands(name: &str, is_default: bool, config: Option<&Path>) {
    let variables = set_variables();
    let mut flags = String::new();
    if let Some(path) = config {
        flags.push_str(&format!(" --config {}", path.display()));
    }
    // Variables with credentials take precedence over the default profile.
    if !is_default || !variables.is_empty() {
        flags.push_str(&format!(" --profile {name}"));
    }
    say(messages::next());
    for command in ["txl doctor", "txl pull", "txl tree"] {
        say(messages::command(&format!("{command}{flags}"), command));
    }
    if !variables.is_empty() {
        say(messages::variables_come_first(&variables));
    }
}
