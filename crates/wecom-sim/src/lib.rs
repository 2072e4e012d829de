//! A simulator of the WeCom (企业微信) contacts server: stateful, strict, with its own clock.
//!
//! Each test starts its own server on a free loopback port. The server has a small corp:
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() {
//! use wecom_sim::Sim;
//!
//! let sim = Sim::start().await;
//! println!("{} serves corp {}", sim.url(), sim.corp_id());
//! # }
//! ```
//!
//! The simulator imitates the server and is independent of any client. `docs/fidelity.md` lists what is proven,
//! inferred or chosen. Start reading at [`Sim`], then `api` (one module per chapter of the official documentation),
//! then `world` (the state that the calls change).

#![cfg_attr(docsrs, feature(doc_cfg))]

mod api;
mod attributes;
mod callback;
mod client_timeouts;
mod clock;
mod config;
mod connections;
mod console;
mod control;
mod control_access;
mod corp_settings;
mod corp_tasks;
mod corps;
mod digest;
mod download;
mod due_work;
mod dump;
mod fault_control;
mod faults;
mod large_files;
mod media_downloads;
mod offline;
mod outgoing;
mod random;
mod rates;
mod request_log;
mod saved_state;
mod seed;
mod server;
mod shared;
mod sim;
mod snapshot_control;
mod snapshots;
mod state;
mod world;
mod write_log;

pub use callback::client::VerificationError;
pub use clock::TimeError;
pub use config::SimBuilder;
pub use console::{
    Console, ConsoleCallback, ConsoleDepartment, ConsoleError, ConsoleEvent, ConsoleLegacy, ConsoleMember,
    ConsolePermission, ConsoleRange, ConsoleVisit, InvalidTagMembers,
};
pub use dump::{CorpDump, DumpedDepartment, DumpedMember, DumpedTag};
pub use fault_control::Faults;
pub use faults::{
    CallRule, DeliveryFault, DeliveryRule, Fault, FaultCaller, FaultError, FaultRules, FaultState, Moment,
    RuleState, TokenDeath, When,
};
#[doc(hidden)]
pub use offline::Offline;
pub use rates::Rates;
pub use request_log::Request;
pub use saved_state::SavedState;
pub use seed::{CorpFile, CorpFileError, SeedError, SeedShape};
pub use sim::Sim;
pub use snapshots::SnapshotError;
pub use state::{CallbackState, CredentialState, State};
pub use world::{
    Choices,
    callback::{Attempt, AttemptKind, DeliveryRecord, DeliveryState, ResendError, TargetError},
};
pub use write_log::{LoggedWrite, WriteLog};

/// The examples of the crate's README are compiled and run with those of the documentation.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
