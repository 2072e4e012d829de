//! What the benchmarks share: a simulated corp in a process of its own, and measurements in processes of their own, so that peak memory
//! is separate.

#![allow(dead_code, reason = "each benchmark uses a part of this module")]

use std::{
    collections::BTreeMap,
    env, fs,
    future::Future,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use wecom_contacts::{Budget, Client, Polling, Secret};
use wecom_sim::{ConsoleLegacy, Sim};

const ROLE: &str = "WECOM_BENCH_ROLE";
const CORP: &str = "WECOM_BENCH_CORP";
const FILE: &str = "WECOM_BENCH_FILE";
const ROWS: &str = "ROWS";

pub(crate) const POLLING: Polling = Polling::every(Duration::from_millis(50));

/// What a process has measured: times in seconds, and counts.
pub(crate) type Measured = BTreeMap<String, f64>;

/// The simulated corp.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Corp {
    pub(crate) url: String,
    pub(crate) corp_id: String,
    pub(crate) agent_id: u32,
    pub(crate) app_secret: String,
    pub(crate) contacts_secret: String,
}

/// Output of a measured process.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Figure {
    pub(crate) times: Measured,
    pub(crate) peak_mib: f64,
    /// Processor time of the whole process, in seconds.
    pub(crate) cpu: f64,
}

impl Figure {
    pub(crate) fn time(&self, name: &str) -> f64 {
        self.times[name]
    }
}

/// Runs what this process is for: the comparison, the simulator, or one measurement.
pub(crate) fn main<F: Future<Output = Measured>>(
    compare: impl FnOnce(),
    commands: impl AsyncFnOnce(Sim),
    measure: impl FnOnce(String, Corp, PathBuf) -> F,
) {
    match env::var(ROLE).ok().as_deref() {
        None => compare(),
        Some("server") => runtime().block_on(async {
            let sim = simulator().await;
            commands(sim).await;
        }),
        Some(role) => {
            let corp = serde_json::from_str(&env::var(CORP).unwrap()).unwrap();
            let file = PathBuf::from(env::var_os(FILE).unwrap());
            let times = runtime().block_on(measure(role.to_owned(), corp, file));
            print(&serde_json::to_string(&Figure { times, peak_mib: peak_mib(), cpu: cpu() }).unwrap());
        }
    }
}

pub(crate) fn print(line: &str) {
    println!("{line}");
}

pub(crate) fn setting(name: &str, default: usize) -> usize {
    env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

/// The number of members of the corp, in the process of a measurement.
pub(crate) fn rows() -> usize {
    setting(ROWS, 50_000)
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap()
}

/// A corp whose app sees every field, and whose contacts-sync secret reads ids alone.
async fn simulator() -> Sim {
    let rows = u32::try_from(rows()).unwrap();
    let sim = Sim::builder().running_clock(true).job_time(Duration::from_millis(1));
    let sim = sim.seed(rows, departments(rows), 1).start().await.unwrap();
    sim.console().set_legacy(ConsoleLegacy::new().app(None, true)).await.unwrap();
    let corp = Corp {
        url: sim.url().to_owned(),
        corp_id: sim.corp_id().to_owned(),
        agent_id: sim.agent_id(),
        app_secret: sim.app_secret().to_owned(),
        contacts_secret: sim.contacts_secret().to_owned(),
    };
    print(&serde_json::to_string(&corp).unwrap());
    sim
}

/// Departments of 200 members.
pub(crate) fn departments(members: u32) -> u32 {
    (members / 200).max(10)
}

impl Corp {
    fn client(&self, secret: Secret) -> Client {
        let client = Client::builder(self.corp_id.clone(), secret).base_url(&self.url);
        client.timeout(Duration::from_secs(600)).budget(Budget::unlimited()).build().unwrap()
    }

    pub(crate) fn contacts(&self) -> Client {
        self.client(Secret::contacts_sync(self.contacts_secret.clone()))
    }

    pub(crate) fn app(&self) -> Client {
        self.client(Secret::app(self.agent_id, self.app_secret.clone()))
    }
}

pub(crate) fn one(name: &str, time: Duration) -> Measured {
    BTreeMap::from([(name.to_owned(), time.as_secs_f64())])
}

/// Returns the peak memory of this process in MiB.
fn peak_mib() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse::<f64>().ok());
    kib.unwrap_or(f64::NAN) / 1024.0
}

/// Returns the processor time of this process in seconds.
pub(crate) fn cpu() -> f64 {
    // In hundredths of a second; the name of the program before these fields ends with a bracket.
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11).take(2);
    fields.filter_map(|field| field.parse::<f64>().ok()).sum::<f64>() / 100.0
}

/// The process of the simulator. It ends when this is dropped.
pub(crate) struct Server {
    child: Child,
    /// Commands to it, and its answers.
    pub(crate) stdin: Option<ChildStdin>,
    pub(crate) stdout: BufReader<ChildStdout>,
    /// The corp as JSON.
    corp: String,
    rows: usize,
}

impl Server {
    /// Starts the simulator of a corp with this number of members.
    pub(crate) fn start(rows: usize) -> Self {
        let mut child = in_role("server", rows).stdin(Stdio::piped()).spawn().unwrap();
        let stdin = child.stdin.take();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut corp = String::new();
        stdout.read_line(&mut corp).unwrap();
        Self { child, stdin, stdout, corp, rows }
    }

    /// Measures in a process of its own.
    pub(crate) fn run(&self, role: &str, file: &Path) -> Figure {
        let output = in_role(role, self.rows).env(CORP, &self.corp).env(FILE, file).output().unwrap();
        assert!(output.status.success(), "{role}");
        serde_json::from_slice(&output.stdout).unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stdin.take());
        let _ = self.child.wait();
    }
}

fn in_role(role: &str, rows: usize) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command.env(ROLE, role).env(ROWS, rows.to_string()).stdout(Stdio::piped()).stderr(Stdio::inherit());
    command
}

pub(crate) fn median(figures: impl IntoIterator<Item = f64>) -> f64 {
    let mut figures: Vec<_> = figures.into_iter().collect();
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}
