//! Load on a callback URL: duplicates, reordered deliveries, garbage and forgeries over many connections, with a queue
//! that is too small and a restart in the middle.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{sync::watch, task::JoinSet, time::timeout};
use wecom_contacts::callback::{Callbacks, MemoryInbox, Notification};

use crate::{
    callback_server::{Server, post},
    platform::{Platform, Request, START, who_left},
    rig::http,
};

/// The load.
struct Load {
    /// Number of genuine events.
    events: usize,
    /// Number of concurrent requests.
    connections: usize,
    seed: u64,
}

/// Result of the load.
#[derive(Debug)]
struct LoadResult {
    /// How often each genuine event was handled.
    handled: HashMap<String, usize>,
    /// Number of forged requests that were not answered with 403.
    accepted_forgeries: usize,
    /// Number of deliveries that were repeated because the queue was full or the server was down.
    repeated: usize,
}

/// A request, and whether it is genuine.
#[derive(Clone)]
struct Delivery {
    request: Request,
    genuine: bool,
}

/// A pseudo-random generator with the same sequence in every run (`SplitMix64`).
struct Rng(u64);

impl Rng {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % bound as u64) as usize
    }
}

/// Returns every genuine event one or more times and as many forgeries, shuffled.
fn deliveries(platform: &Platform, load: &Load) -> Vec<Delivery> {
    let mut rng = Rng(load.seed);
    let mut deliveries = Vec::new();
    for event in 0..load.events {
        let message = platform.left(&format!("m{event}"));
        let nonce = rng.below(1 << 30).to_string();
        let first = platform.post(&message, &nonce);
        // A third of the events are repeated, either as the same request or with a new signature.
        match rng.below(6) {
            0 => deliveries.push(Delivery { request: first.clone(), genuine: true }),
            1 => deliveries.push(Delivery {
                request: platform.post_at(&message, START + rng.below(60) as u64, "again"),
                genuine: true,
            }),
            _ => {}
        }
        deliveries.push(Delivery { request: forged(platform, &first, &mut rng), genuine: false });
        deliveries.push(Delivery { request: first, genuine: true });
    }
    for index in (1..deliveries.len()).rev() {
        deliveries.swap(index, rng.below(index + 1));
    }
    deliveries
}

fn forged(platform: &Platform, genuine: &Request, rng: &mut Rng) -> Request {
    let Request { query, body } = genuine.clone();
    match rng.below(8) {
        0 => Request { query: query.replacen("msg_signature=", "msg_signature=0", 1), body },
        1 => Request { query, body: body.replacen("<Encrypt><![CDATA[", "<Encrypt><![CDATA[A", 1) },
        2 => Request { query, body: "<xml><Encrypt>".repeat(rng.below(100)) },
        3 => Request { query: "a=b".into(), body },
        4 => Request { query: query.replace("timestamp=", "timestamp=1"), body },
        5 => Platform::of("ww00000000000000a1").post(&platform.left("forged"), "1"),
        6 => platform.post_at(&platform.left("forged"), START - 10_000, "1"),
        _ => Request { query, body: "x".repeat(rng.below(4_096)) },
    }
}

/// Starts a server with a queue that is too small for this load.
async fn start_server(
    platform: &Platform,
    inbox: &MemoryInbox,
    handled: &Arc<Mutex<HashMap<String, usize>>>,
) -> Server {
    let handled = Arc::clone(handled);
    let intake = platform.intake().inbox(inbox.clone()).handler(move |event: Notification| {
        let handled = Arc::clone(&handled);
        async move {
            let name = who_left(&event);
            *handled.lock().unwrap().entry(name).or_default() += 1;
        }
    });
    Server::start(Callbacks::new().mount("/", intake)).await
}

/// Sends all requests. The server is stopped and replaced after half of them. WeCom repeats a delivery without
/// acknowledgement; here it is repeated until it is acknowledged.
async fn send_all(load: Load) -> LoadResult {
    let platform = Platform::new();
    let (inbox, handled) = (MemoryInbox::new().queue(8), Arc::default());
    let deliveries = self::deliveries(&platform, &load);
    let half = deliveries.len() / 2;
    let queue = Arc::new(Mutex::new(VecDeque::from(deliveries)));
    let first = start_server(&platform, &inbox, &handled).await;
    let (moved, address) = watch::channel(first.url("/"));

    let (http, mut connections) = (http(), JoinSet::new());
    for _ in 0..load.connections {
        let (queue, mut address, http) = (Arc::clone(&queue), address.clone(), http.clone());
        connections.spawn(async move {
            let (mut taken, mut repeated) = (0, 0);
            loop {
                let Some(delivery) = queue.lock().unwrap().pop_front() else { return (taken, repeated) };
                let url = address.borrow_and_update().clone();
                let status = post(&http, &url, &delivery.request).await.map(|(status, _)| status);
                match (delivery.genuine, status) {
                    (true, Some(200)) | (false, Some(403)) => {}
                    (_, None | Some(503)) => {
                        repeated += 1;
                        queue.lock().unwrap().push_back(delivery);
                        tokio::task::yield_now().await;
                    }
                    (false, Some(_)) => taken += 1,
                    (true, Some(status)) => panic!("a genuine event is answered with {status}"),
                }
            }
        });
    }
    while queue.lock().unwrap().len() > half {
        tokio::task::yield_now().await;
    }
    let drained = first.stop().await;
    assert!(drained.is_complete(), "{drained:?}");
    let second = start_server(&platform, &inbox, &handled).await;
    moved.send_replace(second.url("/"));

    let results = timeout(Duration::from_secs(120), connections.join_all()).await.unwrap();
    let drained = second.stop().await;
    assert!(drained.is_complete(), "{drained:?}");
    let handled = std::mem::take(&mut *handled.lock().unwrap());
    LoadResult {
        handled,
        accepted_forgeries: results.iter().map(|(taken, _)| taken).sum(),
        repeated: results.iter().map(|(_, repeated)| repeated).sum(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_genuine_event_is_handled_exactly_once_under_load() {
    let result = send_all(Load { events: 1_000, connections: 32, seed: 7 }).await;
    assert_eq!(result.accepted_forgeries, 0);
    let lost: Vec<_> = (0..1_000)
        .map(|event| format!("m{event}"))
        .filter(|name| !result.handled.contains_key(name))
        .collect();
    assert!(lost.is_empty(), "lost: {lost:?}");
    let twice: Vec<_> = result.handled.iter().filter(|(_, times)| **times != 1).collect();
    assert!(twice.is_empty(), "handled more than once: {twice:?}");
    assert_eq!(result.handled.len(), 1_000, "something forged was handled");
    println!("{} deliveries repeated", result.repeated);
    assert!(result.repeated > 0, "the load must overflow the queue");
}
