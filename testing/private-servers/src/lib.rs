//! Private servers for tests: Redis and PostgreSQL.
//!
//! Each server is a child process on a free loopback port. It ends with the process that started it. On a machine without the
//! server the start fails with instructions to install it; no test is skipped.

mod host;
pub mod postgres;
pub mod redis;
mod watchdog;
