//! The meaning of a roster's columns, as far as the headings leave it open.

use super::{RosterField, words::Word, words::word};
use crate::{Error, Meaning, Result, cleaning::trimmed, heading_text::is_same};

/// The meaning of a roster's columns, as far as the headings leave it open.
///
/// ```
/// use wecom_sheets::roster::RosterOptions;
///
/// let options = RosterOptions::new()
///     .key("工号")
///     .attributes(["工号", "职级"])
///     .map("联系方式", "mobile")
///     .state("在职情况")
///     .join_date("入职日期");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct RosterOptions {
    key: Option<String>,
    /// Headings and what they are mapped to.
    pub(super) mapped: Vec<(String, String)>,
    attributes: Vec<String>,
    external_attributes: Vec<String>,
    has_state: bool,
}

impl RosterOptions {
    /// Creates options with the key `userid` and without mapped columns.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the column that identifies a person: `userid`, `mobile`, `email`, or the name of an extended attribute.
    /// Defaults to `userid`. A file without this column is an error.
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// Takes the column with this heading as `target`: the [name](RosterField::name) or a known heading of a field,
    /// `department_id` for departments by id, `extra:NAME` for the extended attribute NAME, `external:NAME` for the attribute
    /// NAME of the external profile, or `ignore`. A file without this heading is an error.
    pub fn map(mut self, heading: impl Into<String>, target: impl Into<String>) -> Self {
        self.mapped.push((heading.into(), target.into()));
        self
    }

    /// Adds names of extended attributes (扩展属性) that the corp has. Columns with these headings are taken. A heading
    /// of [`RosterField::heading`] still means the field.
    pub fn attributes<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.attributes.extend(names.into_iter().map(Into::into));
        self
    }

    /// Adds names of attributes of the external profile (对外属性) that the corp has. Columns with these headings are taken, unless the
    /// heading means something else by itself.
    pub fn external_attributes<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.external_attributes.extend(names.into_iter().map(Into::into));
        self
    }

    /// Takes the column with this heading as the [state](RosterField::State). Defaults to the column whose heading says
    /// so, such as 状态 or 在职状态.
    pub fn state(mut self, heading: impl Into<String>) -> Self {
        self.has_state = true;
        self.map(heading, RosterField::State.name())
    }

    /// Takes the column with this heading as the [join date](RosterField::JoinDate). There is no default.
    pub fn join_date(self, heading: impl Into<String>) -> Self {
        self.map(heading, RosterField::JoinDate.name())
    }

    /// Takes the column with this heading as the [leave date](RosterField::LeaveDate). There is no default.
    pub fn leave_date(self, heading: impl Into<String>) -> Self {
        self.map(heading, RosterField::LeaveDate.name())
    }

    /// Returns whether the state's column is fixed, so that other columns of this kind are ignored.
    pub(super) fn has_state(&self) -> bool {
        self.has_state || self.mapped.iter().any(|(_, target)| target == RosterField::State.name())
    }

    /// Returns what the key column contains.
    pub(super) fn key_meaning(&self) -> Meaning<RosterField> {
        let Some(key) = self.key.as_deref().map(trimmed) else { return Meaning::Field(RosterField::Userid) };
        let by_heading = || match word(key) {
            Some(Word::Field(field, _)) if !self.is_attribute(key) => Some(field),
            _ => None,
        };
        match RosterField::from_name(key).or_else(by_heading).filter(|field| field.is_key()) {
            Some(field) => Meaning::Field(field),
            None => Meaning::Extra(key.to_owned()),
        }
    }

    /// Returns the name of the key column for messages.
    pub(super) fn key_name(&self) -> String {
        match self.key_meaning() {
            Meaning::Extra(name) => name,
            Meaning::Field(field) => field.heading().to_owned(),
            _ => String::new(),
        }
    }

    pub(super) fn is_attribute(&self, name: &str) -> bool {
        self.attributes.iter().any(|attribute| is_same(attribute, name))
    }

    /// Returns the name of the extended attribute that a heading means.
    pub(super) fn attribute(&self, heading: &str) -> Option<String> {
        if let Meaning::Extra(key) = self.key_meaning()
            && is_same(&key, heading)
        {
            return Some(key);
        }
        self.attributes.iter().find(|name| is_same(name, heading)).map(|name| trimmed(name).to_owned())
    }

    /// Returns the name of the attribute of the external profile that a heading means.
    pub(super) fn external_attribute(&self, heading: &str) -> Option<String> {
        let mut names = self.external_attributes.iter();
        names.find(|name| is_same(name, heading)).map(|name| trimmed(name).to_owned())
    }

    /// Returns an error if a mapped heading is missing.
    pub(super) fn check_headings(&self, headings: &[String]) -> Result<()> {
        let is_missing = |mapped: &&String| !headings.iter().any(|heading| is_same(mapped, heading));
        match self.mapped.iter().map(|(heading, _)| heading).find(is_missing) {
            None => Ok(()),
            Some(missing) => Err(Error::NoColumn {
                heading: missing.clone(),
                headings: headings.iter().filter(|heading| !heading.is_empty()).cloned().collect(),
            }),
        }
    }
}
