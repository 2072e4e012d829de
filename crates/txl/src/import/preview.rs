//! Dry runs: what would be sent and what it would do, and nothing is sent.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;
use serde_json::{Value, json};
use wecom_contacts::Client;
use wecom_sheets::Table;

use super::{
    check::{Check, Import},
    effects::Entry,
};
use crate::{
    access::Access,
    failure::{Exit, Failure, Result},
    file::Draft,
    messages::{import as messages, lists},
    output::{Output, say},
};

#[derive(Args)]
pub(super) struct Preview {
    /// Read, check and show what the import would do, and send nothing
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Check the file alone, without reading the corp
    #[arg(long, requires = "dry_run")]
    offline: bool,
    /// Write the CSV that would be sent to this file
    #[arg(long, value_name = "FILE", requires = "dry_run")]
    out: Option<PathBuf>,
}

/// A dry run, for programs. `null` is what the dry run cannot know, as it did not read the corp.
#[derive(Serialize)]
struct Shown<'a> {
    rows: u64,
    bytes: usize,
    parts: usize,
    create: Value,
    existing: Value,
    delete: Value,
    lose_departments: Value,
    unknown_departments: Value,
    ignored_columns: Vec<&'a str>,
    read_only_columns: Vec<&'a str>,
    /// Rows that are not sent, as their status says that the person has left.
    leaving: Vec<Entry>,
    /// How many cells clear a field, by column.
    cleared: serde_json::Map<String, Value>,
}

impl Preview {
    /// The client that reads the corp and sends the file; `None` for a dry run that has no credentials or is offline.
    pub(super) fn client(&self, access: &Access) -> Result<Option<Client>> {
        match (self.dry_run, self.offline) {
            (false, _) => access.contacts().map(Some),
            (true, true) => Ok(None),
            (true, false) => access.contacts_if_given(),
        }
    }

    /// What was read of the corp. A dry run without it has no usable answer, whatever the reason.
    pub(super) fn looked_up<T>(&self, read: Result<T>) -> Result<T> {
        read.map_err(|failure| if self.dry_run { failure.exit(Exit::NoAnswer) } else { failure })
    }

    /// Shows what a dry run found, and writes what would be sent.
    pub(super) fn finish<R: Import>(
        &self,
        table: &Table<R>,
        check: &Check,
        passes: bool,
        output: Output,
    ) -> Result {
        let parts = check.parts();
        let bytes: usize = parts.iter().map(|part| part.as_ref().len()).sum();
        let mut written = Vec::new();
        for (at, part) in parts.iter().enumerate() {
            let Some(out) = &self.out else { continue };
            let path = match at {
                0 => out.clone(),
                at => out.with_extension(format!("{}.csv", at + 1)),
            };
            let mut draft = Draft::new(&path)?;
            draft.write(part.as_ref())?;
            draft.finish()?;
            written.push(path.display().to_string());
        }
        // Rows with different keys go out by several jobs, each with its file.
        if written.len() > 1 {
            say(messages::written_files(&written));
        }
        if check.effects.is_none() {
            say(messages::corp_was_not_read());
        }
        if output.is_table() && !passes {
            return Ok(());
        }
        output.done(&shown(table, check, bytes)?, messages::would_be_sent(check.rows(), bytes, parts.len()))
    }
}

fn shown<'a, R: Import>(table: &'a Table<R>, check: &Check, bytes: usize) -> Result<Shown<'a>> {
    let effects = match &check.effects {
        Some(effects) => serde_json::to_value(effects)
            .map_err(|error| Failure::new(lists::answer_is_no_json()).because(&error))?,
        None => Value::Null,
    };
    let effect = |key: &str| effects.get(key).cloned().unwrap_or_default();
    let reading = &check.reading;
    let cleared = check.effects.as_ref().map_or(&reading.cleared, |effects| &effects.cleared);
    Ok(Shown {
        rows: check.rows(),
        bytes,
        parts: check.parts().len(),
        create: effect("create"),
        existing: effect("existing"),
        delete: effect("delete"),
        lose_departments: effect("lose_departments"),
        unknown_departments: effect("unknown_departments"),
        ignored_columns: table.ignored().collect(),
        read_only_columns: table.read_only().collect(),
        leaving: reading
            .leaving
            .iter()
            .map(|leaving| Entry::of_member(Some(leaving.line), &leaving.userid, &leaving.name))
            .collect(),
        cleared: cleared.iter().map(|(heading, count)| (heading.clone(), json!(count))).collect(),
    })
}
