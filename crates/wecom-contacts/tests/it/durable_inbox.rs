//! An inbox that survives the process. Each state change of an event is appended to a file before it takes effect.

use std::{
    collections::{HashSet, VecDeque},
    fs::{File, OpenOptions},
    future::Future,
    io::{self, Write},
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;
use tokio::{runtime::Runtime, sync::Notify};
use wecom_contacts::callback::{Acceptance, Inbox, Incoming, Intake, Notification, NotificationKey, Outcome};

use crate::{
    intake::{PATIENCE, Seen, deliver, held},
    log::Log,
    platform::{Platform, who_left},
};

/// One line of the file.
#[derive(Serialize, Deserialize)]
enum Line {
    Accepted { key: NotificationKey, notification: Box<Notification> },
    Done(NotificationKey),
    Failed(NotificationKey),
}

/// An inbox in a file. Each event is in the file before `accept` returns. The next `FileInbox` returns all events
/// without a `Done` again.
#[derive(Clone)]
struct FileInbox(Arc<Shared>);

struct Shared {
    table: Mutex<Table>,
    /// Whether writing fails, as on a full disk.
    write_fails: AtomicBool,
    /// Number of further failures of `next`.
    read_failures: AtomicUsize,
}

struct Table {
    file: File,
    known: HashSet<NotificationKey>,
    waiting: VecDeque<(NotificationKey, Notification)>,
}

impl FileInbox {
    fn open(path: &Path) -> Self {
        let (mut known, mut waiting) = (HashSet::new(), VecDeque::new());
        for line in std::fs::read_to_string(path).unwrap().lines() {
            match serde_json::from_str(line).unwrap() {
                Line::Accepted { key, notification } => {
                    known.insert(key);
                    waiting.push_back((key, *notification));
                }
                Line::Done(done) | Line::Failed(done) => waiting.retain(|(key, _)| *key != done),
            }
        }
        let file = OpenOptions::new().append(true).open(path).unwrap();
        Self(Arc::new(Shared {
            table: Mutex::new(Table { file, known, waiting }),
            write_fails: AtomicBool::new(false),
            read_failures: AtomicUsize::new(0),
        }))
    }

    fn append(&self, table: &mut Table, line: &Line) -> io::Result<()> {
        if self.0.write_fails.load(SeqCst) {
            return Err(io::Error::from(io::ErrorKind::StorageFull));
        }
        let mut text = serde_json::to_string(line)?;
        text.push('\n');
        table.file.write_all(text.as_bytes())?;
        table.file.sync_data()
    }

    fn end(&self, line: &Line) -> io::Result<()> {
        self.append(&mut self.0.table.lock().unwrap(), line)
    }
}

impl Inbox for FileInbox {
    type Error = io::Error;

    async fn accept(&self, incoming: Incoming) -> io::Result<Acceptance> {
        let mut table = self.0.table.lock().unwrap();
        let Incoming { key, notification, .. } = incoming;
        if table.known.contains(&key) {
            return Ok(Acceptance::Duplicate);
        }
        self.append(&mut table, &Line::Accepted { key, notification: Box::new(notification.clone()) })?;
        table.known.insert(key);
        table.waiting.push_back((key, notification));
        Ok(Acceptance::Accepted)
    }

    async fn next(&self) -> io::Result<Option<(NotificationKey, Notification)>> {
        let fails = |left: usize| left.checked_sub(1);
        if self.0.read_failures.fetch_update(SeqCst, SeqCst, fails).is_ok() {
            return Err(io::Error::from(io::ErrorKind::TimedOut));
        }
        Ok(self.0.table.lock().unwrap().waiting.pop_front())
    }

    async fn done(&self, key: NotificationKey) -> io::Result<()> {
        self.end(&Line::Done(key))
    }

    async fn failed(&self, key: NotificationKey) -> io::Result<()> {
        self.end(&Line::Failed(key))
    }
}

fn table() -> NamedTempFile {
    NamedTempFile::new().unwrap()
}

/// Runs the program once. At its end all running tasks are dropped with the runtime, as in a process that is killed.
fn life<T>(story: impl Future<Output = T>) -> T {
    let runtime = Runtime::new().unwrap();
    let told = runtime.block_on(async { tokio::time::timeout(PATIENCE, story).await.unwrap() });
    runtime.shutdown_background();
    told
}

#[tokio::test]
async fn an_event_that_cannot_be_stored_is_answered_503_and_accepted_on_its_next_delivery() {
    let (platform, file, seen) = (Platform::new(), table(), Seen::default());
    let inbox = FileInbox::open(file.path());
    let intake = platform.intake().inbox(inbox.clone()).handler(seen.handler());
    let message = platform.left("wangfang");
    let request = platform.post(&message, "1");

    inbox.0.write_fails.store(true, SeqCst);
    let (log, guard) = Log::start();
    assert_eq!(deliver(&intake, &request).await, Outcome::NotStored);
    assert_eq!(deliver(&intake, &platform.post(&message, "2")).await, Outcome::NotStored, "not a duplicate");
    drop(guard);
    let (logged, key) = (log.ours(), Notification::from_message(message).key().to_string());
    assert_eq!(logged.matches("could not be stored").count(), 2, "{logged}");
    assert!(
        logged.contains(&key) && logged.contains("no storage space") && !logged.contains("wangfang"),
        "{logged}"
    );
    assert_eq!(std::fs::read_to_string(file.path()).unwrap(), "", "nothing is remembered");

    inbox.0.write_fails.store(false, SeqCst);
    assert_eq!(deliver(&intake, &request).await, Outcome::Queued);
    assert_eq!(deliver(&intake, &request).await, Outcome::Duplicate);
    intake.idle().await;
    assert_eq!(seen.names(), ["wangfang"]);
}

#[test]
fn an_event_whose_process_was_killed_is_handled_by_the_next_one_and_recognised_there() {
    let (platform, file) = (Platform::new(), table());
    let request = |name: &str, nonce: &str| platform.post(&platform.left(name), nonce);
    life(async {
        let (intake, mut held) = held(platform.intake().inbox(FileInbox::open(file.path())));
        for (nonce, name) in ["a", "b", "c"].into_iter().enumerate() {
            assert_eq!(deliver(&intake, &request(name, &nonce.to_string())).await, Outcome::Queued);
        }
        assert_eq!(held.begins().await, "a");
        held.permits.add_permits(1);
        assert_eq!(held.begins().await, "b", "a is handled, b is being handled, c waits");
    });
    let seen = Seen::default();
    life(async {
        let intake = platform.intake().inbox(FileInbox::open(file.path())).handler(seen.handler());
        for (nonce, name) in ["a", "b", "c"].into_iter().enumerate() {
            let again = request(name, &format!("1{nonce}"));
            assert_eq!(deliver(&intake, &again).await, Outcome::Duplicate, "{name}");
        }
        intake.idle().await;
        assert_eq!(seen.names(), ["b", "c"], "accepted but unhandled events, in order, without duplicates");
        assert_eq!(deliver(&intake, &request("d", "4")).await, Outcome::Queued);
        intake.idle().await;
    });
    assert_eq!(seen.names(), ["b", "c", "d"]);
    life(async {
        let intake = platform.intake().inbox(FileInbox::open(file.path())).handler(seen.handler());
        intake.idle().await;
    });
    assert_eq!(seen.names(), ["b", "c", "d"], "all is handled");
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_leaves_what_waits_in_the_inbox() {
    let (platform, file) = (Platform::new(), table());
    let (intake, mut held) = held(platform.intake().inbox(FileInbox::open(file.path())));
    let request = |name: &str, nonce: &str| platform.post(&platform.left(name), nonce);
    for (nonce, name) in ["a", "b", "c"].into_iter().enumerate() {
        deliver(&intake, &request(name, &nonce.to_string())).await;
    }
    assert_eq!(held.begins().await, "a");
    let drained = intake.shutdown(Duration::from_secs(30)).await;
    assert!(drained.left.is_empty() && drained.timed_out && !drained.is_complete(), "{drained:?}");
    assert_eq!(drained.running, 1);
    assert_eq!(deliver(&intake, &request("d", "9")).await, Outcome::Closing);
    held.permits.add_permits(3);
    assert!(intake.shutdown(Duration::from_secs(30)).await.is_complete(), "a is handled");
    assert_eq!(held.seen.names(), ["a"], "no other event was started");

    let successor = platform.intake().inbox(FileInbox::open(file.path())).handler(held.seen.handler());
    successor.idle().await;
    assert_eq!(held.seen.names(), ["a", "b", "c"]);
}

#[tokio::test(start_paused = true)]
async fn an_inbox_that_cannot_be_read_is_asked_again() {
    let (platform, file, seen) = (Platform::new(), table(), Seen::default());
    let inbox = FileInbox::open(file.path());
    inbox.0.read_failures.store(5, SeqCst);
    let (log, guard) = Log::start();
    let intake = platform.intake().inbox(inbox).handler(seen.handler());
    assert_eq!(deliver(&intake, &platform.post(&platform.left("a"), "1")).await, Outcome::Queued);
    intake.idle().await;
    drop(guard);
    assert_eq!(seen.names(), ["a"]);
    assert_eq!(log.ours().matches("cannot be read").count(), 5, "{}", log.ours());
}

#[tokio::test]
async fn an_event_that_was_handled_and_could_not_be_marked_is_named_and_comes_again() {
    let (platform, file, seen) = (Platform::new(), table(), Seen::default());
    let inbox = FileInbox::open(file.path());
    let (intake, mut held) = held(platform.intake().inbox(inbox.clone()));
    let message = platform.left("a");
    let (log, guard) = Log::start();
    assert_eq!(deliver(&intake, &platform.post(&message, "1")).await, Outcome::Queued);
    held.begins().await;
    inbox.0.write_fails.store(true, SeqCst);
    held.permits.add_permits(1);
    intake.idle().await;
    drop(guard);
    let (logged, key) = (log.ours(), Notification::from_message(message).key().to_string());
    assert!(logged.contains("could not be marked") && logged.contains(&key), "{logged}");
    let successor = platform.intake().inbox(FileInbox::open(file.path())).handler(seen.handler());
    successor.idle().await;
    assert_eq!(seen.names(), ["a"]);
}

#[tokio::test]
async fn the_inbox_learns_of_an_event_whose_handler_panicked() {
    let (platform, file) = (Platform::new(), table());
    let intake =
        platform.intake().inbox(FileInbox::open(file.path())).handler(async |event: Notification| {
            assert_ne!(who_left(&event), "b", "as a bug does");
        });
    for (nonce, name) in ["a", "b", "c"].into_iter().enumerate() {
        deliver(&intake, &platform.post(&platform.left(name), &nonce.to_string())).await;
    }
    intake.idle().await;
    let lines = std::fs::read_to_string(file.path()).unwrap();
    let ends: Vec<&str> = lines
        .lines()
        .filter_map(|line| match serde_json::from_str(line).unwrap() {
            Line::Accepted { .. } => None,
            Line::Done(_) => Some("done"),
            Line::Failed(_) => Some("failed"),
        })
        .collect();
    assert_eq!(ends, ["done", "failed", "done"]);
}

#[tokio::test]
async fn what_another_process_has_put_into_the_inbox_is_handled_when_the_intake_is_woken() {
    let (platform, file, seen) = (Platform::new(), table(), Seen::default());
    let inbox = FileInbox::open(file.path());
    let intake = platform.intake().inbox(inbox.clone()).handler(seen.handler());
    intake.idle().await;
    let notification = Notification::from_message(platform.left("a"));
    inbox.0.table.lock().unwrap().waiting.push_back((notification.key(), notification));
    intake.idle().await;
    assert!(seen.names().is_empty(), "there was no notification yet");
    intake.wake();
    intake.idle().await;
    assert_eq!(seen.names(), ["a"]);
    assert!(intake.shutdown(PATIENCE).await.is_complete());
    intake.wake();
    assert!(intake.shutdown(PATIENCE).await.is_complete(), "a closed intake is not woken");
}

/// An inbox whose `accept` returns only after the test releases it.
#[derive(Clone)]
struct SlowInbox {
    inside: FileInbox,
    stored: Arc<Notify>,
    answers: Arc<Notify>,
}

impl Inbox for SlowInbox {
    type Error = io::Error;

    async fn accept(&self, incoming: Incoming) -> io::Result<Acceptance> {
        let acceptance = self.inside.accept(incoming).await;
        self.stored.notify_one();
        self.answers.notified().await;
        acceptance
    }

    async fn next(&self) -> io::Result<Option<(NotificationKey, Notification)>> {
        self.inside.next().await
    }

    async fn done(&self, key: NotificationKey) -> io::Result<()> {
        self.inside.done(key).await
    }
}

fn slow(platform: &Platform, file: &Path, seen: &Seen) -> (Intake<SlowInbox>, SlowInbox) {
    let inside = FileInbox::open(file);
    let inbox = SlowInbox { inside, stored: Arc::default(), answers: Arc::default() };
    (platform.intake().inbox(inbox.clone()).handler(seen.handler()), inbox)
}

#[tokio::test]
async fn an_event_that_was_stored_is_handled_even_if_its_sender_hung_up_meanwhile() {
    let (platform, file, seen) = (Platform::new(), table(), Seen::default());
    let (intake, inbox) = slow(&platform, file.path(), &seen);
    intake.idle().await;
    let request = platform.post(&platform.left("a"), "1");
    let answer = intake.accept(&request.query, request.body.as_bytes());
    tokio::select! {
        _ = answer => panic!("it is held"),
        () = inbox.stored.notified() => {}
    }
    intake.idle().await;
    assert_eq!(seen.names(), ["a"]);
}

#[tokio::test]
async fn a_shutdown_waits_for_a_delivery_that_is_being_stored() {
    let (platform, file, seen) = (Platform::new(), table(), Seen::default());
    let (intake, inbox) = slow(&platform, file.path(), &seen);
    let request = platform.post(&platform.left("a"), "1");
    let answer = tokio::spawn(intake.accept(&request.query, request.body.as_bytes()));
    inbox.stored.notified().await;
    let drained = tokio::spawn(intake.shutdown(PATIENCE));
    tokio::task::yield_now().await;
    assert!(!drained.is_finished() && !answer.is_finished());
    inbox.answers.notify_one();
    assert_eq!(answer.await.unwrap().status, 200);
    assert!(drained.await.unwrap().is_complete());
    assert_eq!(seen.names(), ["a"]);
}

#[cfg(feature = "axum")]
#[tokio::test]
async fn the_router_takes_inboxes_of_different_types() {
    use crate::{
        callback_server::{Server, post},
        rig::http,
    };
    use wecom_contacts::callback::Callbacks;

    let (contacts, app) = (Platform::new(), Platform::of("ww00000000000000a1"));
    let (file, seen) = (table(), Seen::default());
    let inbox = FileInbox::open(file.path());
    let callbacks = Callbacks::new()
        .mount("/contacts", contacts.intake().inbox(inbox.clone()).handler(seen.handler()))
        .mount("/app", app.intake().handler(seen.handler()));
    let server = Server::start(callbacks).await;
    let (http, in_table) = (http(), contacts.post(&contacts.left("a"), "1"));
    inbox.0.write_fails.store(true, SeqCst);
    let answer = post(&http, &server.url("/contacts"), &in_table).await.unwrap();
    assert_eq!(answer, (503, String::new()));
    inbox.0.write_fails.store(false, SeqCst);
    for (path, request) in [("/contacts", &in_table), ("/app", &app.post(&app.left("b"), "2"))] {
        assert_eq!(post(&http, &server.url(path), request).await.unwrap(), (200, String::new()));
    }
    assert!(server.stop().await.is_complete());
    let mut names = seen.names();
    names.sort();
    assert_eq!(names, ["a", "b"]);
}
