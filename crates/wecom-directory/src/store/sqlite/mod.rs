//! A mirror in one SQLite file.
