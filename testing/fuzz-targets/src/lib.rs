//! The fuzz targets: untrusted input, and the invariants that must hold for it.
//!
//! A target takes bytes and panics if an invariant is violated. `fuzz/` runs the targets with `cargo fuzz`.
//! `tests/replay.rs` runs them with the [`seeds`] and the stored corpus, on stable Rust, in the normal suite. All are
//! deterministic, so a failing input always fails.

mod callback;
mod ciphertext;
mod envelope;
mod framing;
mod import;
mod mending;
mod pieces;
mod roster;
pub mod seeds;
mod sheet;
mod workbook;

pub use self::{
    callback::callback, ciphertext::ciphertext, envelope::envelope, framing::framing, import::import,
    mending::mending, roster::roster, sheet::sheet,
};

/// A target and its name, which is also the name of its corpus.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: &[Target] = &[
    ("callback", callback),
    ("ciphertext", ciphertext),
    ("envelope", envelope),
    ("framing", framing),
    ("import", import),
    ("mending", mending),
    ("roster", roster),
    ("sheet", sheet),
];
