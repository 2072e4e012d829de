//! Random texts that cannot be guessed.

use std::iter;

/// Returns random letters and digits, for ids and links.
pub(crate) fn random_text(length: usize) -> String {
    iter::repeat_with(fastrand::alphanumeric).take(length).collect()
}
