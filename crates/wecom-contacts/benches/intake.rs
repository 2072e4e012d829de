//! `cargo bench -p wecom-contacts --features axum --bench intake`: the cost of genuine and garbage requests at an
//! intake, and the rate at which the router acknowledges over loopback HTTP.
//!
//! The kinds of request alternate in each round, and each ratio is computed within its round. Changes in the speed of
//! the machine therefore do not affect the ratios.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::{
    net::SocketAddr,
    time::{Duration, Instant, SystemTime},
};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::SendRequest;
use hyper_util::rt::TokioIo;
use tokio::{
    net::{TcpListener, TcpStream},
    runtime::Builder,
    task::JoinSet,
};
use wecom_contacts::callback::{Callbacks, Intake, MemoryInbox, Notification, Receiver};

const CORP: &str = "ww0123456789abcdef";
const NOW: u64 = 1_700_000_000;
const ROUNDS: usize = 31;
const REQUESTS: usize = 2_000;
const CONNECTIONS: usize = 32;
const DELIVERIES: usize = 40_000;

type Request = (String, String);

fn main() {
    cost();
    acknowledgement();
}

fn receiver() -> Receiver {
    Receiver::new(
        CORP,
        "QDG6eK",
        "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C".parse().expect("a sample key"),
    )
}

fn intake() -> Intake {
    Intake::builder(receiver())
        .clock(|| SystemTime::UNIX_EPOCH + Duration::from_secs(NOW))
        .inbox(MemoryInbox::new().queue(1 << 20).remember(Duration::from_secs(1200), 1 << 20))
        .handler(|_: Notification| std::future::ready(()))
}

/// Returns the slim event of a moved member, the most common event of WeCom.
fn genuine(number: usize) -> Request {
    let message = format!(
        "<xml><ToUserName><![CDATA[{CORP}]]></ToUserName><FromUserName><![CDATA[sys]]></FromUserName>\
         <CreateTime>{NOW}</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[change_contact]]></Event>\
         <ChangeType>update_user</ChangeType><UserID><![CDATA[member{number}]]></UserID>\
         <Department><![CDATA[2,7]]></Department></xml>"
    );
    let sealed = receiver().crypto().seal(&message, NOW, number.to_string()).expect("random bytes");
    let query = format!("msg_signature={}&timestamp={NOW}&nonce={number}", sealed.msg_signature);
    (query, sealed.to_delivery_xml(CORP, None))
}

/// A kind of request, and the expected status.
type Kind = (&'static str, u16, fn(usize) -> Request);

/// Each kind is at least as large as the genuine request.
const KINDS: [Kind; 6] = [
    ("genuine", 200, genuine),
    ("wrong signature", 403, |number| {
        let (query, body) = genuine(number);
        (query.replacen("msg_signature=", "msg_signature=0", 1), body)
    }),
    ("another's ciphertext", 403, |number| (genuine(number).0, genuine(number + 1).1)),
    ("no XML", 403, |number| (genuine(number).0, "x".repeat(700))),
    ("stale timestamp", 403, |number| {
        let (query, body) = genuine(number);
        (query.replace("timestamp=1700", "timestamp=1600"), body)
    }),
    ("oversized", 403, |number| (genuine(number).0, "x".repeat(200_000))),
];

fn cost() {
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    let mut rounds = Vec::new();
    for round in 0..ROUNDS {
        let times = KINDS.map(|(name, status, make)| {
            // All events differ, because duplicates are answered earlier.
            let requests: Vec<Request> =
                (0..REQUESTS).map(|number| make(round * REQUESTS + number)).collect();
            runtime.block_on(async {
                let intake = intake();
                let started = Instant::now();
                for (query, body) in &requests {
                    let answer = intake.accept(query, body.as_bytes()).await;
                    assert_eq!(answer.status, status, "{name}: {:?}", answer.outcome);
                }
                started.elapsed().as_secs_f64() * 1e6 / REQUESTS as f64
            })
        });
        rounds.push(times);
    }
    let median = |of: &dyn Fn(&[f64; 6]) -> f64| {
        let mut values: Vec<f64> = rounds.iter().map(of).collect();
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    println!("one request at the intake, median of {ROUNDS} rounds of {REQUESTS}\n");
    println!("{:<22} {:>8}  of genuine", "", "time");
    for (kind, (name, ..)) in KINDS.iter().enumerate() {
        let (time, ratio) = (median(&|round| round[kind]), median(&|round| round[kind] / round[0]));
        println!("{name:<22} {time:>5.2} µs  {ratio:>10.2}");
    }
}

fn acknowledgement() {
    let requests: Vec<Request> = (0..DELIVERIES).map(genuine).collect();
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    let (took, mut latencies) = runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let callbacks = Callbacks::new().mount("/", intake());
        let app = callbacks.router::<()>();
        tokio::spawn(async { axum::serve(listener, app).await });
        let mut connections = JoinSet::new();
        let started = Instant::now();
        for share in requests.chunks(DELIVERIES / CONNECTIONS) {
            connections.spawn(deliver(address, share.to_vec()));
        }
        let latencies: Vec<Duration> = connections.join_all().await.into_iter().flatten().collect();
        (started.elapsed(), latencies)
    });
    latencies.sort();
    let at = |share: f64| latencies[((latencies.len() - 1) as f64 * share) as usize];
    println!(
        "\n{DELIVERIES} deliveries over {CONNECTIONS} loopback connections, sender and receiver on the same two threads:\n\
         {:.0} acknowledged a second; p50 {:.2?}, p99 {:.2?}, longest {:.2?}",
        DELIVERIES as f64 / took.as_secs_f64(),
        at(0.5),
        at(0.99),
        at(1.0),
    );
}

async fn deliver(address: SocketAddr, requests: Vec<Request>) -> Vec<Duration> {
    let stream = TcpStream::connect(address).await.expect("the server listens");
    stream.set_nodelay(true).expect("a connection");
    let (mut send, connection): (SendRequest<Full<Bytes>>, _) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.expect("HTTP");
    tokio::spawn(connection);
    let mut latencies = Vec::with_capacity(requests.len());
    for (query, body) in requests {
        send.ready().await.expect("an open connection");
        let request = http::Request::post(format!("/?{query}")).header("host", "x");
        let request = request.body(Full::from(body)).expect("a request");
        let started = Instant::now();
        let answer = send.send_request(request).await.expect("an answer");
        assert_eq!(answer.status(), 200);
        answer.into_body().collect().await.expect("a body");
        latencies.push(started.elapsed());
    }
    latencies
}
