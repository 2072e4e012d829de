//! Tests of the command as a process.

#![expect(clippy::unwrap_used, reason = "what helps a test may panic as the test may")]

#[cfg(unix)]
mod apply_kills;
#[cfg(unix)]
mod broken_pipe;
#[cfg(unix)]
mod browser;
mod callback;
mod callback_check;
mod callback_delivery;
#[cfg(unix)]
mod callback_listen;
mod callback_output;
mod callback_server;
mod chinese;
#[cfg(unix)]
mod chinese_screens;
mod commands;
mod config;
mod config_file;
mod corp;
mod credentials;
#[cfg(unix)]
mod deletion;
mod directory;
mod doctor;
mod export;
mod formats;
mod http_request;
mod import;
mod import_cases;
mod import_effects;
mod import_round_trip;
mod lookup;
#[cfg(unix)]
mod mirror_crash;
mod parts;
mod people;
mod production;
mod proxy;
#[cfg(unix)]
mod pty;
mod reference;
mod roster;
mod run;
#[cfg(unix)]
mod run_ends;
#[cfg(unix)]
mod screens;
mod scripted;
mod seed_sheets;
mod selection;
#[cfg(unix)]
mod setup;
mod signals;
mod sim;
#[cfg(unix)]
mod streams;
mod token_store;
mod tour;
