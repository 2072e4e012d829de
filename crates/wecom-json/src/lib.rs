//! JSON as WeCom (企业微信) sends it: the parts that `serde_json` lacks. The crate does no IO.
//!
//! [`mend`] replaces the damaged texts of a document. [`Framer`] splits a document into records while it is being
//! received. [`OrderedFields`] reads the fields of an object in the order of the document.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod fields;
mod frame;
mod mend;

pub use fields::OrderedFields;
pub use frame::{Frame, Framer, Unframed};
pub use mend::mend;

/// The examples of the crate's README are compiled and run with those of the documentation.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
