//! A database that mirrors the contacts (通讯录) of a WeCom (企业微信) corp.
//!
//! A [`pull`] reads the corp through the SDK and writes it into a [`store`], a SQLite file or a PostgreSQL database. The mirror states what each pull has
//! proven ([`Coverage`]), keeps fields that a credential may not see apart from empty ones ([`Seen`](wecom_contacts::Seen)), and
//! records every change in a [`journal`]. [`search`] and [`tree`] answer from it.
//!
//! A [`plan`] brings the corp to a [`roster`] and passes the [`gate`]. [`apply`] sends its steps as a [`run`] that survives a crash,
//! and [`undo`] makes the inverse plan of a run.
//!
//! No object is removed and no field is cleared because it was out of sight: absence proves something only if the reading was
//! complete.

#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod apply;
pub mod coverage;
mod error;
mod field_set;
pub mod gate;
pub mod journal;
pub mod plan;
pub mod policy;
pub mod pull;
pub mod record;
pub mod roster;
pub mod run;
pub mod search;
pub mod store;
mod tasks;
pub mod tree;
pub mod undo;

pub use coverage::{Coverage, Level};
pub use error::{Error, RenameProblem, Result};
pub use field_set::FieldSet;

/// The examples of the crate's README are compiled and run with those of the documentation.
#[cfg(all(doctest, feature = "sqlite"))]
#[doc = include_str!("../README.md")]
struct Readme;
