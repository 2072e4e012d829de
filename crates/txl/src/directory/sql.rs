//! `txl sql`.

use clap::Args;
use wecom_directory::{Error, store::QueryRow};

use super::MirroredCorps;
use crate::{
    failure::Result,
    output::{Output, stdout},
};

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

impl Sql {
    pub(crate) async fn run(self, output: Output) -> Result {
        let (store, corp) = self.mirror.open().await?;
        stdout::end_with_reader();
        let mut rows = output.rows();
        let mut unprinted = None;
        let mut each = |row: QueryRow<'_>| {
            rows.push(row.columns, row.values).map_err(|failure| {
                unprinted = Some(failure);
                // Ends the query.
                Error::Statement(String::new())
            })
        };
        let queried = store.query(corp.as_ref(), &self.statement, &mut each).await;
        if let Some(failure) = unprinted {
            return Err(failure);
        }
        queried?;
        rows.finish()
    }
}
