//! Compares the callers' results with the simulator's log and its state.

use std::collections::BTreeMap;

use anyhow::Result;
use wecom_contacts::UserId;
use wecom_sim::Sim;

use super::{caller::Caller, ledger::Ledger};
use crate::{Report, setting::app};

/// Compares all three and prints the first differences to stderr.
pub(super) async fn compare(
    report: &mut Report,
    sim: &Sim,
    callers: &[Caller],
    ledger: &Ledger,
) -> Result<()> {
    let outcomes = || callers.iter().map(|caller| &caller.outcomes);
    let (mut failed, mut unclassified, mut contradictions) = (BTreeMap::new(), Vec::new(), Vec::new());
    let (mut succeeded, mut open) = (0, 0);
    for outcome in outcomes() {
        succeeded += outcome.succeeded;
        open += outcome.may_have_applied;
        unclassified.extend(&outcome.unclassified);
        contradictions.extend(&outcome.contradictions);
        for (class, count) in &outcome.failed {
            *failed.entry(class.as_str()).or_insert(0) += count;
        }
    }
    show(&unclassified);
    show(&contradictions);
    report.exactly("errors without a class", 0, unclassified.len());
    report.exactly("reads that contradict an earlier answer", 0, contradictions.len());

    let executed = |path: &str, marker: &String| {
        ledger.writes.get(&(path.to_owned(), marker.clone())).copied().unwrap_or_default()
    };
    let twice: Vec<_> = ledger.writes.iter().filter(|(_, write)| write.times > 1).collect();
    report.exactly("writes applied twice", 0, twice.len());
    let lost = outcomes()
        .flat_map(|outcome| &outcome.writes)
        .filter(|(path, marker)| executed(path, marker).succeeded != 1);
    report.exactly("writes reported as done but not applied", 0, lost.count());
    let denied = outcomes()
        .flat_map(|outcome| &outcome.refused)
        .filter(|(path, marker)| executed(path, marker).succeeded > 0);
    report.exactly("writes reported as failed but applied", 0, denied.count());

    let wrong = state(sim, callers).await?;
    show(&wrong.iter().collect::<Vec<_>>());
    report.exactly("differences between the state and the results of the callers", 0, wrong.len());

    report.figure("succeeded", succeeded);
    report.figure("may have applied", open);
    for (class, count) in failed {
        report.figure(&format!("ended in {class}"), count);
    }
    Ok(())
}

/// Reads the whole state, after the faults were removed.
async fn state(sim: &Sim, callers: &[Caller]) -> Result<Vec<String>> {
    let reader = app(sim).user_agent("wecom-chaos").build()?;
    let members: BTreeMap<UserId, String> = reader
        .members()
        .list(1)
        .await?
        .into_iter()
        .map(|member| (member.userid, member.position.unwrap_or_default()))
        .collect();
    let mut departments: BTreeMap<String, usize> = BTreeMap::new();
    for department in reader.departments().list().await? {
        *departments.entry(department.name.unwrap_or_default()).or_default() += 1;
    }
    let mut wrong = Vec::new();
    for member in callers.iter().flat_map(|caller| &caller.members) {
        let is = members.get(&UserId::from(&member.userid)).cloned();
        if is != member.state && Some(&is) != member.or.as_ref() {
            wrong
                .push(format!("{} is {is:?}, expected {:?} or {:?}", member.userid, member.state, member.or));
        }
    }
    for department in callers.iter().flat_map(|caller| &caller.departments) {
        let is = departments.get(&department.name).copied().unwrap_or_default();
        let fits = department.exists.map_or(is <= 1, |exists| is == usize::from(exists));
        if !fits {
            wrong.push(format!(
                "department {} exists {is} times, expected {:?}",
                department.name, department.exists
            ));
        }
    }
    Ok(wrong)
}

fn show(differences: &[&String]) {
    for difference in differences.iter().take(10) {
        eprintln!("{difference}");
    }
}
