//! The directories of the user: configuration, cache, state.
//!
//! On Linux they follow XDG: `$XDG_CONFIG_HOME`, `$XDG_CACHE_HOME` and `$XDG_STATE_HOME`, or their defaults below the home directory. A relative path
//! in these variables is ignored.

use std::path::PathBuf;

use etcetera::base_strategy::{BaseStrategy, choose_base_strategy, choose_native_strategy};

use crate::{
    failure::{Failure, Result},
    messages,
};

/// The kind of a directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// For files that the user writes: profiles.
    Config,
    /// For data that can be fetched again: tokens.
    Cache,
    /// For data that a later command needs: the keys of exports and of fingerprints, the count of look-ups.
    State,
    /// For data of the user.
    Data,
}

/// Returns the subdirectory of `txl`, or `None` if the user has no home directory, for example in a container.
///
/// # Errors
///
/// Fails if the home directory is a relative path, because the files would be in the working directory.
pub(crate) fn below_home(place: Place) -> Result<Option<PathBuf>> {
    let Some(directory) = directory(place) else { return Ok(None) };
    if directory.is_relative() {
        return Err(Failure::usage(messages::places::home_is_relative(place))
            .remedy(messages::places::set_home_or_name_a_place(place)));
    }
    Ok(Some(directory.join("txl")))
}

fn directory(place: Place) -> Option<PathBuf> {
    if place == Place::Config {
        // Users edit this file. On macOS, ~/.config is the usual place for such files, as on Linux.
        return choose_base_strategy().ok().map(|places| places.config_dir());
    }
    let places = choose_native_strategy().ok()?;
    Some(match place {
        Place::Cache => places.cache_dir(),
        Place::Data => places.data_dir(),
        _ => places.state_dir().unwrap_or_else(|| places.data_dir()),
    })
}
