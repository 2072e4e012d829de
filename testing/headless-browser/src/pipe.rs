//! The DevTools protocol over two pipes: JSON objects that end with a zero byte.

use std::{
    collections::VecDeque,
    io::{self, BufRead, BufReader, Write},
    process::{ChildStdin, ChildStdout},
    sync::{
        Mutex, MutexGuard, PoisonError,
        mpsc::{self, Receiver, RecvTimeoutError},
    },
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

/// Time limit for a reply or an event.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The connection to the browser.
#[derive(Debug)]
pub(crate) struct Pipe {
    stdin: ChildStdin,
    messages: Receiver<Value>,
    next_id: u64,
    /// Events that were received while a reply was awaited.
    events: VecDeque<Value>,
}

/// Locks the connection. A test that panicked leaves it usable.
pub(crate) fn locked(pipe: &Mutex<Pipe>) -> MutexGuard<'_, Pipe> {
    pipe.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Pipe {
    pub(crate) fn new(stdin: ChildStdin, stdout: ChildStdout) -> Self {
        let (sender, messages) = mpsc::channel();
        thread::spawn(move || {
            for message in BufReader::new(stdout).split(0).map_while(Result::ok) {
                let Ok(message) = serde_json::from_slice(&message) else { continue };
                if sender.send(message).is_err() {
                    break;
                }
            }
        });
        Self { stdin, messages, next_id: 1, events: VecDeque::new() }
    }

    /// Calls a method of the browser, or of the tab with this session.
    pub(crate) fn call(&mut self, session: Option<&str>, method: &str, params: Value) -> io::Result<Value> {
        let id = self.next_id;
        self.next_id += 1;
        let mut request = json!({"id": id, "method": method, "params": params});
        if let Some(session) = session {
            request["sessionId"] = session.into();
        }
        let mut bytes = request.to_string().into_bytes();
        bytes.push(0);
        self.stdin.write_all(&bytes)?;
        let until = Instant::now() + TIMEOUT;
        loop {
            let mut message = self.receive(until, method)?;
            if message["id"] != id {
                self.events.push_back(message);
                continue;
            }
            if let Some(error) = message.get("error") {
                return Err(io::Error::other(format!("{method}: {error}")));
            }
            return Ok(message["result"].take());
        }
    }

    /// Waits until a tab has loaded the document with this loader. Other events are kept.
    pub(crate) fn wait_for_load(&mut self, session: &str, loader: &Value) -> io::Result<()> {
        let is_load = |event: &Value| {
            let params = &event["params"];
            event["sessionId"] == session && params["name"] == "load" && params["loaderId"] == *loader
        };
        let until = Instant::now() + TIMEOUT;
        while !self.events.iter().any(is_load) {
            let event = self.receive(until, "load")?;
            self.events.push_back(event);
        }
        Ok(())
    }

    /// Removes and returns the events of a tab.
    pub(crate) fn events(&mut self, session: &str) -> Vec<Value> {
        let (own, others) = self.events.drain(..).partition(|event| event["sessionId"] == session);
        self.events = others;
        own.into()
    }

    fn receive(&self, until: Instant, awaited: &str) -> io::Result<Value> {
        let left = until.saturating_duration_since(Instant::now());
        self.messages.recv_timeout(left).map_err(|error| match error {
            RecvTimeoutError::Timeout => io::Error::other(format!("{awaited}: no answer within {TIMEOUT:?}")),
            RecvTimeoutError::Disconnected => io::Error::other(format!("{awaited}: the browser has ended")),
        })
    }
}
