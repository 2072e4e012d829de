//! Where a mirror is: a file, or a database.

use std::{ffi::OsString, fmt, path::PathBuf, sync::Arc};

use wecom_directory::store::{Store, sqlite::SqliteStore};

use crate::{
    failure::{Failure, Result},
    messages::directory as messages,
};

/// The place of a mirror. It is shown without a password.
#[derive(Clone)]
pub(super) enum Location {
    /// A SQLite file.
    File(PathBuf),
    /// The URL of a PostgreSQL database.
    Database(database::Url),
}

impl From<OsString> for Location {
    fn from(text: OsString) -> Self {
        match text.to_str() {
            Some(url) if database::is_url(url) => Self::Database(database::Url(url.to_owned())),
            _ => Self::File(text.into()),
        }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Database(url) => url.fmt(f),
        }
    }
}

impl Location {
    /// Opens the mirror, and creates it if it does not exist.
    pub(super) async fn open(&self) -> Result<Arc<dyn Store>> {
        match self {
            Self::File(path) => {
                if let Some(directory) = path.parent().filter(|directory| !directory.as_os_str().is_empty()) {
                    std::fs::create_dir_all(directory)
                        .map_err(|error| Failure::new(messages::no_directory(directory)).because(&error))?;
                }
                Ok(Arc::new(SqliteStore::open(path).await?))
            }
            Self::Database(url) => url.open().await,
        }
    }

    /// Opens the mirror if it exists.
    pub(super) async fn open_if_exists(&self) -> Result<Option<Arc<dyn Store>>> {
        match self {
            Self::File(path) if path.exists() => Ok(Some(self.open().await?)),
            Self::File(_) => Ok(None),
            Self::Database(url) => url.open_existing().await,
        }
    }

    /// Returns what identifies the file, however it is named. A database has none, and so has a file that does not exist.
    ///
    /// The file is not opened: when a second handle is closed, the locks of the database are lost.
    #[cfg(unix)]
    pub(super) fn identity(&self) -> Option<(u64, u64)> {
        use std::os::unix::fs::MetadataExt;
        let Self::File(path) = self else { return None };
        let there = std::fs::metadata(path).ok()?;
        Some((there.dev(), there.ino()))
    }

    /// A file that is open cannot be deleted or replaced on this platform.
    #[cfg(not(unix))]
    pub(super) fn identity(&self) -> Option<(u64, u64)> {
        None
    }

    /// Opens a mirror that exists.
    pub(super) async fn open_existing(&self) -> Result<Arc<dyn Store>> {
        let found = self.open_if_exists().await?;
        found.ok_or_else(|| Failure::new(messages::no_mirror(self)).remedy(messages::pull_first()))
    }
}

#[cfg(feature = "postgres")]
pub(super) mod database {
    //! A mirror in PostgreSQL.

    use std::{fmt, sync::Arc};

    pub(in crate::directory) use wecom_directory::store::postgres::is_url;
    use wecom_directory::{
        Error,
        store::{
            Store,
            postgres::{PostgresStore, without_password},
        },
    };

    use crate::{
        failure::{Failure, Result},
        messages::directory as messages,
    };

    /// The URL of a database. It may contain a password.
    #[derive(Clone)]
    pub(in crate::directory) struct Url(pub(super) String);

    impl fmt::Display for Url {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            without_password(&self.0).fmt(f)
        }
    }

    impl Url {
        pub(super) async fn open(&self) -> Result<Arc<dyn Store>> {
            let store = PostgresStore::open(&self.0).await.map_err(|error| self.failure(error))?;
            Ok(Arc::new(store))
        }

        pub(super) async fn open_existing(&self) -> Result<Option<Arc<dyn Store>>> {
            let store = PostgresStore::open_existing(&self.0).await.map_err(|error| self.failure(error))?;
            Ok(store.map(|store| Arc::new(store) as Arc<dyn Store>))
        }

        /// Opens a mirror that a copy fills.
        pub(in crate::directory) async fn open_for_copy(&self) -> Result<Arc<dyn Store>> {
            let store = PostgresStore::open_for_copy(&self.0).await.map_err(|error| self.failure(error))?;
            let filled =
                || Failure::usage(messages::target_has_corps(self)).remedy(messages::name_a_new_database());
            Ok(Arc::new(store.ok_or_else(filled)?))
        }

        fn failure(&self, error: Error) -> Failure {
            match error {
                Error::Unreachable(cause) => Failure::new(messages::unreachable(self))
                    .because(&*cause)
                    .remedy(messages::check_the_server()),
                error => error.into(),
            }
        }
    }
}

#[cfg(not(feature = "postgres"))]
pub(super) mod database {
    //! A program without PostgreSQL says so.

    use std::{fmt, sync::Arc};

    use wecom_directory::store::Store;

    use crate::{
        failure::{Failure, Result},
        messages::directory as messages,
    };

    /// The URL of a database. It may contain a password.
    #[derive(Clone)]
    pub(in crate::directory) struct Url(#[expect(dead_code, reason = "never shown")] pub(super) String);

    pub(in crate::directory) fn is_url(text: &str) -> bool {
        ["postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme))
    }

    impl fmt::Display for Url {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("postgres://")
        }
    }

    impl Url {
        pub(super) async fn open(&self) -> Result<Arc<dyn Store>> {
            Err(Failure::usage(messages::no_postgres()).remedy(messages::name_a_mirror()))
        }

        pub(super) async fn open_existing(&self) -> Result<Option<Arc<dyn Store>>> {
            self.open().await.map(Some)
        }

        pub(in crate::directory) async fn open_for_copy(&self) -> Result<Arc<dyn Store>> {
            self.open().await
        }
    }
}
