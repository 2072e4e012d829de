//! A file of members before its first row: its columns, and the data for its checks.

use std::{borrow::Borrow, io::Write};

use super::{
    Checked, FileSink, ImportFile, ImportMember, InMemory, MemberColumn, MemberFile, Streamed, Violations,
    deletion_guard::Present,
    field_sets::{FieldSets, Layout},
    member_check::Check,
    row_keys::Fingerprints,
    table::LARGEST_FILE,
};

/// A file of members before its first row: its columns, and the data for its checks.
///
/// The default columns are those of every template: 姓名, 帐号, 手机号, 邮箱, 所在部门, 职位. **A column of the file
/// determines its field, even with an empty cell**, so include only columns for which all rows have values. A row that
/// [keeps](ImportMember::keep) some fields goes into a separate part without their columns.
#[derive(Clone, Debug)]
#[must_use]
pub struct MemberFileBuilder {
    columns: Vec<MemberColumn>,
    extra: Vec<String>,
    bom: bool,
    part_size: usize,
    keep: usize,
    fingerprints: Fingerprints,
    replaces_all: bool,
    present: Option<Present>,
}

impl MemberFileBuilder {
    pub(super) fn new() -> Self {
        Self {
            columns: MemberColumn::ALL[..6].to_vec(),
            extra: Vec::new(),
            bom: false,
            part_size: LARGEST_FILE,
            keep: Violations::KEPT,
            fingerprints: Fingerprints::default(),
            replaces_all: false,
            present: None,
        }
    }

    /// Sets the columns, in this order. 帐号 is required.
    pub fn columns(mut self, columns: impl IntoIterator<Item = MemberColumn>) -> Self {
        self.columns.clear();
        for column in columns {
            let column = column.written();
            if !self.columns.contains(&column) {
                self.columns.push(column);
            }
        }
        self
    }

    /// Adds columns for custom attributes (扩展属性) with these names, which must exist in the admin console: WeCom
    /// ignores others. The values are in each row's [`extra`](ImportMember::extra), in this order.
    pub fn extra<T: Into<String>>(mut self, names: impl IntoIterator<Item = T>) -> Self {
        self.extra = names.into_iter().map(Into::into).collect();
        self
    }

    /// Sets whether the file begins with a byte order mark. Spreadsheet programs need it, and WeCom accepts it. Defaults
    /// to false.
    pub fn bom(mut self, bom: bool) -> Self {
        self.bom = bom;
        self
    }

    /// Sets the maximum size of a part of a file in memory, in bytes. Defaults to 20 MB, the maximum of an upload. A file
    /// that [replaces all](Self::replaces_all) members always has one part.
    pub fn part_size(mut self, bytes: usize) -> Self {
        self.part_size = bytes;
        self
    }

    /// Sets the maximum number of violations kept for each severity. Defaults to 1,000. All of them are counted.
    pub fn keep_findings(mut self, count: usize) -> Self {
        self.keep = count;
        self
    }

    /// Declares that the file [replaces](super::Imports::replace_members) all members. Such a file must have one part,
    /// because the members of a second part would replace those of the first. A file of more than 20 MB is therefore a
    /// violation, and so are rows with different sets of fields.
    pub fn replaces_all(mut self) -> Self {
        self.replaces_all = true;
        self
    }

    /// Declares that the file [replaces all](Self::replaces_all) members, and sets the existing members. The file is then
    /// checked against WeCom's guard against mass deletion (45026). Needs 8 bytes of memory a member.
    pub fn present_members<U: AsRef<str>>(mut self, userids: impl IntoIterator<Item = U>) -> Self {
        let present = userids.into_iter().map(|userid| self.fingerprints.caseless(userid.as_ref())).collect();
        self.present = Some(Present::Members(present));
        self.replaces_all()
    }

    /// Declares that the file [replaces all](Self::replaces_all) members, and sets the number of existing members. This
    /// checks the minimum number of deletions, which assumes that all rows are existing members.
    pub fn present_count(mut self, members: u64) -> Self {
        self.present = Some(Present::Count(members));
        self.replaces_all()
    }

    /// Writes and checks these rows in memory. The first row has line 2, below the headings.
    pub fn rows<R: Borrow<ImportMember>>(self, rows: impl IntoIterator<Item = R>) -> Checked<ImportFile> {
        let mut file = self.in_memory();
        rows.into_iter().for_each(|row| file.push(row.borrow()));
        file.finish()
    }

    /// Starts the file in memory, for [`sync_members`](super::Imports::sync_members).
    pub fn in_memory(self) -> MemberFile {
        let part_size = if self.replaces_all { usize::MAX } else { self.part_size };
        self.begin(InMemory::new(part_size))
    }

    /// Starts the file in a writer, in runs of 64 KiB. The check then needs 48 bytes of memory a row. The first row
    /// determines the columns; a row with a different set of fields is a violation and is not written.
    pub fn to_writer<W: Write>(self, writer: W) -> MemberFile<Streamed<W>> {
        self.begin(Streamed::new(writer))
    }

    fn begin<S: FileSink>(self, sink: S) -> MemberFile<S> {
        let Self { columns, extra, bom, keep, fingerprints, replaces_all, present, .. } = self;
        let layout = Layout { columns, extra, bom };
        let check = Check::new(&layout, Violations::keeping(keep), fingerprints, present);
        MemberFile::new(layout, FieldSets::new(sink), check, replaces_all)
    }
}
