//! The template of a roster: headings that the reader recognises, and a sample row.

use std::io::{Seek, Write};

use super::RosterField;
use crate::writing::{SheetWriter, WriteError};

/// The template of a roster: headings that [`RosterTable`](super::RosterTable) recognises, and the row of an invented
/// person.
///
/// ```
/// use std::io::Cursor;
/// use wecom_sheets::{roster::RosterTemplate, writing::SheetWriter};
///
/// let template = RosterTemplate::new("示例集团").attributes(["工号"]);
/// let mut sheet = SheetWriter::csv(Cursor::new(Vec::new()), template.headings())?;
/// template.write_sample(&mut sheet)?;
/// # Ok::<(), wecom_sheets::writing::WriteError>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct RosterTemplate {
    root: String,
    fields: Vec<RosterField>,
    attributes: Vec<String>,
}

/// The fields of a template by default.
const FIELDS: &[RosterField] = &[
    RosterField::Userid,
    RosterField::Name,
    RosterField::Mobile,
    RosterField::Email,
    RosterField::Department,
    RosterField::DirectLeader,
    RosterField::Position,
    RosterField::Gender,
    RosterField::Telephone,
    RosterField::Tags,
    RosterField::State,
];

impl RosterTemplate {
    /// Creates the template of a corp with this root department. It has the usual fields and no extended attributes.
    pub fn new(root: impl Into<String>) -> Self {
        Self { root: root.into(), fields: FIELDS.to_vec(), attributes: Vec::new() }
    }

    /// Replaces the fields.
    pub fn fields(mut self, fields: impl IntoIterator<Item = RosterField>) -> Self {
        self.fields = fields.into_iter().collect();
        self
    }

    /// Adds columns for extended attributes (扩展属性). The sample row leaves them empty, except 工号.
    pub fn attributes<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.attributes.extend(names.into_iter().map(Into::into));
        self
    }

    /// Returns the headings.
    pub fn headings(&self) -> Vec<String> {
        let fields = self.fields.iter().map(|field| field.heading().to_owned());
        fields.chain(self.attributes.iter().cloned()).collect()
    }

    /// Returns the row of the invented person.
    pub fn sample(&self) -> Vec<String> {
        let fields = self.fields.iter().map(|field| self.sample_of(*field));
        let attributes = self.attributes.iter().map(|name| match name.as_str() {
            "工号" => "00001".to_owned(),
            _ => String::new(),
        });
        fields.chain(attributes).collect()
    }

    /// Writes the row of the invented person.
    ///
    /// # Errors
    ///
    /// As [`SheetWriter::row`].
    pub fn write_sample<W: Write + Seek + Send>(&self, sheet: &mut SheetWriter<W>) -> Result<(), WriteError> {
        sheet.row(self.sample())
    }

    fn sample_of(&self, field: RosterField) -> String {
        let text = match field {
            RosterField::Userid => "zhangshili",
            RosterField::Name => "张示例",
            RosterField::Alias => "小张",
            RosterField::Mobile => "13800000000",
            RosterField::Email | RosterField::BizMail => "zhangshili@example.com",
            RosterField::Department | RosterField::MainDepartment => &self.root,
            RosterField::Leader | RosterField::DirectLeader | RosterField::Tags => "",
            RosterField::Order => "0",
            RosterField::Position | RosterField::ExternalPosition => "工程师",
            RosterField::Gender => "女",
            RosterField::Telephone => "020-00000000",
            RosterField::Address => "示例路 1 号",
            RosterField::Enable => "启用",
            RosterField::State => "在职",
            RosterField::JoinDate => "2026-01-31",
            RosterField::ExternalCorpName | RosterField::LeaveDate => "",
        };
        text.to_owned()
    }
}
