//! `txl sql`.

use std::sync::Arc;

use clap::Args;
use serde::{Serialize, Serializer, ser::SerializeMap as _};
use serde_json::Value;

use super::MirroredCorps;
use crate::{failure::Result, output::Output};

/// Query the mirror in SQL; the statement can only read
///
/// Views: members (personal values masked), members_unmasked, departments, tag_members, changes. They show the corp of the
/// credentials, or the only one of the mirror; --all-corps shows all. docs/directory.md describes the columns.
///
/// Example: txl sql "select departments, count(*) n from members group by 1 order by n desc limit 10"
#[derive(Args)]
pub(crate) struct Sql {
    /// One SELECT statement
    statement: String,
    #[command(flatten)]
    mirror: MirroredCorps,
}

/// A row, as an object in the order of the columns.
struct Row {
    columns: Arc<[String]>,
    values: Vec<Value>,
}

impl Serialize for Row {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.values.len()))?;
        for (column, value) in self.columns.iter().zip(&self.values) {
            map.serialize_entry(column, value)?;
        }
        map.end()
    }
}

impl Sql {
    pub(crate) async fn run(self, output: Output) -> Result {
        let (store, corp) = self.mirror.open().await?;
        let mut columns: Arc<[String]> = Arc::new([]);
        let mut rows = Vec::new();
        let mut each = |row: wecom_directory::store::QueryRow<'_>| {
            if columns.len() != row.columns.len() {
                columns = row.columns.into();
            }
            rows.push(Row { columns: Arc::clone(&columns), values: row.values });
            Ok(())
        };
        store.query(corp.as_ref(), &self.statement, &mut each).await?;
        let names: Vec<_> = columns.iter().map(String::as_str).collect();
        output.list(&rows, &names)
    }
}
