//! `txl` (通讯录): every WeCom (企业微信) contacts call, a simulator of the server, and a tour of both.
//!
//! `cli` says what can be typed, one module per chapter does it, `context` picks the credential, `output` and `failure`
//! print. `sim` serves the simulator; `tour` calls everything.

#![expect(
    clippy::doc_markdown,
    reason = "the doc comments of arguments are help texts, in which backticks would be shown"
)]

mod auth;
mod callback;
mod cli;
mod contact_rule;
mod context;
mod corp_group;
mod department;
mod export;
mod failure;
mod file;
mod import;
mod linked_corp;
mod listener;
mod media;
mod member;
mod output;
mod sim;
mod tag;
mod token_store;
mod tour;
mod words;

use std::process::ExitCode;

use clap::Parser;

#[tokio::main]
async fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    match cli.run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}
