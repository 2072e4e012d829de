//! The user's own directories: configuration, cache, state.
//!
//! On Linux they are those of XDG: `$XDG_CONFIG_HOME`, `$XDG_CACHE_HOME` and `$XDG_STATE_HOME`, or their defaults below the home
//! directory. A relative path in one of these variables is ignored.

use std::path::PathBuf;

use etcetera::base_strategy::{BaseStrategy, choose_base_strategy, choose_native_strategy};

use crate::failure::{Failure, Result};

/// Which of the user's directories.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// For what the user writes.
    Config,
    /// For what a command can fetch again.
    Cache,
    /// For what a command needs later.
    State,
    /// For what the user keeps.
    Data,
}

/// Our part of the directory. `None` without a home directory, as the user of a container may have none.
///
/// # Errors
///
/// Fails if the home directory is a relative path: `what` would then be in the working directory. `otherwise` says how to name
/// another place.
pub(crate) fn below_home(place: Place, what: &str, otherwise: &str) -> Result<Option<PathBuf>> {
    let Some(directory) = directory(place) else { return Ok(None) };
    if directory.is_relative() {
        let failure = Failure::usage(format!(
            "the home directory (HOME) is not an absolute path, and {what} are kept below it"
        ));
        return Err(failure.remedy(format!("set HOME to an absolute path, or name a place by {otherwise}")));
    }
    Ok(Some(directory.join("txl")))
}

fn directory(place: Place) -> Option<PathBuf> {
    if place == Place::Config {
        // People edit it by hand: macOS has ~/.config for that, as Linux does.
        return choose_base_strategy().ok().map(|places| places.config_dir());
    }
    let places = choose_native_strategy().ok()?;
    Some(match place {
        Place::Cache => places.cache_dir(),
        Place::Data => places.data_dir(),
        _ => places.state_dir().unwrap_or_else(|| places.data_dir()),
    })
}
