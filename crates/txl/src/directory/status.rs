//! `txl status`.

use clap::Args;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use wecom_directory::{Coverage, store::CorpSummary};

use super::MirroredCorps;
use crate::{
    failure::{Failure, Result},
    language::english,
    messages::{cells, directory as messages},
    output::Output,
    timespan,
};

/// Show what the mirror has, and how old it is
///
/// Without credentials it shows all corps of the mirror.
#[derive(Args)]
pub(crate) struct Status {
    /// Exit with 1 if the last complete pull is older, such as 24h or 90m
    #[arg(long, value_name = "DURATION", value_parser = timespan::parsed)]
    max_age: Option<SignedDuration>,
    #[command(flatten)]
    mirror: MirroredCorps,
}

/// The state of one corp, as `-o json` prints it.
#[derive(Serialize)]
struct CorpStatus {
    corp_id: String,
    pulled_at: Option<Timestamp>,
    age: Option<String>,
    coverage: Coverage,
    existence: bool,
    members: u64,
    departments: u64,
    tags: u64,
    hidden: serde_json::Value,
    moving: usize,
}

/// How far the clock of the computer that pulled may be ahead.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_mins(5);

impl Status {
    pub(crate) async fn run(self, output: Output) -> Result {
        let corps = self.mirror.summaries().await?;
        let now = Timestamp::now();
        let statuses = || corps.iter().map(|summary| status(summary, now)).collect::<Vec<_>>();
        let statuses = if output.is_table() { statuses() } else { english(statuses) };
        match statuses.as_slice() {
            [] => return Err(Failure::new(messages::empty_mirror()).remedy(messages::pull_first())),
            [one] if output.is_table() => output.worded(cells::status).record(one)?,
            all => output
                .worded(cells::status)
                .list(all, &["corp_id", "pulled_at", "age", "members", "departments", "tags", "existence"])?,
        }
        let Some(max_age) = self.max_age else { return Ok(()) };
        let oldest = timespan::before_now(max_age);
        for summary in &corps {
            let pulled_at = summary.last_complete.as_ref().map(|pull| pull.ended_at);
            // Nothing is known of its age, and it would count as new for as long as the clock was wrong.
            if let Some(at) = pulled_at.filter(|at| at.duration_since(now) > CLOCKS_DIFFER) {
                return Err(Failure::new(messages::pulled_in_the_future(&summary.corp, at))
                    .remedy(messages::set_the_clock_and_pull()));
            }
            if pulled_at.is_none_or(|at| at < oldest) {
                let age = pulled_at.map(|at| now.duration_since(at));
                return Err(
                    Failure::new(messages::too_old(&summary.corp, age)).remedy(messages::pull_again())
                );
            }
        }
        Ok(())
    }
}

fn status(summary: &CorpSummary, now: Timestamp) -> CorpStatus {
    let last = summary.last_pull.as_ref();
    let pulled_at = summary.last_complete.as_ref().map(|pull| pull.ended_at);
    let report = |key: &str| last.and_then(|pull| pull.report.get(key));
    CorpStatus {
        corp_id: summary.corp.to_string(),
        pulled_at,
        age: pulled_at.map(|at| messages::age(now.duration_since(at)).to_string()),
        coverage: last.map(|pull| pull.coverage).unwrap_or_default(),
        existence: last.is_some_and(|pull| pull.existence),
        members: summary.members,
        departments: summary.departments,
        tags: summary.tags,
        hidden: report("hidden").cloned().unwrap_or_default(),
        moving: report("moving").and_then(|moving| moving.as_array()).map_or(0, Vec::len),
    }
}
