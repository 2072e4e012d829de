//! Exports while the world changes.

use wecom_cipher::EncodingAesKey;

use super::{
    job::{ExportKind, ExportRequest, ExportTask},
    writing::{ExportWriter, SLICE, Slice},
};
use crate::{
    clock::Millis,
    large_files::default_directory,
    seed::{Seed, SeedShape},
    world::{
        changes::Actor,
        credentials::{Caller, Credential},
        default_corp::default_world,
        due::LongTask,
        forms::MemberForm,
        members::MemberNo,
        settings::WorldSettings,
        state::World,
    },
};

const MEMBERS: usize = 3_000;

fn world() -> World {
    let mut world = default_world(&WorldSettings::default(), 0);
    world.replace_contacts(
        0,
        Seed { members: MEMBERS as u32, departments: 20, seed: 1, shape: SeedShape::Usual }
            .generate(0)
            .unwrap(),
    );
    world
}

/// Submits an export of all members and advances until it is due.
fn due(world: &mut World) -> ExportTask {
    let key = EncodingAesKey::new("IJUiXNpvGbODwKEBSEsAeOAPAhkqHqNCF6g19t9wfg2").unwrap();
    let request = ExportRequest { kind: ExportKind::SimpleUser, key, block_size: 1_000_000 };
    world.submit_export(Caller { corp: 0, credential: Credential::Contacts }, request, 0);
    match world.do_due(Millis::MAX) {
        Some(LongTask::Export(task)) => task,
        other => panic!("{other:?}"),
    }
}

fn begun(world: &World, task: &ExportTask) -> ExportWriter {
    ExportWriter::begin(world, task, &default_directory()).unwrap().unwrap()
}

/// Writes the remaining rows and returns the decrypted file.
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
    let task = due(&mut world);
    let mut writer = begun(&world, &task);
    assert_eq!(writer.take(&world), Slice::Some);
    writer.write_out().unwrap();
    let userid = |no: MemberNo| world.corp(0).members.at(no).unwrap().userid.to_string();
    let (first, last) = (userid(0), userid(MEMBERS as MemberNo - 1));
    for gone in [&first, &last] {
        world.delete_member(0, Actor::Console, gone).unwrap();
    }
    let form =
        MemberForm { userid: Some("latecomer".into()), name: Some("来".into()), ..MemberForm::default() };
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
    let task = due(&mut world);
    let mut slices = 1;
    let mut writer = begun(&world, &task);
    while writer.take(&world) == Slice::Some {
        writer.write_out().unwrap();
        slices += 1;
    }
    assert!(slices > MEMBERS / SLICE, "{slices}");
}

#[test]
fn an_export_that_is_overtaken_by_a_seed_starts_again_and_a_forgotten_one_stops() {
    let mut world = world();
    let task = due(&mut world);
    let mut writer = begun(&world, &task);
    assert_eq!(writer.take(&world), Slice::Some);
    world.replace_contacts(
        0,
        Seed { members: 10, departments: 3, seed: 2, shape: SeedShape::Usual }.generate(0).unwrap(),
    );
    assert_eq!(writer.take(&world), Slice::Overtaken);
    let text = rest(begun(&world, &task), &world);
    assert_eq!(text.matches("\"userid\"").count(), 10);

    let mut writer = begun(&world, &task);
    world.corp_mut(0).jobs.exports.clear();
    assert_eq!(writer.take(&world), Slice::Forgotten);
    assert!(ExportWriter::begin(&world, &task, &default_directory()).is_none());
}
