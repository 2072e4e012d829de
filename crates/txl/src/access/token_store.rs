//! The store of access tokens between commands. With it, a command can use the token of an earlier one.

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

/// The word that disables the store.
pub(crate) const NONE: &str = "none";

/// Sets the store of a client: the selected one, or the user's own file.
pub(crate) fn attach(builder: ClientBuilder, named: Option<&str>) -> Result<ClientBuilder> {
    match named {
        Some(NONE) => Ok(builder),
        Some(url) if url.contains("://") => match RedisStore::open(url) {
            Ok(store) => Ok(builder.token_store(store)),
            Err(error) => Err(Failure::usage(messages::credentials::token_store_is_refused(&error))
                .remedy(messages::credentials::what_a_token_store_is())),
        },
        Some(path) => Ok(builder.token_store(FileStore::new(path))),
        // In a container, the user can have no home directory. Tokens are then not stored.
        None => Ok(match own_file()? {
            Some(path) => builder.token_store(FileStore::new(path)),
            None => builder,
        }),
    }
}

/// Returns the default file, in the platform's directory for data that can be fetched again.
///
/// # Errors
///
/// Fails if the home directory is a relative path, because the tokens would be in the working directory.
pub(crate) fn own_file() -> Result<Option<PathBuf>> {
    Ok(below_home(Place::Cache)?.map(|directory| directory.join("tokens.json")))
}
