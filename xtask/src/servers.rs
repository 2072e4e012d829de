//! The servers for the suite, Redis and PostgreSQL: a running one, a private one, or one that is installed first.

use std::env;

use anyhow::Result;
use private_servers::{
    postgres::{self, PrivatePostgres},
    redis::{self, PrivateRedis},
};

use crate::install::{Product, install};

/// A server for one run. A private one ends when this value is dropped.
pub(crate) struct Server {
    pub(crate) product: &'static str,
    /// The variable that names the server to the tests.
    pub(crate) variable: &'static str,
    pub(crate) url: String,
    /// A description for the summary. It has no URL, because a URL may contain a password.
    pub(crate) which: String,
    _process: Process,
}

/// What keeps a private server running.
enum Process {
    Elsewhere,
    Redis { _server: PrivateRedis },
    Postgres { _server: PrivatePostgres },
}

impl Server {
    /// Uses the server of `REDIS_URL` if it answers. Otherwise starts a private one, and installs it first if
    /// possible.
    pub(crate) fn redis() -> Result<Self> {
        const VARIABLE: &str = "REDIS_URL";
        if let Some(server) = Self::named_by(REDIS.name, VARIABLE, redis::answers) {
            return Ok(server);
        }
        install(&REDIS)?;
        let server = PrivateRedis::start()?;
        let program = PrivateRedis::program().unwrap_or("redis-server");
        Ok(Self {
            product: REDIS.name,
            variable: VARIABLE,
            url: server.url(),
            which: format!("a private {program} on port {}", server.port()),
            _process: Process::Redis { _server: server },
        })
    }

    /// Uses the server of `TXL_TEST_DATABASE_URL` if it answers. Otherwise starts a private one, and installs it
    /// first if possible.
    pub(crate) fn postgres() -> Result<Self> {
        if let Some(server) = Self::named_by(POSTGRES.name, postgres::VARIABLE, postgres::answers) {
            return Ok(server);
        }
        install(&POSTGRES)?;
        let server = PrivatePostgres::start()?;
        Ok(Self {
            product: POSTGRES.name,
            variable: postgres::VARIABLE,
            url: server.url(),
            which: format!("a private server on port {}", server.port()),
            _process: Process::Postgres { _server: server },
        })
    }

    fn named_by(
        product: &'static str,
        variable: &'static str,
        answers: fn(&str) -> std::io::Result<()>,
    ) -> Option<Self> {
        let url = env::var(variable).ok().filter(|url| !url.is_empty())?;
        match answers(&url) {
            Ok(()) => {
                let which = format!("the server of {variable}");
                Some(Self { product, variable, url, which, _process: Process::Elsewhere })
            }
            Err(error) => {
                eprintln!("{variable} is set, but {error}; starting a private one instead");
                None
            }
        }
    }
}

pub(crate) const REDIS: Product = Product {
    name: "Redis",
    is_present: || PrivateRedis::program().is_some(),
    help: redis::INSTALL,
    packages: |tool| match tool {
        "dnf" => &["valkey", "redis"],
        "apt-get" => &["redis-server"],
        _ => &["redis"],
    },
    debian: None,
};

pub(crate) const POSTGRES: Product = Product {
    name: "PostgreSQL",
    is_present: || PrivatePostgres::programs().is_some(),
    help: postgres::INSTALL,
    packages: |tool| match tool {
        "dnf" => &["postgresql-server"],
        "brew" => &["postgresql@17"],
        _ => &["postgresql"],
    },
    // Otherwise the package creates a cluster and starts a server on port 5432.
    debian: Some(
        "mkdir -p /etc/postgresql-common/createcluster.d && \
         echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.d/no-main-cluster.conf",
    ),
};
