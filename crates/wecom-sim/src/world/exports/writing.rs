//! Writes the files of an export without blocking calls. The world is read one slice of rows at a time.
//!
//! Each row shows the moment when its slice was read, so every row is consistent. Members are in the order of their
//! numbers: members created during the export are last, and members deleted before their slice is read are absent.

use std::{io, path::Path, sync::Arc, vec};

use serde::Serialize;

use super::{
    blocks::BlockWriter,
    files::Files,
    job::{ExportKind, ExportTask},
};
use crate::{
    large_files::FileWriter,
    world::{
        departments::ROOT,
        fail::Fail,
        members::MemberNo,
        rows::{DepartmentRow, MemberRow, SimpleMemberRow},
        state::World,
        view::View,
    },
};

/// Number of rows checked in one slice, visible or not.
pub(super) const SLICE: usize = 1024;

/// Files being written.
#[derive(Debug)]
pub(crate) struct ExportWriter {
    corp: usize,
    id: String,
    /// See [`Corp::seedings`](crate::world::Corp::seedings).
    seedings: u32,
    rows: Rows,
    pub(super) blocks: BlockWriter,
}

/// The remaining rows.
#[derive(Debug)]
enum Rows {
    Members { next: MemberNo, simple: bool },
    Departments(vec::IntoIter<u32>),
    Tag { members: vec::IntoIter<MemberNo>, departments: vec::IntoIter<u32> },
}

/// The result of reading a slice.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Slice {
    /// There may be more rows.
    Some,
    /// These were the last rows.
    Last,
    /// The corp was seeded again, so the export restarts.
    Overtaken,
    /// The job was removed.
    Forgotten,
}

impl ExportWriter {
    /// Starts with the first row. Returns `None` if the job was removed.
    pub(crate) fn begin(world: &World, task: &ExportTask, directory: &Path) -> Option<Result<Self, Fail>> {
        let corp = world.corp(task.corp);
        let export = corp.jobs.exports.get(&task.id)?;
        let request = Arc::clone(&export.request);
        let (mut head, mut lists): (_, &[_]) = ("{".to_owned(), &["userlist"]);
        let rows = match request.kind {
            ExportKind::SimpleUser => Rows::Members { next: 0, simple: true },
            ExportKind::User => Rows::Members { next: 0, simple: false },
            ExportKind::Department => {
                lists = &["department"];
                let ids: Vec<u32> = corp.departments.subtree(ROOT).map(|one| one.id).collect();
                Rows::Departments(ids.into_iter())
            }
            ExportKind::TagUser(id) => {
                // The tag may have been deleted since.
                let tag = match corp.required_tag(Some(id.into())) {
                    Ok(tag) => tag,
                    Err(fail) => return Some(Err(fail)),
                };
                head = format!("{{\"tagname\":{},", serde_json::Value::from(&*tag.name));
                lists = &["userlist", "partylist"];
                let members: Vec<_> = tag.members.iter().copied().collect();
                let departments: Vec<_> = tag.departments.iter().copied().collect();
                Rows::Tag { members: members.into_iter(), departments: departments.into_iter() }
            }
        };
        let blocks = BlockWriter::new(request, head, lists, FileWriter::begin(directory));
        Some(Ok(Self { corp: task.corp, id: task.id.clone(), seedings: corp.seedings, rows, blocks }))
    }

    /// Reads some rows from the world, to be written outside the lock.
    pub(crate) fn take(&mut self, world: &World) -> Slice {
        let corp = world.corp(self.corp);
        let Some(export) = corp.jobs.exports.get(&self.id).filter(|export| export.state.is_writing()) else {
            return Slice::Forgotten;
        };
        if corp.seedings != self.seedings {
            return Slice::Overtaken;
        }
        let view = world.view(&export.submitter);
        for _ in 0..SLICE {
            if self.blocks.is_full() {
                return Slice::Some;
            }
            if !self.rows.next_into(&mut self.blocks, &view) {
                return Slice::Last;
            }
        }
        Slice::Some
    }

    /// Encrypts and writes the rows.
    pub(crate) fn write_out(&mut self) -> io::Result<()> {
        self.blocks.write_out()
    }

    pub(crate) fn finish(self) -> io::Result<Files> {
        self.blocks.finish()
    }
}

impl Rows {
    /// Checks one row and adds it if the submitter sees it. Returns `false` after the last row.
    fn next_into(&mut self, blocks: &mut BlockWriter, view: &View<'_>) -> bool {
        #[derive(Serialize)]
        struct Named<'m> {
            userid: &'m str,
            name: &'m str,
        }
        let corp = view.corp;
        match self {
            Self::Members { next, simple } => {
                let Some((no, member)) = corp.members.from(*next).next() else {
                    return false;
                };
                *next = no + 1;
                match view.sees(no, member) && view.lists(member) {
                    true if *simple => blocks.row(0, &SimpleMemberRow { view, member }),
                    true => blocks.row(0, &MemberRow { view, no, member }),
                    false => {}
                }
                true
            }
            Self::Departments(ids) => {
                let Some(id) = ids.next() else { return false };
                if let Some(department) = corp.departments.get(id).filter(|_| view.sees_department(id)) {
                    blocks.row(0, &DepartmentRow { view, department });
                }
                true
            }
            Self::Tag { members, departments } => {
                if let Some(no) = members.next() {
                    if let Some(member) = corp.members.at(no).filter(|member| view.sees(no, member)) {
                        blocks.row(0, &Named { userid: &member.userid, name: &member.name });
                    }
                    return true;
                }
                let Some(id) = departments.next() else { return false };
                if corp.departments.contains(id) && view.sees_department(id) {
                    blocks.row(1, &id);
                }
                true
            }
        }
    }
}
