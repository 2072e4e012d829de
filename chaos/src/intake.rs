//! Thousands of callback events, mixed with forged requests, during a graceful restart of the receiver.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use anyhow::{Context, Result};
use fastrand::Rng;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle, task::JoinSet, time};
use wecom_contacts::callback::{
    Callbacks, Event, Intake, MemoryInbox, Notification, Receiver, events::MemberDeleted,
};

use crate::{Report, Stage};

const CORP: &str = "ww0123456789abcdef";
const TOKEN: &str = "QDG6eK";
const KEY: &str = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C";
const SENDERS: usize = 32;
/// Bound of every wait in this scenario.
const PATIENCE: Duration = Duration::from_secs(60);

/// Sends 10,000 genuine events out of order, some of them twice, among the same number of forged requests. The
/// receiver restarts in the middle.
///
/// # Errors
///
/// Returns an error if the scenario cannot be set up.
pub async fn run(stage: Stage) -> Result<Report> {
    let events = stage.pick(10_000, 600);
    let mut rng = Rng::with_seed(stage.seed);
    let posts = Arc::new(posts(events, &mut rng));
    let handled = Handled::default();
    // The inbox remembers all events of the run for an hour.
    let inbox = MemoryInbox::new().remember(Duration::from_secs(3_600), 4 * events);
    let mut server = Server::start(None, &inbox, &handled).await?;
    let sender = Arc::new(Sender::to(server.address)?);

    let (next, half) = (Arc::new(AtomicUsize::new(0)), posts.len() / 2);
    let began = Instant::now();
    let mut senders = JoinSet::new();
    for _ in 0..SENDERS {
        let (posts, next, sender) = (Arc::clone(&posts), Arc::clone(&next), Arc::clone(&sender));
        senders.spawn(async move {
            let mut sent = Sent::default();
            while let Some(post) = posts.get(next.fetch_add(1, Relaxed)) {
                sender.send(*post, &mut sent).await?;
            }
            anyhow::Ok(sent)
        });
    }
    let at_half = async {
        while next.load(Relaxed) < half {
            time::sleep(Duration::from_millis(1)).await;
        }
    };
    time::timeout(PATIENCE, at_half).await.context("the senders are stuck")?;
    let address = server.address;
    let mut left = server.stop().await?;
    server = Server::start(Some(address), &inbox, &handled).await?;
    let mut sent = Sent::default();
    for one in senders.join_all().await {
        sent.add(one?);
    }
    let took = began.elapsed();
    left += server.stop().await?;

    let handled = handled.0.lock().unwrap_or_else(PoisonError::into_inner);
    let mut report = Report::new(format!(
        "{events} events among {} other requests from {SENDERS} connections, one graceful restart",
        posts.len() - events
    ));
    report.exactly("events handled", events, handled.len());
    report.exactly("events handled twice", 0, handled.values().filter(|times| **times > 1).count());
    report.exactly("events left by a shutdown", 0, left);
    report.exactly("forged requests that were accepted", 0, sent.taken);
    report.figure("requests per second", format!("{:.0}", posts.len() as f64 / took.as_secs_f64()));
    sent.acknowledged.sort_unstable();
    for (name, part) in [("median", 0.5), ("p99", 0.99)] {
        let at = (sent.acknowledged.len() as f64 * part) as usize;
        let time = sent.acknowledged.get(at).copied().unwrap_or_default();
        report.figure(&format!("acknowledgement, {name}"), format!("{:.2} ms", time.as_secs_f64() * 1_000.0));
    }
    report.figure("retries, because the receiver was stopped or busy", sent.repeated);
    Ok(report)
}

/// One request to the callback URL.
#[derive(Clone, Copy)]
enum Post {
    /// The event with this number.
    Genuine(usize),
    /// The same event with a new signature.
    Again(usize),
    WrongSignature(usize),
    WrongCorp(usize),
    /// An event with a valid signature from an hour ago.
    Stale(usize),
    Garbage,
}

/// Returns every event once, a fifth of them twice, and the same number of other requests. They are shuffled within a
/// distance, because WeCom does not keep the order either.
fn posts(events: usize, rng: &mut Rng) -> Vec<Post> {
    let mut posts = Vec::new();
    for event in 0..events {
        posts.push(Post::Genuine(event));
        if event % 5 == 0 {
            posts.push(Post::Again(event));
        }
        posts.push(match event % 4 {
            0 => Post::WrongSignature(event),
            1 => Post::WrongCorp(event),
            2 => Post::Stale(event),
            _ => Post::Garbage,
        });
    }
    for stretch in posts.chunks_mut(500) {
        rng.shuffle(stretch);
    }
    posts
}

/// Number of times each member's event was handled.
#[derive(Clone, Default)]
struct Handled(Arc<Mutex<HashMap<String, usize>>>);

impl Handled {
    fn note(&self, notification: &Notification) {
        if let Event::MemberDeleted(member) = &notification.event {
            let mut handled = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            *handled.entry(member.userid.to_string()).or_default() += 1;
        }
    }
}

/// The receiver under test.
struct Server {
    address: SocketAddr,
    callbacks: Callbacks,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<std::io::Result<()>>,
}

impl Server {
    async fn start(address: Option<SocketAddr>, inbox: &MemoryInbox, handled: &Handled) -> Result<Self> {
        let handled = handled.clone();
        let receiver = Receiver::new(CORP, TOKEN, KEY.parse()?);
        let intake =
            Intake::builder(receiver).inbox(inbox.clone()).handler(move |notification: Notification| {
                handled.note(&notification);
                std::future::ready(())
            });
        let callbacks = Callbacks::new().mount("/wecom", intake);
        let listener = TcpListener::bind(address.unwrap_or_else(|| ([127, 0, 0, 1], 0).into())).await?;
        let address = listener.local_addr()?;
        let (stop, stopped) = oneshot::channel::<()>();
        let served = axum::serve(listener, callbacks.router()).with_graceful_shutdown(async {
            let _ = stopped.await;
        });
        let serving = tokio::spawn(async move { served.await });
        Ok(Self { address, callbacks, stop, serving })
    }

    /// Stops gracefully. Returns the number of unhandled events.
    async fn stop(self) -> Result<usize> {
        let _ = self.stop.send(());
        time::timeout(PATIENCE, self.serving).await.context("the server does not stop")???;
        let drained = self.callbacks.shutdown(PATIENCE).await;
        Ok(drained.left.len() + drained.running)
    }
}

/// The results of all requests.
#[derive(Default)]
struct Sent {
    acknowledged: Vec<Duration>,
    repeated: usize,
    /// Requests that were accepted but should have been refused.
    taken: usize,
}

impl Sent {
    fn add(&mut self, other: Self) {
        self.acknowledged.extend(other.acknowledged);
        self.repeated += other.repeated;
        self.taken += other.taken;
    }
}

/// Sends the requests of WeCom and the forged ones.
struct Sender {
    url: String,
    client: reqwest::Client,
    wecom: Receiver,
    elsewhere: Receiver,
}

impl Sender {
    fn to(address: SocketAddr) -> Result<Self> {
        // The client requires a provider, although this connection is not encrypted. An error means that one is
        // already installed.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Ok(Self {
            url: format!("http://{address}/wecom"),
            client: reqwest::Client::builder().timeout(PATIENCE).build()?,
            wecom: Receiver::new(CORP, TOKEN, KEY.parse()?),
            elsewhere: Receiver::new("wwfedcba9876543210", TOKEN, KEY.parse()?),
        })
    }

    async fn send(&self, post: Post, sent: &mut Sent) -> Result<()> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
        let is_genuine = matches!(post, Post::Genuine(_) | Post::Again(_));
        let (query, body) = match post {
            Post::Genuine(event) | Post::Again(event) => seal(&self.wecom, event, now)?,
            Post::WrongCorp(event) => seal(&self.elsewhere, event, now)?,
            Post::Stale(event) => seal(&self.wecom, event, now - 3_600)?,
            Post::WrongSignature(event) => {
                let (query, body) = seal(&self.wecom, event, now)?;
                (query.replacen("msg_signature=", "msg_signature=0", 1), body)
            }
            Post::Garbage => {
                (format!("msg_signature=0&timestamp={now}&nonce=1"), "<xml><Encrypt>".repeat(20))
            }
        };
        let until = Instant::now() + PATIENCE;
        loop {
            let began = Instant::now();
            let request = self.client.post(format!("{}?{query}", self.url)).body(body.clone());
            match request.send().await.map(|answer| answer.status().as_u16()) {
                Ok(200) if is_genuine => {
                    sent.acknowledged.push(began.elapsed());
                    return Ok(());
                }
                Ok(200) => {
                    sent.taken += 1;
                    return Ok(());
                }
                Ok(403) if !is_genuine => return Ok(()),
                // The receiver is busy, closing (503) or stopped, so the event is sent again as by WeCom.
                Ok(503) | Err(_) if Instant::now() < until => {
                    sent.repeated += 1;
                    time::sleep(Duration::from_millis(10)).await;
                }
                Ok(status) => anyhow::bail!("a callback was answered with HTTP {status}"),
                Err(error) => return Err(error).context("the receiver did not restart"),
            }
        }
    }
}

/// Returns the event of a member who has left, as query and body of a delivery.
fn seal(by: &Receiver, event: usize, timestamp: u64) -> Result<(String, String)> {
    let left = Event::MemberDeleted(MemberDeleted::new(format!("member{event}")));
    // All deliveries of one event have the same time.
    let happened = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    let corp = by.crypto().receive_id();
    let message = Notification::new(corp, happened, left).to_xml();
    let sealed = by.crypto().seal(&message, timestamp, fastrand::u32(..).to_string())?;
    let query =
        format!("msg_signature={}&timestamp={timestamp}&nonce={}", sealed.msg_signature, sealed.nonce);
    Ok((query, sealed.to_delivery_xml(corp, None)))
}
