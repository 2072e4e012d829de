//! The writing of an export's files, for which nobody waits: the world is read a slice of rows at a time.
//!
//! A row is what it was when its slice was read, so that a change meanwhile is in the export or is not, and no row is half of
//! each. Members come by number: who is created meanwhile comes last, who is deleted in time does not come.

use std::{io, path::Path, sync::Arc, vec};

use serde::Serialize;

use super::{ExportKind, Files, State, blocks::BlockWriter};
use crate::{
    clock::Millis,
    large_files::Draft,
    world::{DepartmentRow, Fail, MemberNo, MemberRow, ROOT, SimpleMemberRow, View, World},
};

/// Rows that are looked at in one slice, seen or not.
const SLICE: usize = 1024;

/// An export whose files are to be written, by whoever holds no lock.
#[derive(Clone, Debug)]
pub(crate) struct ExportChore {
    pub(crate) corp: usize,
    pub(crate) id: String,
    /// When it is due, and done.
    pub(crate) at: Millis,
}

/// Files being written.
#[derive(Debug)]
pub(crate) struct ExportWriter {
    corp: usize,
    id: String,
    /// See [`Corp::sown`](crate::world::Corp::sown).
    sown: u32,
    rows: Rows,
    blocks: BlockWriter,
}

/// What is still to come.
#[derive(Debug)]
enum Rows {
    Members { next: MemberNo, simple: bool },
    Departments(vec::IntoIter<u32>),
    Tag { members: vec::IntoIter<MemberNo>, departments: vec::IntoIter<u32> },
}

/// What came of reading a slice.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Slice {
    /// There may be more.
    Some,
    /// These were the last rows.
    Last,
    /// The corp was sown anew: all starts again.
    Overtaken,
    /// The job is not there any more.
    Forgotten,
}

impl ExportWriter {
    /// Starts with the first row; `None` if the job is not there any more.
    pub(crate) fn begin(world: &World, chore: &ExportChore, spool: &Path) -> Option<Result<Self, Fail>> {
        let corp = world.corp(chore.corp);
        let export = corp.jobs.exports.get(&chore.id)?;
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
                // It may have been deleted since.
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
        let blocks = BlockWriter::new(request, head, lists, Draft::begin(spool));
        Some(Ok(Self { corp: chore.corp, id: chore.id.clone(), sown: corp.sown, rows, blocks }))
    }

    /// Takes some rows from the world, to be written out once it is not locked any more.
    pub(crate) fn take(&mut self, world: &World) -> Slice {
        let corp = world.corp(self.corp);
        let Some(export) = corp.jobs.exports.get(&self.id).filter(|export| export.state.is_writing()) else {
            return Slice::Forgotten;
        };
        if corp.sown != self.sown {
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

    /// Encrypts and writes what was taken.
    pub(crate) fn write_out(&mut self) -> io::Result<()> {
        self.blocks.write_out()
    }

    pub(crate) fn finish(self) -> io::Result<Files> {
        self.blocks.finish()
    }
}

impl Rows {
    /// Looks at one row, and takes it where the submitter sees it; `false` if there is none any more.
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
                match view.sees(no, member) {
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

impl State {
    fn is_writing(&self) -> bool {
        matches!(self, Self::Writing)
    }
}

#[cfg(test)]
mod tests {
    use wecom_cipher::EncodingAesKey;

    use super::*;
    use crate::{
        Sim,
        large_files::usual_directory,
        seed::Seed,
        world::{Actor, Caller, Chore, Credential, ExportRequest, MemberForm},
    };

    const MEMBERS: usize = 3_000;

    fn world() -> World {
        Sim::builder().seed(MEMBERS as u32, 20, 1).world(0).unwrap()
    }

    /// Submits an export of all members and lets it fall due.
    fn due(world: &mut World) -> ExportChore {
        let key = EncodingAesKey::new("IJUiXNpvGbODwKEBSEsAeOAPAhkqHqNCF6g19t9wfg2").unwrap();
        let request = ExportRequest { kind: ExportKind::SimpleUser, key, block_size: 1_000_000 };
        world.submit_export(Caller { corp: 0, credential: Credential::Contacts }, request, 0);
        match world.settle(Millis::MAX) {
            Some(Chore::Export(chore)) => chore,
            other => panic!("{other:?}"),
        }
    }

    fn begun(world: &World, chore: &ExportChore) -> ExportWriter {
        ExportWriter::begin(world, chore, &usual_directory()).unwrap().unwrap()
    }

    /// Takes the rest and reads it.
    fn rest(mut writer: ExportWriter, world: &World) -> String {
        while writer.take(world) == Slice::Some {
            writer.write_out().unwrap();
        }
        let (key, files) = (writer.key(), writer.finish().unwrap());
        let (file, _) = files.each().next().unwrap();
        let bytes = file.file.read(file.start, file.size).unwrap();
        String::from_utf8(wecom_cipher::decrypt_file(&key, &bytes).unwrap()).unwrap()
    }

    impl ExportWriter {
        fn key(&self) -> EncodingAesKey {
            self.blocks.key().clone()
        }
    }

    #[test]
    fn changes_during_an_export_are_in_its_later_rows_only() {
        let mut world = world();
        let chore = due(&mut world);
        let mut writer = begun(&world, &chore);
        assert_eq!(writer.take(&world), Slice::Some);
        writer.write_out().unwrap();
        let userid = |no: MemberNo| world.corp(0).members.at(no).unwrap().userid.to_string();
        let (first, last) = (userid(0), userid(MEMBERS as MemberNo - 1));
        for gone in [&first, &last] {
            world.delete_member(0, Actor::Console, gone).unwrap();
        }
        let form =
            MemberForm {
                userid: Some("latecomer".into()), name: Some("来".into()), ..MemberForm::default()
            };
        world.create_member(0, Actor::Console, &form, 0).unwrap();
        let text = rest(writer, &world);
        let has = |userid: &str| text.contains(&format!("\"userid\":\"{userid}\""));
        assert!(has(&first), "its row was taken before");
        assert!(!has(&last), "it was deleted in time");
        assert!(has("latecomer"), "who is created meanwhile comes last");
        assert_eq!(text.matches("\"userid\"").count(), MEMBERS);
    }

    #[test]
    fn a_slice_is_bounded_whatever_it_finds() {
        let mut world = world();
        let chore = due(&mut world);
        let mut slices = 1;
        let mut writer = begun(&world, &chore);
        while writer.take(&world) == Slice::Some {
            writer.write_out().unwrap();
            slices += 1;
        }
        assert!(slices > MEMBERS / SLICE, "{slices}");
    }

    #[test]
    fn an_export_that_is_overtaken_by_a_seed_starts_again_and_a_forgotten_one_stops() {
        let mut world = world();
        let chore = due(&mut world);
        let mut writer = begun(&world, &chore);
        assert_eq!(writer.take(&world), Slice::Some);
        world.plant(0, Seed { members: 10, departments: 3, seed: 2 }.grow(0).unwrap());
        assert_eq!(writer.take(&world), Slice::Overtaken);
        let text = rest(begun(&world, &chore), &world);
        assert_eq!(text.matches("\"userid\"").count(), 10);

        let mut writer = begun(&world, &chore);
        world.corp_mut(0).jobs.exports.clear();
        assert_eq!(writer.take(&world), Slice::Forgotten);
        assert!(ExportWriter::begin(&world, &chore, &usual_directory()).is_none());
    }
}
