//! Why the mirror cannot be read, written or filled.

use std::{path::PathBuf, time::Duration};

/// The result of this crate's operations.
pub type Result<T> = std::result::Result<T, Error>;

/// Why the mirror cannot be read, written or filled. No text quotes a value of a member.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// WeCom refused a call, or could not be reached.
    #[error("WeCom could not be read")]
    WeCom(#[source] Box<wecom_contacts::Error>),
    /// A member's row is not what WeCom documents.
    #[error("WeCom sent a member's row that cannot be read")]
    Row(#[source] Box<serde_json::Error>),
    /// Neither of the two secrets is there.
    #[error("no secret: a pull needs the contacts-sync secret, an app's secret, or both")]
    NoCredential,
    /// Another writer works on the same corp.
    #[error("corp {corp} is locked by {holder} (waited {} s)", .waited.as_secs())]
    Locked {
        /// The corp.
        corp: String,
        /// Who holds the lock: the command, the process and since when.
        holder: String,
        /// How long this writer waited.
        waited: Duration,
    },
    /// The file is no SQLite database.
    #[error("{} is no SQLite database", .0.display())]
    NotADatabase(PathBuf),
    /// The database has tables, and they are no mirror's.
    #[error("the database is no mirror: it has tables of another program")]
    NotAMirror,
    /// The mirror was written by a newer version of this program.
    #[error("the mirror has schema {found}, this program reads up to {known}: use a newer version")]
    NewerSchema {
        /// The schema of the mirror.
        found: u32,
        /// The newest schema that this program knows.
        known: u32,
    },
    /// The file or its directory cannot be written.
    #[error("the mirror cannot be written: it is read-only")]
    ReadOnly,
    /// The disk, or the limit of the file's size, is full.
    #[error("the mirror cannot be written: the disk is full")]
    Full,
    /// The URL of the database is invalid. The text does not quote it, because it may contain a password.
    #[error("the database URL is invalid: {0}")]
    DatabaseUrl(&'static str),
    /// The database cannot hold a mirror.
    #[error("the database cannot hold a mirror: {0}")]
    UnsuitableDatabase(&'static str),
    /// The connection to the database was lost or refused.
    #[error("the database cannot be reached")]
    Unreachable(#[source] Box<dyn std::error::Error + Send + Sync>),

    /// The file that `sslrootcert` names in the URL of a database has no usable certificate.
    #[error("the certificates of sslrootcert cannot be read from {}", file.display())]
    RootCertificates {
        /// The file.
        file: PathBuf,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The database refuses or fails otherwise.
    #[error("the mirror's database failed")]
    Database(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A statement of the user does not parse, writes, or is more than one.
    #[error("the statement cannot be run: {0}")]
    Statement(String),
    /// The mirror has no such corp.
    #[error("the mirror has no corp {0}")]
    UnknownCorp(String),
    /// A rename of a plan names no department, or one that cannot be renamed so.
    #[error("the rename is not possible: {0}")]
    Rename(RenameProblem),
    /// A plan may not be applied.
    #[error(transparent)]
    PlanRefused(#[from] crate::apply::PlanRefused),
    /// The mirror has no such run.
    #[error("the mirror has no run {0} of this corp")]
    UnknownRun(i64),
    /// The mirror holds something that it cannot hold: it was changed by another program, or the file is damaged.
    #[error("the mirror is damaged: {0}")]
    Damaged(&'static str),
}

/// Why a department cannot be renamed or moved.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RenameProblem {
    /// No department, or more than one, has this name or path.
    #[error("no single department is called {0}")]
    NotOne(String),
    /// The name or the parent of the department is hidden.
    #[error("the name or the parent of {0} is hidden")]
    Hidden(String),
    /// The department would be below itself.
    #[error("{0} would be below itself")]
    BelowItself(String),
    /// The tree would have more levels than WeCom allows.
    #[error("the tree would have more than {levels} levels")]
    TooDeep {
        /// Maximum number of levels.
        levels: usize,
    },
    /// Another department below the same parent has the name.
    #[error("{parent} has a department {name}")]
    Taken {
        /// The parent.
        parent: String,
        /// The name.
        name: String,
    },
}

impl From<wecom_contacts::Error> for Error {
    fn from(error: wecom_contacts::Error) -> Self {
        Self::WeCom(Box::new(error))
    }
}
