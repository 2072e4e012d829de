//! The client in a typical setup: against a simulator in another process, on a runtime with several threads.

use std::{
    env,
    io::{BufRead, BufReader, Read},
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use rustix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};
use tokio::{runtime::Runtime, task::JoinSet};
use wecom_contacts::{Budget, Client, Limits, Secret, members::Member};
use wecom_sim::Sim;

const ROUNDS: usize = 31;
const CALLS: usize = 3_200;
const ROLE: &str = "WECOM_BENCH_ROLE";

/// Output of the server process for its parent.
#[derive(Serialize, Deserialize)]
struct Corp {
    url: String,
    corp_id: String,
    agent_id: u32,
    secret: String,
}

/// Returns whether this process is the server of another one.
pub(crate) fn is_server() -> bool {
    env::var_os(ROLE).is_some()
}

/// Runs a simulator until standard input ends.
pub(crate) fn serve() {
    runtime().block_on(async {
        let sim = Sim::builder().legacy(true).start().await.expect("a free port");
        let corp = Corp {
            url: sim.url().to_owned(),
            corp_id: sim.corp_id().to_owned(),
            agent_id: sim.agent_id(),
            secret: sim.app_secret().to_owned(),
        };
        println!("{}", serde_json::to_string(&corp).expect("a corp is JSON"));
        let end = tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new()));
        end.await.expect("a thread").expect("standard input");
    });
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime")
}

fn server() -> (Child, Corp) {
    let mut server = Command::new(env::current_exe().expect("a path"))
        .env(ROLE, "server")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a process");
    let mut corp = String::new();
    let stdout = server.stdout.take().expect("a pipe");
    BufReader::new(stdout).read_line(&mut corp).expect("a line of text");
    (server, serde_json::from_str(&corp).expect("a corp"))
}

/// Prints the processor time of a call for each client.
pub(crate) fn compare() {
    let (mut server, corp) = server();
    let runtime = runtime();
    println!("as users run it: processor time of one user/get, median of {ROUNDS} rounds of {CALLS} calls\n");
    println!("callers  bare reqwest  wecom-contacts  wecom-contacts / reqwest");
    for callers in [1, 32, 64] {
        row(&runtime, &corp, callers);
    }
    drop(server.stdin.take());
    server.wait().expect("the server ends");
}

fn row(runtime: &Runtime, corp: &Corp, callers: usize) {
    // The calls are counted, but the limits are too high to make them wait.
    let limits = Limits::unlimited().per_minute(u32::MAX).per_hour(u32::MAX);
    let secret = Secret::app(corp.agent_id, corp.secret.clone());
    let sdk = Client::builder(corp.corp_id.clone(), secret)
        .base_url(&corp.url)
        .budget(Budget::builder().each(limits).build().expect("a budget"))
        .build()
        .expect("a client");
    let bare = reqwest::Client::builder().timeout(Duration::from_secs(10)).build().expect("a client");
    let url: Arc<str> = runtime.block_on(async {
        let Corp { url, corp_id, secret, .. } = corp;
        let gettoken = format!("{url}/cgi-bin/gettoken?corpid={corp_id}&corpsecret={secret}");
        let body = bare.get(gettoken).send().await.expect("an answer").bytes().await.expect("a body");
        let reply: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
        let token = reply["access_token"].as_str().expect("a token");
        format!("{url}/cgi-bin/user/get?userid=zhangsan&access_token={token}").into()
    });

    let each = CALLS / callers;
    let by_reqwest = || bare_caller(bare.clone(), Arc::clone(&url), each);
    let by_sdk = || sdk_caller(sdk.clone(), each);
    let mut rounds: Vec<[f64; 2]> = (0..ROUNDS + 2)
        .map(|round| {
            // The order of the two alternates from round to round.
            if round % 2 == 0 {
                let bare = spent(runtime, callers, by_reqwest);
                [bare, spent(runtime, callers, by_sdk)]
            } else {
                let sdk = spent(runtime, callers, by_sdk);
                [spent(runtime, callers, by_reqwest), sdk]
            }
        })
        .map(|round| round.map(|time| time / (each * callers) as f64))
        .collect();
    rounds.drain(..2);
    let median = |of: &dyn Fn(&[f64; 2]) -> f64| {
        let mut values: Vec<f64> = rounds.iter().map(of).collect();
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    println!(
        "{callers:>7}  {:>9.1} µs  {:>11.1} µs  {:>24.2}",
        median(&|round| round[0]),
        median(&|round| round[1]),
        median(&|round| round[1] / round[0]),
    );
}

async fn bare_caller(http: reqwest::Client, url: Arc<str>, calls: usize) {
    for _ in 0..calls {
        let answer = http.get(&*url).send().await.expect("an answer");
        let body = answer.bytes().await.expect("a body");
        let member: Member = serde_json::from_slice(&body).expect("a member");
        assert_eq!(member.userid, "zhangsan");
    }
}

async fn sdk_caller(sdk: Client, calls: usize) {
    for _ in 0..calls {
        let member = sdk.members().get("zhangsan").await.expect("a member");
        assert_eq!(member.userid, "zhangsan");
    }
}

/// Runs this number of callers, each in a task. Returns the microseconds of processor time that this process used for
/// them.
fn spent<F>(runtime: &Runtime, callers: usize, caller: impl Fn() -> F) -> f64
where
    F: Future<Output = ()> + Send + 'static,
{
    let before = processor_time();
    runtime.block_on(async {
        let mut tasks: JoinSet<()> = (0..callers).map(|_| caller()).collect();
        while let Some(ended) = tasks.join_next().await {
            ended.expect("a caller that ends");
        }
    });
    (processor_time() - before).as_secs_f64() * 1e6
}

fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec as u32)
}
