//! `txl mirror`.

use std::time::Duration;

use clap::{Args, Subcommand};
use jiff::SignedDuration;
use serde::Serialize;
use serde_json::{Map, Value, json};
use wecom_directory::store::{MemberKey, Store, Table, sqlite::SqliteStore};

use super::{MirrorFlags, corp, location::Location};
use crate::{
    access::Access,
    confirm::Consent,
    failure::{Failure, Result},
    file::Draft,
    messages::directory as messages,
    output::{Output, stdout},
    timespan,
};

/// How many rows of a table are copied at once.
const PAGE: u32 = 5_000;
/// How long another writer of the corp is waited for.
const WAIT: Duration = Duration::from_secs(60);

/// Look after the mirror (镜像): list its corps, erase people who left, export and copy it
#[derive(Args)]
pub(crate) struct Command {
    #[command(flatten)]
    mirror: MirrorFlags,
    #[command(flatten)]
    access: Access,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// List the corps of the mirror
    List,
    /// Erase the values of members who were removed, from the members and the journal
    Forget {
        /// The member
        #[arg(required_unless_present = "removed_for")]
        userid: Option<String>,
        /// Instead: all members who were removed longer ago, such as 180d
        #[arg(long, value_name = "DURATION", value_parser = timespan::parsed, conflicts_with = "userid")]
        removed_for: Option<SignedDuration>,
        #[command(flatten)]
        consent: Consent,
    },
    /// Print every row of the mirror as JSON, one a line; personal values are not masked
    Export,
    /// Copy the mirror into another, new one
    Migrate {
        /// The new mirror: a SQLite file that does not exist, or the URL of a database without a mirror
        #[arg(value_name = "PATH|URL")]
        to: Location,
    },
}

#[derive(Serialize)]
struct Listed {
    corp_id: String,
    pulled_at: Option<String>,
    members: u64,
    departments: u64,
    tags: u64,
}

impl Command {
    pub(crate) async fn run(self, output: Output) -> Result {
        let store = self.mirror.open_existing().await?;
        match self.verb {
            Verb::List => {
                let listed = |summary: wecom_directory::store::CorpSummary| Listed {
                    corp_id: summary.corp.to_string(),
                    pulled_at: summary.last_complete.map(|pull| pull.ended_at.to_string()),
                    members: summary.members,
                    departments: summary.departments,
                    tags: summary.tags,
                };
                let corps: Vec<_> = store.corps().await?.into_iter().map(listed).collect();
                output.list(&corps, &["corp_id", "pulled_at", "members", "departments", "tags"])
            }
            Verb::Forget { userid, removed_for, consent } => {
                let corp = corp(&self.access, &*store).await?;
                let deed = match &userid {
                    Some(userid) => messages::forget(userid),
                    None => messages::forget_removed(),
                };
                consent.ask(deed).await?;
                let _lock = store.lock(&corp, &messages::holder(), WAIT).await?;
                if let Some(span) = removed_for {
                    let count = store.forget_removed(&corp, timespan::before_now(span)).await?;
                    return output.done(&json!({ "forgotten": count }), messages::forgotten_removed(count));
                }
                let userid = userid.unwrap_or_default();
                if store.forget(&corp, &MemberKey::from(userid.as_str())).await? {
                    output.done(&json!({ "forgotten": userid }), messages::forgotten(&userid))
                } else {
                    Err(Failure::new(messages::not_removed(&userid)).remedy(messages::removed_only()))
                }
            }
            Verb::Export => export(&*store, output).await,
            Verb::Migrate { to } => migrate(&*store, to, output).await,
        }
    }
}

async fn export(store: &dyn Store, output: Output) -> Result {
    stdout::end_with_reader();
    each_page(store, async |table, rows| {
        for row in rows {
            let mut object = Map::from_iter([("table".to_owned(), Value::from(table.name))]);
            object.extend(table.columns.iter().map(|column| (*column).to_owned()).zip(row));
            output.json_line(&object)?;
        }
        Ok(())
    })
    .await
}

/// Copies the mirror. A copy that was interrupted never looks like a whole one: a file is a draft until it is whole, and a database has
/// no corp until all other rows are there.
async fn migrate(store: &dyn Store, to: Location, output: Output) -> Result {
    // A pull between two pages would leave a copy with rows of two states.
    let mut locks = Vec::new();
    for summary in store.corps().await? {
        locks.push(store.lock(&summary.corp, &messages::holder(), WAIT).await?);
    }
    let rows = match &to {
        Location::File(path) => {
            if path.exists() {
                return Err(Failure::usage(messages::target_exists(path)).remedy(messages::name_a_new_file()));
            }
            let draft = Draft::new(path)?;
            let target = SqliteStore::open(draft.path()).await?;
            let rows = copy(store, &target).await?;
            // Closing the database writes its log back into the file.
            drop(target);
            draft.finish()?;
            rows
        }
        Location::Database(url) => copy(store, &*url.open_for_copy().await?).await?,
    };
    output.done(&json!({ "rows": rows }), messages::migrated(rows, &to))
}

/// Copies every row, and returns their number.
async fn copy(store: &dyn Store, target: &dyn Store) -> Result<u64> {
    let mut total = 0;
    each_page(store, async |table, rows| {
        total += rows.len() as u64;
        Ok(target.load(table, rows).await?)
    })
    .await?;
    Ok(total)
}

/// Hands every row of the mirror over, page by page, the corps last.
async fn each_page(
    store: &dyn Store,
    mut page: impl AsyncFnMut(&Table, Vec<Vec<Value>>) -> Result,
) -> Result {
    for table in store.tables() {
        let mut last: Option<Vec<Value>> = None;
        loop {
            let rows = store.dump(table, last.as_deref(), PAGE).await?;
            if rows.is_empty() {
                break;
            }
            last = rows.last().cloned();
            page(table, rows).await?;
        }
    }
    Ok(())
}
