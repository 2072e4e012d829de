//! The duration and the failures of jobs (异步任务).

use axum::Json;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    input::{Changes, Input, Refused, merged},
    operation::{Call, Operation},
};
use crate::world::{Corp, JobFailures};

pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::get("/_sim/jobs", "jobs", "Returns the duration and the failures of jobs.", jobs),
        Operation::put(
            "/_sim/jobs",
            "set_jobs",
            "Changes the given settings of jobs. They apply to imports and exports that are submitted later.",
            set_jobs,
        ),
    ]
}

/// The settings of imports and exports.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct JobControl {
    /// Duration of a job on the virtual clock, from 0 to one year.
    seconds: f64,
    /// Number of next jobs that fail.
    fail_next: u32,
    /// The errcode of the failure. An export fails with status 3, and its event has this errcode.
    fail_errcode: i32,
}

const YEAR: f64 = 366.0 * 24.0 * 3600.0;

impl JobControl {
    fn of(corp: &Corp) -> Self {
        let JobFailures { next, errcode } = corp.jobs.failures;
        Self { seconds: corp.jobs.settings().time as f64 / 1000.0, fail_next: next, fail_errcode: errcode }
    }
}

async fn jobs(call: Call) -> Result<Json<JobControl>, Refused> {
    Ok(Json(JobControl::of(call.shared.world.read().corp(0))))
}

async fn set_jobs(call: Call<(), (), Input<Changes<JobControl>>>) -> Result<Json<JobControl>, Refused> {
    let mut world = call.shared.world.write();
    let corp = world.corp_mut(0);
    let control: JobControl = merged(&JobControl::of(corp), call.body.0.fields)?;
    if !(0.0..=YEAR).contains(&control.seconds) {
        return Err(Refused::bad("seconds must be between 0 and one year"));
    }
    if control.fail_errcode == 0 {
        return Err(Refused::bad("errcode 0 means success; use another code"));
    }
    corp.jobs.set_time((control.seconds * 1000.0) as i64);
    corp.jobs.failures = JobFailures { next: control.fail_next, errcode: control.fail_errcode };
    Ok(Json(control))
}
