//! Callbacks (回调): requests that WeCom sends.
//!
//! `listen` serves a callback URL; `forward` and `event_command` pass its events on. `trigger` and `replay` deliver events to a server, and `answer`
//! judges what the server answers. `check` finds the setting that is wrong, by a received request (`fit`) or by questions to a URL (`probe`).

mod answer;
mod check;
mod event_command;
mod event_json;
mod events;
mod fit;
mod forward;
mod listen;
mod names;
mod probe;
mod replay;
mod sealed;
mod stored;
mod target;
mod trigger;

use std::{
    path::PathBuf,
    time::{SystemTime, UNIX_EPOCH},
};

use clap::{Args, Subcommand};
use wecom_contacts::callback::{EncodingAesKey, Event, Notification};

pub(crate) use self::{
    answer::DeliveryResult,
    fit::Fit,
    forward::{Forwarder, Forwarding},
    probe::{Suspect, UrlState, probe},
    target::{CallbackUrl, callback_url},
};
use self::{event_json::event, sealed::SealedRequest};
use crate::{
    access::{CallbackCredentials, Sourced},
    failure::{Failure, Result},
    file::{contents, text},
    messages::{self, Message},
    output::{Output, print_text},
};

/// Receive, decrypt, create, deliver and check callbacks (回调)
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
    Listen(listen::Listen),
    Trigger(trigger::Trigger),
    Replay(replay::Replay),
    Check(check::Check),
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
        let credentials = &self.target.credentials;
        match self.verb {
            Verb::Listen(listen) => listen.run(credentials.receiver()?, output).await,
            Verb::Trigger(trigger) => trigger.run(&credentials.receiver()?, output).await,
            Verb::Replay(replay) => replay.run(&credentials.receiver()?, output).await,
            Verb::Check(check) => check.run(&credentials.settings()?, output).await,
            Verb::Verify { query } => {
                let echo = credentials.receiver()?.verify_url(query_of(&query))?;
                // The text is the whole body. It must not be followed by a line break.
                print_text(&echo)
            }
            Verb::Decrypt { query, body } => {
                let receiver = credentials.receiver()?;
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
            Verb::Seal { message, echo } => {
                let receiver = credentials.receiver()?;
                let sealed = match echo {
                    Some(text) => SealedRequest::verification(&receiver, &text)?,
                    None => SealedRequest::delivery(&receiver, &contents(&message)?, None)?,
                };
                output.record(&sealed)
            }
            Verb::Reply { message } => {
                let receiver = credentials.receiver()?;
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
