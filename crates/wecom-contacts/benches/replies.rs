//! Decoding a large reply: `user/list` of 10,000 full members, compared with `serde_json::from_slice` into the same
//! types.
//!
//! The envelope is decoded in the same pass as the members, so time and memory should equal those of the bare parser.
//! For time, the two alternate in each round, because the speed of the machine changes. For memory, allocations are
//! counted.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::time::{Duration, Instant};

use divan::{AllocProfiler, Bencher, counter::BytesCount};
use serde::Deserialize;
use wecom_contacts::{
    Endpoint,
    members::{ListMembers, Member},
};

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

const ROUNDS: usize = 41;

fn main() {
    let body = body();
    let timed = |work: &dyn Fn()| {
        let started = Instant::now();
        work();
        started.elapsed()
    };
    let rounds: Vec<[Duration; 2]> = (0..ROUNDS)
        .map(|_| [timed(&|| drop(bare(&body))), timed(&|| drop(ListMembers::decode(body.as_bytes())))])
        .collect();
    let mut ratios: Vec<f64> = rounds.iter().map(|[bare, ours]| ours.div_duration_f64(*bare)).collect();
    ratios.sort_by(f64::total_cmp);
    println!(
        "wecom-contacts / bare serde_json: {:.2} of its time, median of {ROUNDS} rounds\n",
        ratios[ROUNDS / 2]
    );
    divan::main();
}

#[derive(Deserialize)]
struct Reply {
    #[expect(dead_code, reason = "only its parsing is measured")]
    userlist: Vec<Member>,
}

fn bare(body: &str) -> Reply {
    serde_json::from_slice(divan::black_box(body.as_bytes())).expect("a reply")
}

fn body() -> String {
    let member = |number: usize| {
        format!(
            r#"{{"userid":"member{number}","name":"王敏","department":[2,5],"order":[10,0],"position":"工程师","mobile":"139{number:08}","gender":"2","email":"member{number}@example.com","biz_mail":"member{number}@corp.example.com","is_leader_in_dept":[1,0],"direct_leader":["chen.gang"],"avatar":"https://example.com/avatar/{number}/0","thumb_avatar":"https://example.com/avatar/{number}/100","telephone":"010-12345678","alias":"Min","address":"北京市","main_department":2,"extattr":{{"attrs":[{{"type":0,"name":"工号","text":{{"value":"A{number}"}}}}]}},"status":1,"qr_code":"https://open.work.weixin.qq.com/wwopen/userQRCode?vcode=vc{number}","external_position":"","external_profile":{{"external_corp_name":"","external_attr":[]}}}}"#
        )
    };
    let members: Vec<String> = (0..10_000).map(member).collect();
    format!(r#"{{"errcode":0,"errmsg":"ok","userlist":[{}]}}"#, members.join(","))
}

#[divan::bench(sample_count = 40)]
fn bare_serde_json(bencher: Bencher<'_, '_>) {
    let body = body();
    bencher.counter(BytesCount::of_str(&body)).bench(|| bare(&body));
}

#[divan::bench(sample_count = 40)]
fn wecom_contacts(bencher: Bencher<'_, '_>) {
    let body = body();
    bencher
        .counter(BytesCount::of_str(&body))
        .bench(|| ListMembers::decode(divan::black_box(body.as_bytes())).expect("a reply"));
}
