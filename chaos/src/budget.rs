//! WeCom's limit on how often one endpoint may be called, met by more calls than it allows.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use anyhow::Result;
use tokio::{task::JoinSet, time};
use wecom_contacts::{Budget, Limits, RetryPolicy};
use wecom_sim::{Rates, Sim};

use crate::{
    Report, Stage,
    setting::{Log, app},
};

const CALLERS: usize = 64;

/// How many calls, and what limits they.
struct Plan {
    calls: usize,
    /// Virtual seconds per real second.
    speed: f64,
    /// What the server allows in a virtual minute, and the client in a real one.
    server: u32,
    client: u32,
    /// The least part of the server's limit that must be used.
    used: f64,
}

/// Pushes 25,000 calls through 10,000 a minute.
///
/// # Errors
///
/// The scenario could not be set up.
pub async fn run(stage: Stage) -> Result<Report> {
    // Full: in real time, as the burst that the budget allows is a part of a real minute. Small: minutes of two seconds, in
    // which that burst weighs more; and the suite's machine may have no time for as many calls as were allowed.
    let plan = stage.pick(
        Plan { calls: 25_000, speed: 1.0, server: 10_000, client: 10_000, used: 0.98 },
        Plan { calls: 600, speed: 30.0, server: 300, client: 7_900, used: 0.2 },
    );
    let mut rates = Rates::default();
    rates.corp_per_minute = Some(plan.server);
    let sim = Sim::builder().clock_speed(plan.speed).rates(rates).start().await?;
    let limits = Limits::unlimited().per_minute(plan.client);
    let client =
        app(&sim).budget(Budget::builder().each(limits).build()).retry(RetryPolicy::none()).build()?;

    let (next, calls) = (Arc::new(AtomicUsize::new(0)), plan.calls);
    let began = Instant::now();
    let mut callers = JoinSet::new();
    for _ in 0..CALLERS {
        let (client, next) = (client.clone(), Arc::clone(&next));
        callers.spawn(async move {
            let mut failed = 0;
            while next.fetch_add(1, Relaxed) < calls {
                failed += usize::from(client.members().get("zhangsan").await.is_err());
            }
            failed
        });
    }
    let (mut log, mut refused, mut failed) = (Log::default(), 0, 0);
    let mut look = |sim: &Sim| {
        refused += log.fresh(sim).iter().filter(|request| request.errcode == Some(45009)).count();
    };
    // The log holds ten thousand requests; ten seconds bring far fewer.
    let mut looks = time::interval(Duration::from_secs(10));
    loop {
        tokio::select! {
            caller = callers.join_next() => match caller {
                Some(count) => failed += count?,
                None => break,
            },
            _ = looks.tick() => look(&sim),
        }
    }
    let took = began.elapsed();
    look(&sim);
    let used = calls as f64 / (f64::from(plan.server) * took.as_secs_f64() * plan.speed / 60.0);

    let mut report = Report::new(format!("{calls} calls of one endpoint through {} a minute", plan.server));
    report.exactly("45009", 0, refused);
    report.exactly("failed calls", 0, failed);
    report.at_least("part of the limit that was used", plan.used, (used * 1_000.0).round() / 1_000.0);
    report.figure("took", format!("{:.1} s", took.as_secs_f64()));
    report.figure("virtual seconds per second", plan.speed);
    Ok(report)
}
