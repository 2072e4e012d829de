//! More calls of one endpoint than WeCom's rate limit allows, from one process and from a fleet that shares the limit
//! through Redis.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use anyhow::Result;
use private_servers::redis::PrivateRedis;
use tokio::{pin, task::JoinSet, time};
use wecom_contacts::{Budget, Limits, RetryPolicy};
use wecom_sim::{Rates, Sim};

use crate::{
    Report, Stage,
    setting::{Log, app},
    worker::Orders,
    workers::{fleet, round},
};

const CALLERS: usize = 60;
const PROCESSES: usize = 3;

/// The number of calls, and the limits.
struct Load {
    calls: usize,
    /// Virtual seconds per real second.
    speed: f64,
    /// Limits of the server in a virtual minute, and of the client in a real one.
    server: u32,
    client: u32,
    /// Minimum share of the server's limit that must be used.
    used: f64,
}

/// Sends 25,000 calls through a limit of 10,000 a minute, at the same time from one process and from three.
///
/// # Errors
///
/// Returns an error if the scenario cannot be set up.
pub async fn run(stage: Stage) -> Result<Report> {
    // The full run uses real time, because the burst of the budget belongs to a real minute. The small run has
    // minutes of two seconds, in which the burst counts more, and a busy machine may make fewer calls than the limit
    // allows.
    let load = stage.pick(
        Load { calls: 25_000, speed: 1.0, server: 10_000, client: 10_000, used: 0.98 },
        Load { calls: 600, speed: 30.0, server: 300, client: 7_900, used: 0.2 },
    );
    let (alone, together) = tokio::try_join!(alone(&load), together(&load, &stage))?;
    let mut report =
        Report::new(format!("{} calls of one endpoint through {} a minute", load.calls, load.server));
    for (who, measured) in [("one process", alone), ("three processes", together)] {
        report.exactly(&format!("45009, {who}"), 0, measured.refused);
        report.exactly(&format!("failed calls, {who}"), 0, measured.failed);
        report.at_least(&format!("used share of the limit, {who}"), load.used, measured.used);
    }
    report.figure("virtual seconds per second", load.speed);
    Ok(report)
}

struct Measured {
    /// Number of 45009 in the server's log.
    refused: usize,
    failed: usize,
    used: f64,
}

async fn alone(load: &Load) -> Result<Measured> {
    let sim = server(load).await?;
    let limits = Limits::unlimited().per_minute(load.client);
    let budget = Budget::builder().each(limits).build()?;
    let client = app(&sim).budget(budget).retry(RetryPolicy::none()).build()?;
    let (next, calls) = (Arc::new(AtomicUsize::new(0)), load.calls);
    let work = async {
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
        Ok(callers.join_all().await.into_iter().sum())
    };
    measure(load, &sim, calls, work).await
}

async fn together(load: &Load, stage: &Stage) -> Result<Measured> {
    let sim = server(load).await?;
    let redis = PrivateRedis::start()?;
    let orders =
        Orders { per_minute: Some(load.client), ..Orders::new(&sim, redis.url(), CALLERS / PROCESSES) };
    let mut fleet = fleet(stage, &orders, PROCESSES).await?;
    let each = load.calls.div_ceil(CALLERS);
    measure(load, &sim, each * CALLERS, round(&mut fleet, each)).await
}

async fn server(load: &Load) -> Result<Sim> {
    let mut rates = Rates::default();
    rates.corp_per_minute = Some(load.server);
    Ok(Sim::builder().clock_speed(load.speed).rates(rates).start().await?)
}

/// Runs the work, which returns its number of failed calls, and reads the server's log during this time.
async fn measure(
    load: &Load,
    sim: &Sim,
    calls: usize,
    work: impl Future<Output = Result<usize>>,
) -> Result<Measured> {
    let (mut log, mut refused) = (Log::default(), 0);
    let mut look = || {
        refused += log.fresh(sim).iter().filter(|request| request.errcode == Some(45009)).count();
    };
    // The log holds ten thousand requests; ten seconds produce far fewer.
    let mut looks = time::interval(Duration::from_secs(10));
    let began = Instant::now();
    pin!(work);
    let failed = loop {
        tokio::select! {
            failed = &mut work => break failed?,
            _ = looks.tick() => look(),
        }
    };
    let allowed = f64::from(load.server) * began.elapsed().as_secs_f64() * load.speed / 60.0;
    look();
    let used = (calls as f64 / allowed * 1_000.0).round() / 1_000.0;
    Ok(Measured { refused, failed, used })
}
