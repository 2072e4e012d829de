//! Rows in PostgreSQL's text format, which COPY reads.

use std::pin::pin;

use bytes::Bytes;
use deadpool_postgres::ClientWrapper;
use futures_util::SinkExt as _;
use serde_json::Value;

use super::failure::database;
use crate::{Error, Result};

/// Rows of one table that are sent at once.
#[derive(Default)]
pub(super) struct Rows {
    text: String,
    /// Whether the row has a column already.
    is_open: bool,
}

impl Rows {
    fn column(&mut self) {
        if self.is_open {
            self.text.push('\t');
        }
        self.is_open = true;
    }

    pub(super) fn null(&mut self) -> &mut Self {
        self.column();
        self.text.push_str("\\N");
        self
    }

    pub(super) fn number(&mut self, number: impl Into<i64>) -> &mut Self {
        self.column();
        self.text.push_str(&number.into().to_string());
        self
    }

    pub(super) fn number_or_null<T: Into<i64>>(&mut self, number: Option<T>) -> &mut Self {
        match number {
            Some(number) => self.number(number),
            None => self.null(),
        }
    }

    /// PostgreSQL has no character U+0000, which becomes U+FFFD.
    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        self.column();
        for character in text.chars() {
            match character {
                '\\' => self.text.push_str("\\\\"),
                '\t' => self.text.push_str("\\t"),
                '\n' => self.text.push_str("\\n"),
                '\r' => self.text.push_str("\\r"),
                '\0' => self.text.push(char::REPLACEMENT_CHARACTER),
                other => self.text.push(other),
            }
        }
        self
    }

    pub(super) fn text_or_null(&mut self, text: Option<impl AsRef<str>>) -> &mut Self {
        match text {
            Some(text) => self.text(text.as_ref()),
            None => self.null(),
        }
    }

    pub(super) fn value(&mut self, value: &Value) -> Result<&mut Self> {
        Ok(match value {
            Value::Null => self.null(),
            Value::Bool(flag) => self.number(*flag),
            Value::Number(number) => match number.as_i64() {
                Some(number) => self.number(number),
                None => return Err(Error::Damaged("a number of a table has a fraction")),
            },
            Value::String(text) => self.text(text),
            Value::Array(_) | Value::Object(_) => {
                return Err(Error::Damaged("a value of a table is a list"));
            }
        })
    }

    pub(super) fn end(&mut self) {
        self.text.push('\n');
        self.is_open = false;
    }

    /// Sends the rows to the columns of a table, such as `seat (person, department)`.
    pub(super) async fn send(self, client: &ClientWrapper, table: &str) -> Result<()> {
        if self.text.is_empty() {
            return Ok(());
        }
        let statement = client.prepare_cached(&format!("COPY {table} FROM STDIN")).await.map_err(database)?;
        let mut sink = pin!(client.copy_in::<_, Bytes>(&statement).await.map_err(database)?);
        sink.send(Bytes::from(self.text)).await.map_err(database)?;
        sink.finish().await.map_err(database)?;
        Ok(())
    }
}
