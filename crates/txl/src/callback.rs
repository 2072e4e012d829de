//! Callbacks (回调): requests that WeCom sends.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use clap::{Args, Subcommand};
use serde_json::json;
use wecom_contacts::callback::{EncodingAesKey, Event, Notification};

use crate::{
    access::{CallbackCredentials, Sourced},
    callback_json::event,
    failure::{Failure, Result, printable},
    file::{contents, text},
    listener::{Listener, Received, address, cannot_listen},
    messages::{self, Message},
    numbers,
    output::{Output, print_json_line, print_text, say},
    signals,
};

/// Receive, decrypt and create callbacks (回调)
#[derive(Args)]
pub(crate) struct Command {
    #[command(flatten)]
    target: Target,
    #[command(subcommand)]
    verb: Verb,
}

/// What a callback URL is configured with in the console (接收事件服务器).
#[derive(Args)]
#[command(next_help_heading = "Callback (回调配置)")]
struct Target {
    #[command(flatten)]
    credentials: Sourced<CallbackCredentials>,
}

#[derive(Subcommand)]
enum Verb {
    /// Listen behind a callback URL, and print each event as one line of JSON
    ///
    /// Answers WeCom's verification of the URL (验证URL有效性) at any path. An event that WeCom delivers twice is printed once.
    /// A request with a wrong signature is refused and reported on stderr. An authentic event that cannot be read is acknowledged,
    /// and its digest is reported on stderr. Runs until interrupted.
    Listen {
        /// Address to listen on. Port 0 selects a free port, which is printed on stderr
        #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0", value_parser = address)]
        listen: SocketAddr,
        /// Stop after this number of events, at least 1. Events that are already acknowledged are printed as well
        #[arg(long, value_name = "NUMBER", value_parser = numbers::whole::<u64>(1..=u64::MAX))]
        count: Option<u64>,
        /// Maximum difference between a request's timestamp and this machine's clock, up to a year (31,536,000). 0 accepts any
        /// timestamp, for a simulator with another clock
        #[arg(long, value_name = "SECONDS", default_value_t = 300, value_parser = numbers::whole::<u64>(0..=31_536_000))]
        replay_window: u64,
        /// Print the text of unreadable events on stderr. It may contain personal data
        #[arg(long)]
        show_unreadable: bool,
    },
    /// Check a verification request, and print the text to answer it with
    Verify {
        /// The request's URL, or its query string
        query: String,
    },
    /// Verify and decrypt a delivery, and print its event
    ///
    /// An authentic message that is not a known event is printed unchanged, and the exit code is 1.
    Decrypt {
        /// The request's URL, or its query string
        query: String,
        /// The file with the request's body; `-` is stdin
        #[arg(default_value = "-")]
        body: PathBuf,
    },
    /// Sign and encrypt a message as WeCom does, to test a callback server
    Seal {
        /// The file with the message's XML; `-` is stdin
        #[arg(default_value = "-")]
        message: PathBuf,
        /// Create a verification request with this text instead
        #[arg(long, value_name = "TEXT", conflicts_with = "message")]
        echo: Option<String>,
    },
    /// Sign and encrypt a passive reply (被动回复)
    Reply {
        /// The file with the reply's XML; `-` is stdin
        #[arg(default_value = "-")]
        message: PathBuf,
    },
    /// Create an EncodingAESKey for a new callback URL
    NewKey,
}

impl Command {
    pub(crate) async fn run(self, output: Output) -> Result {
        match self.verb {
            Verb::Listen { listen, count, replay_window, show_unreadable } => {
                let window = (replay_window > 0).then(|| Duration::from_secs(replay_window));
                self.target.listen(listen, count, window, show_unreadable).await
            }
            Verb::Verify { query } => {
                let echo = self.target.credentials.receiver()?.verify_url(query_of(&query))?;
                // The text is the whole body. It must not be followed by a line break.
                print_text(&echo)
            }
            Verb::Decrypt { query, body } => {
                let receiver = self.target.credentials.receiver()?;
                let notification = receiver.receive(query_of(&query), &contents(&body)?)?;
                if output.is_table() {
                    print_text(&format!("{}\n", notification.message()))?;
                } else {
                    output.record(&event(&notification))?;
                }
                match unreadable(&notification) {
                    None => Ok(()),
                    Some(report) => Err(Failure::new(report).remedy(messages::callback::look_at_the_text())),
                }
            }
            Verb::Seal { message, echo } => self.target.seal(&message, echo.as_deref(), output),
            Verb::Reply { message } => {
                let receiver = self.target.credentials.receiver()?;
                let reply = receiver.reply(&text(&message)?, now(), &now().to_string())?;
                print_text(&format!("{reply}\n"))
            }
            Verb::NewKey => {
                let key = EncodingAesKey::generate()
                    .map_err(|error| Failure::new(messages::system::no_random_bytes()).because(&error))?;
                output.ids(&[key.expose()])
            }
        }
    }
}

impl Target {
    async fn listen(
        &self,
        address: SocketAddr,
        count: Option<u64>,
        window: Option<Duration>,
        show_unreadable: bool,
    ) -> Result {
        let receiver = self.credentials.receiver()?;
        let stop = signals::take_over();
        let mut listener = Listener::start(address, receiver, window)
            .await
            .map_err(|error| cannot_listen(address, &error))?;
        say(messages::callback::listening(listener.address));
        tokio::pin!(stop);
        let mut left = count.unwrap_or(u64::MAX);
        let mut shown = Ok(());
        while left > 0 {
            let received = tokio::select! {
                received = listener.next() => received,
                _ = &mut stop => break,
            };
            let received = received.ok_or_else(|| Failure::new(messages::callback::socket_has_failed()))?;
            match show(&received, show_unreadable) {
                Ok(is_event) => left -= u64::from(is_event),
                Err(failure) => {
                    not_printed(&received);
                    shown = Err(failure);
                    break;
                }
            }
        }
        // WeCom does not repeat acknowledged events, so they are still printed, or at least reported.
        for received in listener.shutdown().await {
            if shown.is_ok() {
                shown = show(&received, show_unreadable).map(drop);
            }
            if shown.is_err() {
                not_printed(&received);
            }
        }
        shown
    }

    fn seal(&self, message: &Path, echo: Option<&str>, output: Output) -> Result {
        let receiver = self.credentials.receiver()?;
        let message = match echo {
            Some(text) => text.as_bytes().to_owned(),
            // The message can be any bytes, so that a server can be tested with invalid text.
            None => contents(message)?,
        };
        let sealed = receiver
            .crypto()
            .seal(&message, now(), now().to_string())
            .map_err(|error| Failure::new(messages::callback::message_cannot_be_sealed()).because(&error))?;
        let encoded = |pairs: &[(&'static str, &str)]| {
            let pairs = pairs.iter().map(|(key, value)| {
                // Three characters of base64 have another meaning in a query string.
                let value = value.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
                format!("{key}={value}")
            });
            pairs.collect::<Vec<_>>().join("&")
        };
        let request = match echo {
            Some(_) => json!({"method": "GET", "query": encoded(&sealed.echo_pairs())}),
            None => json!({
                "method": "POST",
                "query": encoded(&sealed.query_pairs()),
                "body": sealed.to_delivery_xml(receiver.crypto().receive_id(), None),
            }),
        };
        output.record(&request)
    }
}

/// Prints a received request. Returns whether it was a readable event.
fn show(received: &Received, show_unreadable: bool) -> Result<bool> {
    match received {
        Received::Event(notification) => match unreadable(notification) {
            None => {
                print_json_line(&event(notification))?;
                return Ok(true);
            }
            Some(report) if show_unreadable => {
                say(messages::callback::with_its_text(&report, &printable(notification.message())));
            }
            Some(report) => say(messages::callback::without_its_text(&report)),
        },
        Received::Verification => say(messages::callback::url_was_verified()),
        Received::Refused(refusal) => say(messages::callback::request_was_refused(refusal)),
    }
    Ok(false)
}

/// Reports an event that was acknowledged and could not be printed, for example because the reader closed stdout.
fn not_printed(received: &Received) {
    if let Received::Event(notification) = received {
        say(messages::callback::event_was_not_printed(notification.key()));
    }
}

/// Returns the report of an authentic event that is unreadable.
fn unreadable(notification: &Notification) -> Option<Message> {
    let Event::Unreadable(event) = &notification.event else { return None };
    Some(messages::callback::event_cannot_be_read(&event.reason, notification.key()))
}

fn query_of(text: &str) -> &str {
    text.split_once('?').map_or(text, |(_, query)| query)
}

fn now() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.map_or(0, |now| now.as_secs())
}
