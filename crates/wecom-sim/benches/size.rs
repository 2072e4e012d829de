//! Measures the cost of a corp of a million members: reads compared with a corp of ten thousand, and exports, seeds
//! and imports while other calls run.
//!
//! The simulator has a runtime with two threads. The load comes from a third thread over one connection, and a fourth
//! calls `user/get` all the time. `MEMBERS=100000 cargo bench -p wecom-sim --bench size` uses fewer members.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
#![expect(clippy::unwrap_used, reason = "a benchmark that fails stops")]

use std::{
    fmt::Write as _,
    fs,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    thread,
    time::{Duration, Instant},
};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::SendRequest;
use hyper_util::rt::TokioIo;
use md5::{Digest, Md5};
use serde_json::{Value, json};
use tokio::{
    net::TcpStream,
    runtime::{Builder, Runtime},
};
use wecom_cipher::FileEncryptor;
use wecom_sim::Sim;

const KEY: &str = "IJUiXNpvGbODwKEBSEsAeOAPAhkqHqNCF6g19t9wfg2";
const ROUNDS: usize = 31;
/// Members per department, in both corps.
const CROWD: u32 = 200;
const SMALL: u32 = 10_000;

fn main() {
    let large = std::env::var("MEMBERS").ok().and_then(|count| count.parse().ok()).unwrap_or(1_000_000);
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let empty = resident();
    let started = Instant::now();
    let big = Corp::start(&runtime, large);
    println!(
        "{large} members in {} departments: ready after {:.1} s, {:.2} KB of memory each\n",
        large / CROWD,
        started.elapsed().as_secs_f64(),
        (resident() - empty) / f64::from(large) * 1000.0
    );
    reads(&Corp::start(&runtime, SMALL), &big);
    pages(&big);
    let idle = probed(&big, || thread::sleep(Duration::from_secs(3))).1;
    println!("\nuser/get on an idle simulator: {idle}\n");
    digest(&big);
    export(&big);
    imports(&big, large);
    seed(&big, large);
}

/// Returns the memory of the process in MB, including both sides of the connection.
fn resident() -> f64 {
    status("VmRSS:")
}

fn status(line: &str) -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let found = status.lines().find_map(|one| one.strip_prefix(line));
    let kib = found.and_then(|rest| rest.split_whitespace().next()).and_then(|kib| kib.parse::<f64>().ok());
    kib.unwrap_or_default() * 1024.0 / 1e6
}

struct Corp {
    sim: Sim,
    token: String,
}

impl Corp {
    fn start(server: &Runtime, members: u32) -> Self {
        let builder = Sim::builder().legacy(true).running_clock(true).seed(members, members / CROWD, 1);
        let sim = server.block_on(server.spawn(async move { builder.start().await.unwrap() })).unwrap();
        let path = format!("gettoken?corpid={}&corpsecret={}", sim.corp_id(), sim.contacts_secret());
        let reply = Load::on(sim.address()).call(&format!("/cgi-bin/{path}"), None);
        Self { token: text(&reply["access_token"]), sim }
    }

    fn load(&self) -> Load {
        Load { token: self.token.clone(), ..Load::on(self.sim.address()) }
    }
}

/// One connection.
struct Load {
    runtime: Runtime,
    connection: SendRequest<Full<Bytes>>,
    token: String,
}

impl Load {
    fn on(address: SocketAddr) -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let connection = runtime.block_on(async {
            let stream = TcpStream::connect(address).await.unwrap();
            stream.set_nodelay(true).unwrap();
            let (send, connection) =
                hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
            tokio::spawn(connection);
            send
        });
        Self { runtime, connection, token: String::new() }
    }

    fn get(&mut self, path: &str) -> Value {
        let joint = if path.contains('?') { '&' } else { '?' };
        let path = format!("/cgi-bin/{path}{joint}access_token={}", self.token);
        self.call(&path, None)
    }

    fn post(&mut self, path: &str, body: &Value) -> Value {
        let joint = if path.contains('?') { '&' } else { '?' };
        let path = format!("/cgi-bin/{path}{joint}access_token={}", self.token);
        self.call(&path, Some(("application/json", body.to_string().into())))
    }

    fn call(&mut self, path: &str, body: Option<(&str, Bytes)>) -> Value {
        serde_json::from_slice(&self.fetch(path, body)).unwrap()
    }

    fn fetch(&mut self, path: &str, body: Option<(&str, Bytes)>) -> Bytes {
        let request = http::Request::builder().uri(path).header("host", "127.0.0.1");
        let request = match body {
            None => request.body(Full::default()),
            Some((kind, body)) => request.method("POST").header("content-type", kind).body(Full::new(body)),
        };
        let connection = &mut self.connection;
        self.runtime.block_on(async {
            connection.ready().await.unwrap();
            let answer = connection.send_request(request.unwrap()).await.unwrap();
            answer.into_body().collect().await.unwrap().to_bytes()
        })
    }

    /// Downloads a file without keeping it. Returns its size in bytes.
    fn discard(&mut self, path: &str) -> usize {
        let request = http::Request::get(path).header("host", "127.0.0.1").body(Full::default()).unwrap();
        let connection = &mut self.connection;
        self.runtime.block_on(async {
            connection.ready().await.unwrap();
            let mut body = connection.send_request(request).await.unwrap().into_body();
            let mut size = 0;
            while let Some(frame) = body.frame().await {
                size += frame.unwrap().data_ref().map_or(0, Bytes::len);
            }
            size
        })
    }

    /// Returns the median time of a call in microseconds, divided by the rows of its reply.
    fn per_row(&mut self, call: &Value, list: Option<&str>) -> f64 {
        let mut times: Vec<f64> = (0..ROUNDS)
            .map(|_| {
                let started = Instant::now();
                let path = format!("/cgi-bin/{}access_token={}", text(&call["path"]), self.token);
                let body = call.get("body").map(|body| ("application/json", body.to_string().into()));
                let reply = self.fetch(&path, body);
                let time = started.elapsed().as_secs_f64() * 1e6;
                let reply: Value = serde_json::from_slice(&reply).unwrap();
                assert_eq!(reply["errcode"], 0, "{call}: {reply}");
                let rows = list.map_or(1, |list| reply[list].as_array().unwrap().len());
                time / rows as f64
            })
            .collect();
        times.sort_by(f64::total_cmp);
        times[ROUNDS / 2]
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// Measures the same reads in both corps.
fn reads(small: &Corp, big: &Corp) {
    let days = (small.sim.state().now + 8 * 3_600_000) / 86_400_000;
    let day = jiff::civil::date(1970, 1, 1) + jiff::Span::new().days(days);
    let calls = [
        (json!({"path": "user/simplelist?department_id=30&"}), Some("userlist")),
        (json!({"path": "user/list?department_id=30&"}), Some("userlist")),
        (json!({"path": "department/list?"}), Some("department")),
        (json!({"path": "department/simplelist?"}), Some("department_id")),
        (json!({"path": "department/get?id=30&"}), None),
        (json!({"path": "tag/get?tagid=3&"}), Some("userlist")),
        (json!({"path": "tag/list?"}), None),
        (json!({"path": "user/list_id?", "body": {"limit": 10_000}}), Some("dept_user")),
        (json!({"path": "user/get_active_stat?", "body": {"date": day.to_string()}}), None),
    ];
    println!("per row of the answer, µs     {SMALL} members   the large corp   ratio");
    let (mut one, mut other) = (small.load(), big.load());
    for (call, list) in calls {
        let (small, big) = (one.per_row(&call, list), other.per_row(&call, list));
        let path = text(&call["path"]).split('?').next().unwrap_or_default().to_owned();
        println!("{path:<26} {small:>14.2} {big:>16.2} {:>8.2}", big / small);
    }
}

/// Measures all pages of `user/list_id`.
fn pages(corp: &Corp) {
    let mut load = corp.load();
    let (mut times, mut rows, mut cursor) = (Vec::new(), 0, String::new());
    loop {
        let started = Instant::now();
        let page = load.post("user/list_id", &json!({"limit": 10_000, "cursor": cursor}));
        times.push(started.elapsed().as_secs_f64() * 1e3);
        rows += page["dept_user"].as_array().unwrap().len();
        match page.get("next_cursor").and_then(Value::as_str) {
            Some(next) if !next.is_empty() => cursor = next.to_owned(),
            _ => break,
        }
    }
    let middle = |times: &[f64]| {
        let mut times = times.to_vec();
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    };
    let tenth = (times.len() / 10).max(1);
    println!(
        "\nuser/list_id: {rows} rows in {} pages; a page of the first tenth {:.1} ms, of the last {:.1} ms (median, parsed)",
        times.len(),
        middle(&times[..tenth]),
        middle(&times[times.len() - tenth..])
    );
}

/// The results of a probe: the times of its calls in milliseconds, and the largest memory.
struct Seen {
    times: Vec<f64>,
    peak: f64,
}

impl std::fmt::Display for Seen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let at = |share: f64| self.times[((self.times.len() - 1) as f64 * share) as usize];
        write!(
            f,
            "{} calls, median {:.2} ms, p99 {:.2} ms, slowest {:.1} ms",
            self.times.len(),
            at(0.5),
            at(0.99),
            at(1.0)
        )
    }
}

/// Calls `user/get` repeatedly while some work runs.
fn probed<T>(corp: &Corp, work: impl FnOnce() -> T) -> (T, Seen) {
    let userid = text(&corp.load().get("user/simplelist?department_id=1")["userlist"][0]["userid"]);
    let (over, mut load) = (Arc::new(AtomicBool::new(false)), corp.load());
    let probe = thread::spawn({
        let over = Arc::clone(&over);
        move || {
            let mut seen = Seen { times: Vec::new(), peak: 0.0 };
            while !over.load(Relaxed) {
                let started = Instant::now();
                load.get(&format!("user/get?userid={userid}"));
                seen.times.push(started.elapsed().as_secs_f64() * 1e3);
                seen.peak = seen.peak.max(resident());
                thread::sleep(Duration::from_millis(1));
            }
            seen
        }
    });
    let done = work();
    over.store(true, Relaxed);
    let mut seen = probe.join().unwrap();
    seen.times.sort_by(f64::total_cmp);
    (done, seen)
}

fn digest(corp: &Corp) {
    let (time, seen) = probed(corp, || {
        let started = Instant::now();
        corp.load().call("/_sim/state?digest=true", None);
        started.elapsed().as_secs_f64()
    });
    println!("GET /_sim/state?digest=true: {time:.2} s; beside it {seen}");
}

/// Measures an export of all member fields, from submission to end, and its download.
fn export(corp: &Corp) {
    let before = resident();
    let ((time, file), seen) = probed(corp, || {
        let mut load = corp.load();
        let started = Instant::now();
        let job = text(&load.post("export/user", &json!({"encoding_aeskey": KEY}))["jobid"]);
        loop {
            let result = load.get(&format!("export/get_result?jobid={job}"));
            match result["status"].as_i64() {
                Some(2) => break (started.elapsed().as_secs_f64(), result["data_list"][0].clone()),
                Some(0 | 1) => thread::sleep(Duration::from_millis(10)),
                _ => panic!("{result}"),
            }
        }
    });
    let size = file["size"].as_u64().unwrap();
    println!(
        "\nexport/user: {:.0} MB, done after {time:.2} s (0.2 s are the job's own time), memory at most {:.0} MB more; beside it {seen}",
        size as f64 / 1e6,
        seen.peak - before
    );
    println!("AES and md5 of as many bytes: {:.2} s", ciphered(size));
    let before = resident();
    let ((), seen) = probed(corp, || {
        let started = Instant::now();
        let url = text(&file["url"]);
        let path = url.strip_prefix(corp.sim.url()).unwrap().to_owned();
        assert_eq!(corp.load().discard(&path) as u64, size);
        let time = started.elapsed().as_secs_f64();
        println!("its download: {:.2} s, {:.2} GB/s", time, size as f64 / 1e9 / time);
    });
    println!("memory at most {:.0} MB more; beside it {seen}", seen.peak - before);
}

fn ciphered(size: u64) -> f64 {
    let (plain, mut file) = (vec![b'x'; 64 << 10], Vec::with_capacity(65 << 10));
    let mut cipher = FileEncryptor::new(&KEY.parse().unwrap());
    let mut digest = Md5::new();
    let started = Instant::now();
    for _ in 0..size / plain.len() as u64 {
        file.clear();
        cipher.push(&plain, &mut file);
        digest.update(&file);
    }
    std::hint::black_box(digest.finalize());
    started.elapsed().as_secs_f64()
}

/// Imports a file of just under 20 MB that changes members and creates some.
fn imports(corp: &Corp, large: u32) {
    let mut load = corp.load();
    let known: Vec<String> = load.post("user/list_id", &json!({"limit": 10_000}))["dept_user"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| text(&row["userid"]))
        .collect();
    let mut known: Vec<&String> = known.iter().collect();
    known.dedup();
    let mut csv = "姓名,帐号,邮箱,所在部门,职位,地址\n".to_owned();
    let mut rows = 0;
    while csv.len() < 19_900_000 {
        let userid = known.get(rows).map_or_else(|| format!("newcomer{rows}"), ToString::to_string);
        let department = rows as u32 % (large / CROWD) + 1;
        writeln!(csv, "王敏,{userid},{userid}@mail.example.com,{department},工程师,上海市浦东新区").unwrap();
        rows += 1;
    }
    let form = [
        "--b0undary\r\nContent-Disposition: form-data; name=\"media\"; filename=\"a.csv\"\r\n\r\n",
        &csv,
        "\r\n--b0undary--\r\n",
    ];
    let path = format!("/cgi-bin/media/upload?type=file&access_token={}", load.token);
    let media = load.call(&path, Some(("multipart/form-data; boundary=b0undary", form.concat().into())));
    let before = resident();
    let (time, seen) = probed(corp, || {
        let started = Instant::now();
        let job = text(&load.post("batch/syncuser", &json!({"media_id": media["media_id"]}))["jobid"]);
        loop {
            let result = load.get(&format!("batch/getresult?jobid={job}"));
            assert_eq!(result["errcode"], 0, "{result}");
            if result["status"] == 3 {
                let failed = result["result"].as_array().unwrap().iter().filter(|row| row["errcode"] != 0);
                assert_eq!(failed.count(), 0);
                break started.elapsed().as_secs_f64();
            }
            thread::sleep(Duration::from_millis(20));
        }
    });
    println!(
        "\nbatch/syncuser: {rows} rows of 20 MB, done after {time:.2} s, memory at most {:.0} MB more; beside it {seen}",
        seen.peak - before
    );
}

fn seed(corp: &Corp, large: u32) {
    for clear_first in [false, true] {
        let before = resident();
        let (time, seen) = probed(corp, || {
            let body = json!({"members": large, "departments": large / CROWD, "seed": 1, "clear_first": clear_first});
            let started = Instant::now();
            let reply = corp.load().call("/_sim/seed", Some(("application/json", body.to_string().into())));
            assert_eq!(reply["members"], large, "{reply}");
            started.elapsed().as_secs_f64()
        });
        println!(
            "\nPOST /_sim/seed, clear_first {clear_first}: {time:.2} s, memory at most {:.0} MB more; beside it {seen}",
            seen.peak - before
        );
    }
}
