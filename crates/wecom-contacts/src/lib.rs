//! The SDK for WeCom (企业微信) contacts (通讯录): members, departments, tags, imports, exports, change callbacks, linked corps.
//!
//! A [`Client`] holds one secret of one corp. Each chapter of the official documentation is a method of the client:
//! [`members`](Client::members), [`departments`](Client::departments), [`tags`](Client::tags),
//! [`imports`](Client::imports), [`exports`](Client::exports), and so on.
//!
//! # A first call
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> wecom_contacts::Result<()> {
//! # let sim = wecom_sim::Sim::start().await;
//! # let (corp_id, agent_id, app_secret) = (sim.corp_id(), sim.agent_id(), sim.app_secret());
//! use wecom_contacts::{Client, Secret};
//!
//! let client = Client::builder(corp_id, Secret::app(agent_id, app_secret))
//! #     .base_url(sim.url())
//!     .build()?;
//! let member = client.members().get("zhangsan").await?;
//! println!("{} is in {:?}", member.userid, member.department);
//! # Ok(())
//! # }
//! ```
//!
//! The client gets and renews the access token. It waits within WeCom's rate limits ([`budget`]). It retries requests
//! that certainly did not run ([`RetryPolicy`]). Writes that may have run are not retried.
//!
//! # The two secrets
//!
//! WeCom splits the rights between two kinds of secret. A program that reads details and writes needs two clients:
//!
//! | Secret | In the console | Reads | Writes |
//! |---|---|---|---|
//! | [`Secret::contacts_sync`] | 管理工具 → 通讯录同步 | ids of all members and departments, no details | members, departments, tags |
//! | [`Secret::app`] | 应用管理 → 自建 → the app | details of members inside its visible range (可见范围) | its own tags |
//!
//! Fields that a secret may not read are [`Seen::Hidden`], which is different from an empty value. Calls without
//! permission fail with [`Error::is_permission_denied`]. WeCom accepts calls only from the trusted IPs (企业可信IP) of the secret.
//!
//! # Errors
//!
//! All calls return the same [`Error`]. Programs branch on its predicates, and users read its report:
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> wecom_contacts::Result<()> {
//! # let sim = wecom_sim::Sim::start().await;
//! # let client = |secret| wecom_contacts::Client::builder(sim.corp_id(), secret).base_url(sim.url()).build();
//! # let client = client(wecom_contacts::Secret::app(sim.agent_id(), sim.app_secret()))?;
//! match client.members().get("no-such-member").await {
//!     Ok(member) => println!("{}", member.userid),
//!     Err(error) if error.is_not_found() => {
//!         let report = error.report(); // in English and Chinese, also as JSON
//!         println!("{}", report.message);
//!         for remedy in report.remedies {
//!             println!("try: {remedy}");
//!         }
//! #         return Ok(());
//!     }
//!     Err(error) => return Err(error),
//! }
//! # unreachable!("no member has this userid")
//! # }
//! ```
//!
//! [`Error::may_have_applied`] returns whether a failed write may have changed data. [`Error::retry_after`] is the time to
//! wait, if known. [`ErrorCode::info`] has the meaning and the remedy of each errcode.
//!
//! # Testing
//!
//! The crate `wecom-sim` simulates the server, including permissions, limits and callbacks. A test starts its own
//! simulator and sets [`ClientBuilder::base_url`]:
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use wecom_contacts::{Client, Secret};
//! use wecom_sim::{Fault, Sim};
//!
//! let sim = Sim::start().await;
//! let client = Client::builder(sim.corp_id(), Secret::app(sim.agent_id(), sim.app_secret()))
//!     .base_url(sim.url())
//!     .build()?;
//!
//! sim.faults().next("department/list", Fault::errcode(-1))?; // the server is busy once
//! assert_eq!(client.departments().list().await?.len(), 5);
//! # Ok(())
//! # }
//! ```
//!
//! [`Error::refused`] creates an error without a server.
//!
//! # Features
//!
//! None is enabled by default.
//!
//! | Feature | Adds |
//! |---|---|
//! | `axum` | `callback::Callbacks`: a router that receives callbacks on one or more URLs |
//! | `metrics` | counters and histograms of calls through the `metrics` facade; see [`observe`] |
//! | `redis` | `Redis`, `tokens::RedisStore` and `Budget::shared`: several processes share tokens and rate limits |
//!
//! # Where to go next
//!
//! - [`client`]: the behaviour that all calls have in common.
//! - [`endpoints`]: the list of all calls.
//! - [`callback`]: events of members, departments and jobs.
//! - [`imports`] and [`exports`]: jobs for large amounts of data.
//! - [`tokens`] and [`budget`]: access tokens and rate limits, alone and shared.
//! - The folder `examples` of the crate: eight programs that run against the simulator.

#![cfg_attr(docsrs, feature(doc_cfg))]

#[macro_use]
mod redact;
#[macro_use]
mod json_fields;

pub mod budget;
mod builder;
mod call_future;
pub mod client;
mod content_range;
mod download_body;
pub mod endpoint;
pub mod endpoints;
mod envelope;
pub mod error;
mod error_codes;
mod gettoken;
mod ids;
pub mod observe;
mod paging;
mod patch;
mod polling;
mod proxy;
#[cfg(feature = "redis")]
mod redis;
mod retry;
mod secret;
mod seen;
mod tls;
mod transport;

pub mod auth;
pub mod callback;
pub mod contact_rules;
pub mod corp_groups;
pub mod departments;
pub mod exports;
pub mod imports;
pub mod linked_corps;
pub mod media;
pub mod members;
pub mod tags;
pub mod tokens;

#[cfg(feature = "redis")]
pub use self::redis::Redis;
pub use budget::{Budget, BudgetBuilder, Limits};
pub use builder::ClientBuilder;
pub use call_future::CallFuture;
pub use client::Client;
pub use endpoint::{Call, Endpoint};
pub use endpoints::EndpointInfo;
pub use error::{Bilingual, Error, ErrorBuilder, ErrorKind, ErrorReport, Result, Stopped, TransportFailure};
pub use error_codes::{Class, CodeInfo, ErrorCode};
pub use ids::{
    AgentId, ChainGroupId, ChainId, ChainRuleId, CorpId, DepartmentId, ExternalUserId, JobId,
    LinkedDepartmentId, LinkedUserId, MediaId, OpenId, OpenUserId, PendingCorpId, TagId, UserId,
};
pub use patch::{Clear, Patch};
pub use polling::Polling;
pub use retry::RetryPolicy;
pub use secret::Secret;
pub use seen::Seen;

/// The examples of the crate's README are compiled and run with those of the documentation.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
