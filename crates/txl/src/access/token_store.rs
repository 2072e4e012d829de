//! Where access tokens are kept between commands, so that not every one asks for its own.

use std::path::PathBuf;

use wecom_contacts::{
    ClientBuilder,
    tokens::{FileStore, RedisStore},
};

use crate::{
    failure::{Failure, Result},
    messages,
    places::{Place, below_home},
};

/// The word for keeping none.
pub(crate) const NONE: &str = "none";

/// Gives a client the store that was named, or the user's own file.
pub(crate) fn attach(builder: ClientBuilder, named: Option<&str>) -> Result<ClientBuilder> {
    match named {
        Some(NONE) => Ok(builder),
        Some(url) if url.contains("://") => match RedisStore::open(url) {
            Ok(store) => Ok(builder.token_store(store)),
            Err(error) => Err(Failure::usage(messages::credentials::token_store_is_refused(&error))
                .remedy(messages::credentials::what_a_token_store_is())),
        },
        Some(path) => Ok(builder.token_store(FileStore::new(path))),
        // A container's user may have no home; tokens are then not kept.
        None => Ok(match own_file()? {
            Some(path) => builder.token_store(FileStore::new(path)),
            None => builder,
        }),
    }
}

/// The file where this platform keeps what can be had again.
///
/// # Errors
///
/// Fails if the home directory is a relative path: tokens would then be kept in the working directory.
fn own_file() -> Result<Option<PathBuf>> {
    Ok(below_home(Place::Cache)?.map(|directory| directory.join("tokens.json")))
}
