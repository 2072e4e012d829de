//! An exported file is imported again, and the corp must be unchanged.

use std::fs;

use serde_json::Value;
use wecom_sim::{Sim, SimBuilder};

use crate::corp::Corp;

impl Corp {
    /// Exports and imports again. Returns whether the import succeeded.
    #[track_caller]
    fn round_trip(&self, noun: &str, ending: &str, credential: &str) -> bool {
        let file = format!("{noun}.{ending}");
        let exported = self.run(&["export", noun, "--out", &file, "--as", credential]);
        assert_eq!(exported.code, 0, "{exported:?}");
        let before = self.sim.digest();
        let ran = self.run(&["import", noun, &file, "--yes"]);
        assert_eq!(
            self.sim.digest(),
            before,
            "{noun} {ending} as {credential} changed the corp: {ran:?}\n{:?}",
            fs::read_to_string(self.directory.path().join(&file))
        );
        ran.code == 0
    }
}

/// Tests every credential with every format. The import succeeds if the export contains the whole corp.
async fn every_format(builder: impl Fn() -> SimBuilder, credentials: &[&str]) {
    let corp = Corp::start(builder()).await;
    for credential in credentials {
        for ending in ["jsonl", "json", "csv", "xlsx"] {
            for noun in ["members", "departments"] {
                assert!(
                    corp.round_trip(noun, ending, credential),
                    "{noun} {ending} as {credential} was refused"
                );
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn trap_39_an_export_with_all_rights_changes_nothing_when_imported_again() {
    every_format(|| Sim::builder().legacy(true), &["app", "contacts"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn trap_39_an_export_without_sensitive_fields_changes_nothing_when_imported_again() {
    every_format(Sim::builder, &["app"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn trap_39_seeded_corps_of_many_shapes_survive_the_round_trip() {
    for (seed, (members, departments)) in [(1, 1), (30, 1), (60, 12), (150, 40)].into_iter().enumerate() {
        for legacy in [false, true] {
            let corp =
                Corp::start(Sim::builder().legacy(legacy).seed(members, departments, seed as u64 + 3)).await;
            for ending in ["jsonl", "csv", "xlsx"] {
                for noun in ["members", "departments"] {
                    assert!(corp.round_trip(noun, ending, "app"), "{noun} {ending} {members} {legacy}");
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn trap_41_an_absent_key_does_not_change_the_field() {
    let corp = Corp::start(Sim::builder()).await;
    let before = corp.run(&["member", "get", "zhouba", "-o", "json"]).json();
    let rows = "{\"userid\":\"lisi\",\"position\":\"总监\"}\n{\"userid\":\"zhouba\",\"alias\":\"Zhou\"}\n";
    fs::write(corp.directory.path().join("rows.jsonl"), rows).unwrap();
    let ran = corp.run(&["import", "members", "rows.jsonl", "-o", "json"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let after = corp.run(&["member", "get", "zhouba", "-o", "json"]).json();
    assert_eq!((&after["position"], &after["alias"]), (&before["position"], &Value::from("Zhou")));
    // A replacement is one job with one set of columns.
    let ran = corp.run(&["import", "members", "rows.jsonl", "--replace", "--dry-run"]);
    ran.fails_with(1).with_remedy();
}
