//! `--columns`: the fields of each object that are printed, in their order.

use std::collections::BTreeSet;

use serde::{Serialize, Serializer, ser::Error as _};
use wecom_contacts::members;

use super::{
    document::Document,
    fields::{Kind, fields},
};
use crate::{
    failure::{Failure, Result},
    messages::formats as messages,
};

/// The names of the printed fields.
#[derive(Debug)]
pub(super) struct Columns(Vec<String>);

impl Columns {
    /// Reads names that are separated by commas.
    ///
    /// # Errors
    ///
    /// Fails if there is no name, or if a name occurs twice.
    pub(super) fn parsed(text: &str) -> Result<Self> {
        let names: Vec<String> = text.split(',').map(|name| name.trim().to_owned()).collect();
        let mut seen = BTreeSet::new();
        if let Some(name) = names.iter().find(|name| name.is_empty() || !seen.insert(name.as_str())) {
            let message =
                if name.is_empty() { messages::column_is_empty() } else { messages::column_is_twice(name) };
            return Err(Failure::usage(message).remedy(messages::how_columns_are_written()));
        }
        Ok(Self(names))
    }

    pub(super) fn names(&self) -> &[String] {
        &self.0
    }

    /// Checks that each name is a field of at least one object. A field of a member is known even if WeCom hides it from the credential.
    ///
    /// # Errors
    ///
    /// Fails if a name is unknown. Without objects every name is accepted.
    pub(super) fn check<T: Serialize>(&self, items: &[T], shown: &[&str]) -> Result {
        let mut missing: BTreeSet<&str> = self.0.iter().map(String::as_str).collect();
        for name in shown {
            missing.remove(name);
        }
        let mut known: Vec<String> = shown.iter().map(|&name| name.to_owned()).collect();
        for item in items {
            if missing.is_empty() {
                return Ok(());
            }
            for (name, _) in fields(item)? {
                missing.remove(name.as_str());
                if !known.contains(&name) {
                    known.push(name);
                }
            }
        }
        if items.is_empty() {
            return Ok(());
        }
        if Kind::of(known.iter().map(String::as_str)) == Kind::Member {
            for field in members::fields() {
                missing.remove(field.name());
            }
        }
        match missing.first() {
            Some(name) => {
                Err(Failure::usage(messages::column_is_unknown(name)).remedy(messages::known_columns(&known)))
            }
            None => Ok(()),
        }
    }

    /// Returns the selected fields of an object. A value that is no object is unchanged.
    pub(super) fn selected(&self, value: &impl Serialize) -> Result<Document> {
        Ok(self.of(Document::of(value)?))
    }

    /// Returns an object that selects its fields when it is written, so that a list is not copied.
    pub(super) fn later<'a, T>(&'a self, value: &'a T) -> Selected<'a, T> {
        Selected { columns: self, value }
    }

    fn of(&self, document: Document) -> Document {
        let Document::Object(mut fields) = document else { return document };
        let selected = self.0.iter().filter_map(|name| {
            let at = fields.iter().position(|(key, _)| key == name)?;
            Some(fields.swap_remove(at))
        });
        Document::Object(selected.collect())
    }
}

/// The selected fields of a value.
pub(super) struct Selected<'a, T> {
    columns: &'a Columns,
    value: &'a T,
}

impl<T: Serialize> Serialize for Selected<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let document = self.columns.selected(self.value);
        document.map_err(|failure| S::Error::custom(failure.to_string()))?.serialize(serializer)
    }
}
