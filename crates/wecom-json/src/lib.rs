//! JSON as WeCom (企业微信) sends it: what `serde_json` alone does not do. No IO.
//!
//! [`mend`] replaces the damaged texts of a document, [`Framer`] cuts records out of one that is still arriving, and
//! [`OrderedFields`] reads an object's fields in the order of the document.

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
