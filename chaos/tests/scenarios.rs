//! Runs every scenario in its small size.

use std::path::PathBuf;

use wecom_chaos::{SCENARIOS, Size, Stage};

fn play(name: &str) {
    let stage =
        Stage { size: Size::Small, program: PathBuf::from(env!("CARGO_BIN_EXE_wecom-chaos")), seed: 7 };
    let (_, scenario) = SCENARIOS.iter().find(|(known, _)| *known == name).expect("a scenario of that name");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let report = runtime.block_on(scenario(stage)).expect("a scenario that can be set up");
    assert!(report.held(), "{report}");
}

#[test]
fn a_crowd_fetches_one_token() {
    play("crowd");
}

#[test]
fn a_fleet_on_redis_fetches_one_token() {
    play("fleet");
}

#[test]
fn a_redis_that_dies_and_comes_back_fails_no_call() {
    play("outage");
}

#[test]
fn a_lease_outlives_its_dead_holder_only_by_its_life() {
    play("orphan");
}

#[test]
fn what_callers_are_told_under_faults_is_what_happened() {
    play("mixed");
}

#[test]
fn every_genuine_event_is_handled_once_across_a_restart() {
    play("intake");
}

#[test]
fn more_calls_than_the_limit_allows_are_sent_within_it() {
    play("budget");
}

#[test]
fn no_scenario_is_forgotten() {
    let source = include_str!("scenarios.rs");
    for (name, _) in SCENARIOS {
        assert!(source.contains(&format!("play(\"{name}\")")), "{name} is not played here");
    }
}
