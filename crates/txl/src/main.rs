//! `txl` (通讯录): every WeCom (企业微信) contacts call, a simulator of the server, and a tour of both.
//!
//! `cli` is the command line, with a module for each chapter. `access` selects the credential, `lookup` finds ids by names, `output` and `failure`
//! print, `signals` ends a command early, and `places` has the directories of the user. `sim` serves the simulator, and `tour` calls every endpoint;
//! a build without the feature `sim` has neither.

#![warn(clippy::print_stderr)]
#![expect(
    clippy::doc_markdown,
    reason = "the doc comments of arguments are help texts, in which backticks would be shown"
)]

mod access;
mod advice;
mod apply;
mod auth;
mod callback;
mod cli;
mod completion;
mod config;
mod confirm;
mod contact_rule;
mod corp_group;
mod department;
mod directory;
mod doctor;
mod errcode;
mod export;
mod failure;
mod file;
mod help;
mod import;
mod language;
mod linked_corp;
mod listener;
mod lookup;
mod man;
mod media;
mod member;
mod messages;
mod names;
mod numbers;
mod output;
#[cfg(feature = "sim")]
mod parent;
mod places;
mod plan;
mod roster;
mod rows;
mod setup;
mod signals;
#[cfg(feature = "sim")]
mod sim;
mod tag;
mod timespan;
#[cfg(feature = "sim")]
mod tour;

use std::{process::ExitCode, time::Duration};

use failure::{Failure, Result};

/// Maximum time that reading and writing threads may continue after an interruption.
const PARTING: Duration = Duration::from_secs(1);

fn main() -> ExitCode {
    language::choose();
    let cli = cli::Cli::parse_arguments();
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return Failure::new(messages::system::no_threads()).because(&error).report(),
    };
    let ended = runtime.block_on(run(cli));
    let code = match ended.result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    };
    if ended.is_interrupted {
        runtime.shutdown_timeout(PARTING);
        file::remove_drafts();
    }
    code
}

/// The end of a command.
struct Ended {
    result: Result,
    is_interrupted: bool,
}

async fn run(cli: cli::Cli) -> Ended {
    if let Err(failure) = signals::listen() {
        return Ended { result: Err(failure), is_interrupted: false };
    }
    tokio::select! {
        biased;
        result = Box::pin(cli.run()) => Ended { result, is_interrupted: false },
        signal = signals::interruption() => {
            let remedy = signals::remedy().unwrap_or_else(messages::signals::read_before_you_repeat);
            let failure = signal.failure(messages::signals::interrupted).remedy(remedy);
            Ended { result: Err(failure), is_interrupted: true }
        }
    }
}
