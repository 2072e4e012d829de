//! The user's own directories: configuration, cache, state.
//!
//! On Linux they are those of XDG: `$XDG_CONFIG_HOME`, `$XDG_CACHE_HOME` and `$XDG_STATE_HOME`, or their defaults below the home
//! directory. A relative path in one of these variables is ignored.

use std::path::PathBuf;

use etcetera::base_strategy::{BaseStrategy, choose_base_strategy, choose_native_strategy};

use crate::{
    failure::{Failure, Result},
    messages,
};

/// Which of the user's directories.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// For what the user writes: profiles.
    Config,
    /// For what a command can fetch again: tokens.
    Cache,
    /// For what a command needs later: the keys of exports.
    State,
    /// For what the user keeps.
    Data,
}

/// Our part of the directory. `None` without a home directory, as the user of a container may have none.
///
/// # Errors
///
/// Fails if the home directory is a relative path: the files would then be in the working directory.
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
