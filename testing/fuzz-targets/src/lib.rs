//! What strangers can send, and what must hold of it whatever they send: the bodies of the fuzz targets.
//!
//! A target takes bytes and panics when something that must hold does not. `fuzz/` drives them with `cargo fuzz`;
//! `tests/replay.rs` drives them with the [`seeds`] and the kept corpus, on stable Rust, in the ordinary suite. All are
//! deterministic: an input that fails once fails again.

mod callback;
mod ciphertext;
mod envelope;
mod framing;
mod import;
mod mending;
mod pieces;
pub mod seeds;
mod sheet;
mod workbook;

pub use self::{
    callback::callback, ciphertext::ciphertext, envelope::envelope, framing::framing, import::import,
    mending::mending, sheet::sheet,
};

/// A target and its name, which is also that of its corpus.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: &[Target] = &[
    ("callback", callback),
    ("ciphertext", ciphertext),
    ("envelope", envelope),
    ("framing", framing),
    ("import", import),
    ("mending", mending),
    ("sheet", sheet),
];
