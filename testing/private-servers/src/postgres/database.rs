//! Databases of tests.

use std::{error::Error, io, thread};

use tokio_postgres::NoTls;

use crate::host::random;

/// A new database with a random name, in UTF-8. It is dropped with this value, together with its connections.
#[derive(Debug)]
pub struct TestDatabase {
    server: String,
    name: String,
}

impl TestDatabase {
    /// Creates a database in the PostgreSQL of [`shared_url`](super::shared_url).
    ///
    /// # Errors
    ///
    /// Returns an error if there is no server, or if its user may not create databases.
    pub fn create() -> io::Result<Self> {
        let database = Self { server: super::shared_url()?, name: format!("txl_test_{:016x}", random()) };
        database.execute(&format!("CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE template0", database.name))?;
        Ok(database)
    }

    /// Returns the URL of the database.
    pub fn url(&self) -> String {
        let (server, options) =
            self.server.split_once('?').map_or((&*self.server, ""), |(server, options)| (server, options));
        let (scheme, rest) = server.split_once("://").unwrap_or(("postgres", server));
        let authority = rest.split('/').next().unwrap_or_default();
        let mark = if options.is_empty() { "" } else { "?" };
        format!("{scheme}://{authority}/{}{mark}{options}", self.name)
    }

    /// Ends all connections to the database, as a restart of the server would.
    ///
    /// # Errors
    ///
    /// Returns an error if the server does not answer.
    pub fn end_connections(&self) -> io::Result<()> {
        let name = &self.name;
        self.execute(&format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}' AND pid <> pg_backend_pid()"
        ))
    }

    /// Runs statements on a connection to the server's own database.
    fn execute(&self, sql: &str) -> io::Result<()> {
        execute(&self.server, sql)
    }

    /// Runs statements on a connection to this database.
    ///
    /// # Errors
    ///
    /// Returns the error of the statement.
    pub fn run(&self, sql: &str) -> io::Result<()> {
        execute(&self.url(), sql)
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        self.execute(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name)).ok();
    }
}

/// Tests are asynchronous and their values are dropped anywhere, so that the connection has a thread and a runtime of its own.
fn execute(url: &str, sql: &str) -> io::Result<()> {
    let work = || -> Result<(), Box<dyn Error + Send + Sync>> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
            let connection = tokio::spawn(connection);
            client.batch_execute(sql).await?;
            drop(client);
            Ok(connection.await??)
        })
    };
    let done = thread::scope(|scope| scope.spawn(work).join());
    done.map_err(|_| io::Error::other("the connection panicked"))?.map_err(io::Error::other)
}
