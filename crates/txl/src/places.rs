//! Directories below the user's own.

use std::path::PathBuf;

use etcetera::base_strategy::{BaseStrategy, choose_native_strategy};

use crate::failure::{Failure, Result};

/// Which of the user's directories.
#[derive(Clone, Copy)]
pub(crate) enum Place {
    /// For what can be had again.
    Cache,
    /// For what a command needs later.
    State,
}

/// Our part of the directory; `None` without a home, as a container's user may be.
///
/// # Errors
///
/// Fails if the home directory is a relative path: `what` would then be kept in the working directory. `otherwise` says how to
/// name a place.
pub(crate) fn below_home(place: Place, what: &str, otherwise: &str) -> Result<Option<PathBuf>> {
    let Ok(places) = choose_native_strategy() else { return Ok(None) };
    let directory = match place {
        Place::Cache => places.cache_dir(),
        Place::State => places.state_dir().unwrap_or_else(|| places.data_dir()),
    };
    if directory.is_relative() {
        let failure = Failure::usage(format!(
            "the home directory (HOME) is not an absolute path, and {what} are kept below it"
        ));
        return Err(failure.remedy(format!("set HOME to an absolute path, or name a place by {otherwise}")));
    }
    Ok(Some(directory.join("txl")))
}
