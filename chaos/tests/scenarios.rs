//! Runs every scenario in its small size.

use std::path::PathBuf;

use wecom_chaos::{SCENARIOS, Size, Stage};

fn run_scenario(name: &str) {
    let stage =
        Stage { size: Size::Small, program: PathBuf::from(env!("CARGO_BIN_EXE_wecom-chaos")), seed: 7 };
    let (_, scenario) = SCENARIOS.iter().find(|(known, _)| *known == name).expect("a scenario of that name");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let report = runtime.block_on(scenario(stage)).expect("a scenario that can be set up");
    assert!(report.held(), "{report}");
}

#[test]
fn a_crowd_fetches_one_token() {
    run_scenario("crowd");
}

#[test]
fn a_fleet_on_redis_fetches_one_token() {
    run_scenario("fleet");
}

#[test]
fn calls_succeed_while_redis_is_killed_and_restarted() {
    run_scenario("outage");
}

#[test]
fn the_lease_of_a_killed_process_expires_in_time() {
    run_scenario("orphan");
}

#[test]
fn results_under_faults_match_the_effects() {
    run_scenario("mixed");
}

#[test]
fn every_genuine_event_is_handled_once_across_a_restart() {
    run_scenario("intake");
}

#[test]
fn more_calls_than_the_limit_allows_are_sent_within_it() {
    run_scenario("budget");
}

#[test]
fn every_scenario_has_a_test() {
    let source = include_str!("scenarios.rs");
    for (name, _) in SCENARIOS {
        assert!(source.contains(&format!("run_scenario(\"{name}\")")), "{name} has no test");
    }
}
