//! The SDK for WeCom (企业微信) contacts (通讯录): members, departments, tags, imports, exports, change callbacks, linked corps.
//!
//! A [`Client`] is one credential of one corp. Each chapter of the official documentation is a handle of the same name.
//!
//! ```
//! # async fn example() -> wecom_contacts::Result<()> {
//! use wecom_contacts::{Client, Secret};
//!
//! let client = Client::builder("ww1234567890abcdef", Secret::app(1000002, "own-app-secret")).build()?;
//! let member = client.members().get("zhangsan").await?;
//! println!("{} sits in {:?}", member.userid, member.department);
//! # Ok(())
//! # }
//! ```
//!
//! Read [`client`] for what every call has in common, [`Error`] for what goes wrong, then the chapter you need; [`endpoints`] lists
//! all calls. For production:
//! [`RetryPolicy`] and [`budget`] for what is sent again and how often, [`observe`] for what can be seen of it.

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
