//! A file of members before its first row: its columns, and what it is checked against.

use std::{borrow::Borrow, io::Write};

use super::{
    Checked, FileSink, ImportFile, ImportMember, InMemory, MemberColumn, MemberFile, Streamed, Violations,
    deletion_guard::Present,
    field_sets::{FieldSets, Layout},
    member_check::Check,
    row_keys::Fingerprints,
    table::LARGEST_FILE,
};

/// A file of members about to be begun: its columns, and what it is checked against.
///
/// By default it has the columns that every template has: 姓名, 帐号, 手机号, 邮箱, 所在部门, 职位. **A column of the file decides its
/// field, an empty cell included**, so name only the columns that the rows really have values for. A row that
/// [keeps](ImportMember::keep) some of the fields goes into a part of its own without their columns.
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

    /// Sets the columns, in this order. 帐号 must be among them.
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

    /// Adds columns for custom attributes (扩展属性) of these names, which must exist in the admin console: WeCom ignores
    /// others. Their values are each row's [`extra`](ImportMember::extra), in this order.
    pub fn extra<T: Into<String>>(mut self, names: impl IntoIterator<Item = T>) -> Self {
        self.extra = names.into_iter().map(Into::into).collect();
        self
    }

    /// Sets whether the file begins with a byte order mark, which spreadsheets like and WeCom accepts. Defaults to false.
    pub fn bom(mut self, bom: bool) -> Self {
        self.bom = bom;
        self
    }

    /// Sets how large a part of a file in memory may be in bytes. Defaults to 20 MB, the most that may be uploaded. A file that
    /// [replaces all](Self::replaces_all) has one part of any size.
    pub fn part_size(mut self, bytes: usize) -> Self {
        self.part_size = bytes;
        self
    }

    /// Sets how many violations of each severity are kept. Defaults to 1,000. All are counted.
    pub fn keep_findings(mut self, count: usize) -> Self {
        self.keep = count;
        self
    }

    /// Says that the file is to [replace](super::Imports::replace_members) all members. It must then fit into one part, as the
    /// members of a second part would replace those of the first: a file of more than 20 MB, and one whose rows give different
    /// sets of fields, are violations.
    pub fn replaces_all(mut self) -> Self {
        self.replaces_all = true;
        self
    }

    /// Says that the file [replaces all](Self::replaces_all) members and who is there now, so that the guard against mass
    /// deletion (45026) is checked. Costs 8 bytes a member.
    pub fn present_members<U: AsRef<str>>(mut self, userids: impl IntoIterator<Item = U>) -> Self {
        let present = userids.into_iter().map(|userid| self.fingerprints.caseless(userid.as_ref())).collect();
        self.present = Some(Present::Members(present));
        self.replaces_all()
    }

    /// Says that the file [replaces all](Self::replaces_all) members and how many there are now. Without knowing who they are
    /// only the smallest possible number of deletions can be checked, as if all rows were members who are there.
    pub fn present_count(mut self, members: u64) -> Self {
        self.present = Some(Present::Count(members));
        self.replaces_all()
    }

    /// Writes and checks these rows, in memory. Their lines are those of the file: the first is 2, below the headings.
    pub fn rows<R: Borrow<ImportMember>>(self, rows: impl IntoIterator<Item = R>) -> Checked<ImportFile> {
        let mut file = self.in_memory();
        rows.into_iter().for_each(|row| file.push(row.borrow()));
        file.finish()
    }

    /// Begins the file in memory, to be [sent](super::Imports::sync_members).
    pub fn in_memory(self) -> MemberFile {
        let part_size = if self.replaces_all { usize::MAX } else { self.part_size };
        self.begin(InMemory::new(part_size))
    }

    /// Begins the file in a writer, in runs of 64 KiB. Memory is then the check's: 48 bytes a row. The headings are those of the
    /// fields that the first row gives; a row that gives others is a finding and is not written.
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
