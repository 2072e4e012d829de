//! An export of a million members, from a simulator in another process to typed rows, compared with the bare limits.
//!
//! Each measurement runs in its own process, so that its peak memory is separate and all of them have equal conditions.
//! `ROWS=100000 cargo bench -p wecom-contacts --bench exports` uses fewer rows.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
#![expect(clippy::unwrap_used, reason = "a benchmark that fails stops")]

use std::{
    collections::HashMap,
    env, fs,
    hint::black_box,
    io::{BufRead, BufReader, Read},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use futures_util::TryStreamExt;
use md5::{Digest, Md5};
use serde::{Deserialize, Serialize};
use wecom_contacts::{
    Client, JobId, Polling, Secret,
    exports::{Export, ExportKey},
    members::Member,
};
use wecom_sim::Sim;

const ROUNDS: usize = 5;
const ROLE: &str = "WECOM_BENCH_ROLE";
const JOB: &str = "WECOM_BENCH_JOB";

/// Input of the measured processes.
#[derive(Serialize, Deserialize)]
struct Job {
    url: String,
    corp_id: String,
    agent_id: u32,
    secret: String,
    id: Option<JobId>,
    key: String,
}

/// Output of a measured process.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Figure {
    seconds: f64,
    rows: u64,
    peak_mib: f64,
}

fn main() {
    match env::var(ROLE).ok().as_deref() {
        None => compare(),
        Some("server") => serve(),
        Some(role) => measure(role),
    }
}

fn rows() -> u32 {
    env::var("ROWS").ok().and_then(|rows| rows.parse().ok()).unwrap_or(1_000_000)
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap()
}

/// Runs a simulator until its standard input ends.
fn serve() {
    runtime().block_on(async {
        let sim =
            Sim::builder().legacy(true).running_clock(true).seed(rows(), 5_000, 1).start().await.unwrap();
        let key = ExportKey::generate().unwrap().expose().to_owned();
        let mut job = Job {
            url: sim.url().to_owned(),
            corp_id: sim.corp_id().to_owned(),
            agent_id: sim.agent_id(),
            secret: sim.app_secret().to_owned(),
            id: None,
            key,
        };
        let client = client(&job);
        let submitted = client.exports().members().key(job.key.parse().unwrap()).await.unwrap();
        submitted.wait(Polling::every(Duration::from_millis(50))).await.unwrap();
        job.id = Some(submitted.id().clone());
        println!("{}", serde_json::to_string(&job).unwrap());
        tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new())).await.unwrap().unwrap();
    });
}

fn client(job: &Job) -> Client {
    let secret = Secret::app(job.agent_id, job.secret.clone());
    let allow = Duration::from_secs(600);
    Client::builder(job.corp_id.clone(), secret).base_url(&job.url).timeout(allow).build().unwrap()
}

async fn export(job: &Job) -> Export<Member> {
    let id = job.id.clone().unwrap();
    let taken_up = client(job).exports().job(id, job.key.parse().unwrap());
    taken_up.wait(Polling::default()).await.unwrap()
}

async fn download(export: &Export<Member>) -> Vec<u8> {
    let mut whole = Vec::new();
    for file in export.files() {
        let answer = reqwest::get(&file.url).await.unwrap();
        whole.extend_from_slice(&answer.bytes().await.unwrap());
    }
    whole
}

fn measure(role: &str) {
    let job: Job = serde_json::from_str(&env::var(JOB).unwrap()).unwrap();
    // The bare HTTP client requires a TLS provider.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let figure = runtime().block_on(async {
        let export = export(&job).await;
        match role {
            "rows" => timed(async { count(export.rows().batches()).await }).await,
            "row by row" => {
                timed(async {
                    export.rows().try_fold(0, |rows, _| async move { Ok(rows + 1) }).await.unwrap()
                })
                .await
            }
            "ids" => timed(async { count(export.ids().batches()).await }).await,
            "plain" => {
                let key = job.key.parse().unwrap();
                timed(async {
                    let file = download(&export).await;
                    let plain = wecom_cipher::decrypt_file(&key, &file).unwrap();
                    let whole: Whole = serde_json::from_slice(&plain).unwrap();
                    black_box(whole.userlist.len() as u64)
                })
                .await
            }
            "copy" => {
                timed(async {
                    for file in export.files() {
                        let mut answer = reqwest::get(&file.url).await.unwrap();
                        while let Some(chunk) = answer.chunk().await.unwrap() {
                            black_box(chunk);
                        }
                    }
                    0
                })
                .await
            }
            "md5" => {
                let file = download(&export).await;
                timed(async {
                    black_box(Md5::digest(&file));
                    0
                })
                .await
            }
            "aes" => {
                let file = download(&export).await;
                let mut decryptor = wecom_cipher::FileDecryptor::new(&job.key.parse().unwrap());
                timed(async {
                    let mut plain = Vec::new();
                    for chunk in file.chunks(256 << 10) {
                        plain.clear();
                        decryptor.push(chunk, &mut plain);
                        black_box(&plain);
                    }
                    0
                })
                .await
            }
            "frame and parse" => {
                // Split into records by `serde_json`, which are then parsed one by one into the same rows.
                let plain =
                    wecom_cipher::decrypt_file(&job.key.parse().unwrap(), &download(&export).await).unwrap();
                timed(async {
                    let whole: Framed<'_> = serde_json::from_slice(&plain).unwrap();
                    for row in &whole.userlist {
                        let member: Member = serde_json::from_str(row.get()).unwrap();
                        black_box(member);
                    }
                    whole.userlist.len() as u64
                })
                .await
            }
            other => panic!("no such role: {other}"),
        }
    });
    println!("{}", serde_json::to_string(&figure).unwrap());
}

#[derive(Deserialize)]
struct Whole {
    userlist: Vec<Member>,
}

#[derive(Deserialize)]
struct Framed<'a> {
    #[serde(borrow)]
    userlist: Vec<&'a serde_json::value::RawValue>,
}

async fn count<T>(batches: wecom_contacts::exports::ExportBatches<T>) -> u64
where
    T: Send + 'static,
{
    batches.try_fold(0, |rows, batch| async move { Ok(rows + batch.len() as u64) }).await.unwrap()
}

async fn timed(work: impl Future<Output = u64>) -> Figure {
    let started = Instant::now();
    let rows = work.await;
    Figure { seconds: started.elapsed().as_secs_f64(), rows, peak_mib: peak_mib() }
}

/// Returns the peak memory of this process in MiB.
fn peak_mib() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse::<f64>().ok()).unwrap_or(f64::NAN)
        / 1024.0
}

fn own(role: &str) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command.env(ROLE, role).stdout(Stdio::piped());
    command
}

fn run(role: &str, job: &str) -> Figure {
    let output = own(role).env(JOB, job).stderr(Stdio::inherit()).output().unwrap();
    assert!(output.status.success(), "{role} failed");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn server() -> (Child, String) {
    let mut server = own("server").stdin(Stdio::piped()).spawn().unwrap();
    let mut job = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut job).unwrap();
    (server, job)
}

const LIMITS: [&str; 4] = ["copy", "md5", "aes", "frame and parse"];
const EXPORTS: [&str; 4] = ["rows", "row by row", "ids", "plain"];

fn compare() {
    let (mut server, job) = server();
    // The measurements alternate, and ratios are computed within a round, because the speed of the machine may change.
    let rounds: Vec<HashMap<&str, Figure>> = (0..ROUNDS)
        .map(|_| LIMITS.into_iter().chain(EXPORTS).map(|role| (role, run(role, &job))).collect())
        .collect();
    let rows = f64::from(rows());
    println!("{rows} members, medians of {ROUNDS} rounds of a process each\n");
    println!("| What | seconds | rows/s | peak MiB |\n|---|---|---|---|");
    for role in LIMITS.into_iter().chain(EXPORTS) {
        let seconds = median(rounds.iter().map(|round| round[role].seconds));
        let peak = rounds.iter().map(|round| round[role].peak_mib).fold(0.0, f64::max);
        println!("| {role} | {seconds:.2} | {:.0} | {peak:.0} |", rows / seconds);
    }
    let ratio = |of: &dyn Fn(&HashMap<&str, Figure>) -> f64| median(rounds.iter().map(of));
    let slowest = |round: &HashMap<&str, Figure>| {
        LIMITS.into_iter().map(|stage| round[stage].seconds).fold(0.0, f64::max)
    };
    for role in ["rows", "row by row"] {
        let share = ratio(&|round| slowest(round) / round[role].seconds);
        println!("\n{role}, end to end: {share:.2} of the rate of the slowest stage alone");
    }
    println!(
        "ids: {:.2} times the rate of the rows",
        ratio(&|round| round["rows"].seconds / round["ids"].seconds)
    );
    println!("plain: {:.2} times the time", ratio(&|round| round["plain"].seconds / round["rows"].seconds));
    drop(server.stdin.take());
    server.wait().unwrap();
}
