//! Reports whether stdin and stdout were open when the program started.
//!
//! Before `main`, Rust's standard library opens `/dev/null` in place of a closed standard stream. Writes to it are
//! lost without an error, and from `main` on it is indistinguishable from a `/dev/null` that the caller chose. The
//! streams are therefore checked earlier, in a constructor.
//!
//! This is a separate crate because the attribute of the constructor generates code that allows `unsafe_code`, which
//! all other crates of the workspace forbid.

#![cfg_attr(docsrs, feature(doc_cfg))]

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

static STDIN_WAS_CLOSED: AtomicBool = AtomicBool::new(false);
static STDOUT_WAS_CLOSED: AtomicBool = AtomicBool::new(false);

/// Returns whether the program was started with a closed stdin, as by `<&-`. Always `false` on Windows.
pub fn stdin_was_closed() -> bool {
    STDIN_WAS_CLOSED.load(Relaxed)
}

/// Returns whether the program was started with a closed stdout, as by `>&-`. Always `false` on Windows.
pub fn stdout_was_closed() -> bool {
    STDOUT_WAS_CLOSED.load(Relaxed)
}

/// Makes two system calls, and needs nothing that the standard library sets up.
#[cfg(unix)]
#[ctor::ctor(unsafe)]
fn look() {
    STDIN_WAS_CLOSED.store(rustix::io::fcntl_getfd(rustix::stdio::stdin()).is_err(), Relaxed);
    STDOUT_WAS_CLOSED.store(rustix::io::fcntl_getfd(rustix::stdio::stdout()).is_err(), Relaxed);
}

/// The examples of the crate's README are compiled and run with those of the documentation.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
