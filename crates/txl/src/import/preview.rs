//! Dry runs: print what the import would send and its effects, without sending it.

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
    /// Check the file and show the effects of the import, without sending it
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Check the file without reading the corp
    #[arg(long, requires = "dry_run")]
    offline: bool,
    /// Write the CSV that the import would send to this file
    #[arg(long, value_name = "FILE", requires = "dry_run")]
    out: Option<PathBuf>,
}

/// The result of a dry run in JSON. A value is `null` if it depends on the corp and the corp was not read.
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
    /// Skipped rows, whose status says that the person has left.
    leaving: Vec<Entry>,
    /// The number of cells that clear a field, by heading.
    cleared: serde_json::Map<String, Value>,
}

impl Preview {
    /// Returns the client that reads the corp and sends the file, or `None` for a dry run that is offline or lacks credentials.
    pub(super) fn client(&self, access: &Access) -> Result<Option<Client>> {
        match (self.dry_run, self.offline) {
            (false, _) => access.contacts().map(Some),
            (true, true) => Ok(None),
            (true, false) => access.contacts_if_given(),
        }
    }

    /// Passes on what was read from the corp. In a dry run every failure to read it has the exit code for a missing answer.
    pub(super) fn looked_up<T>(&self, read: Result<T>) -> Result<T> {
        read.map_err(|failure| if self.dry_run { failure.exit(Exit::NoAnswer) } else { failure })
    }

    /// Prints the result of a dry run, and writes the CSV to `--out`.
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
        // Rows with different keys need several jobs, each with its own file.
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
