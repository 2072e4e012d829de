//! `txl callback listen`: a server behind a callback URL that prints each event.

use std::{net::SocketAddr, time::Duration};

use clap::Args;
use reqwest::Url;
use tokio::time::{Instant, sleep_until};
use wecom_contacts::callback::Receiver;

use super::{
    event_command::{EventCommand, EventCommandFlags},
    event_json::event,
    forward::Forwarding,
    names::{EventFilter, EventPattern},
    target::{CallbackUrl, callback_url, is_loopback},
    unreadable,
};
use crate::{
    failure::{Failure, Result, printable},
    listener::{Listener, Received, address, cannot_listen},
    messages, numbers,
    output::{Output, say, stdout},
    signals,
};

/// Maximum time for commands after a signal. The process is ended ten seconds after the signal.
const PARTING: Duration = Duration::from_secs(7);

/// Listen behind a callback URL, and print each event as one line of JSON
///
/// Answers WeCom's verification of the URL (验证URL有效性) at any path. An event that WeCom delivers twice is printed once.
/// A request with a wrong signature is refused and reported on stderr. An authentic event that cannot be read is acknowledged,
/// and its digest is reported on stderr. Runs until interrupted.
///
/// Every acknowledged event is printed, or its digest is reported on stderr.
///
/// Exit code 1 with --exec: a command failed, or did not get its event.
#[derive(Args)]
pub(super) struct Listen {
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
    /// Work only on these events: Event, ChangeType or Event/ChangeType, separated by commas. Other events are acknowledged and dropped
    #[arg(long, value_name = "EVENT", value_delimiter = ',', value_parser = EventPattern::parse)]
    filter: Vec<EventPattern>,
    /// Post each verified delivery unchanged to this URL, and answer WeCom with its answer
    ///
    /// The query string and the encrypted body are those of WeCom, so the server behind the URL needs the same Token and EncodingAESKey. If it
    /// gives no answer within 4.5 seconds, WeCom gets 502 and delivers again. Repeated deliveries are forwarded too, and printed once.
    /// Verifications of the URL are answered here.
    #[arg(long, value_name = "URL", value_parser = callback_url)]
    forward_to: Option<Url>,
    #[command(flatten)]
    command: EventCommandFlags,
}

impl Listen {
    pub(super) async fn run(self, receiver: Receiver, output: Output) -> Result {
        // Without a reader, events would be acknowledged and lost.
        stdout::end_with_reader();
        let filter = EventFilter(self.filter);
        for pattern in filter.unknown() {
            say(messages::delivery::filter_is_unknown(pattern));
        }
        let window = (self.replay_window > 0).then(|| Duration::from_secs(self.replay_window));
        let port =
            self.forward_to.as_ref().filter(|url| is_loopback(url)).and_then(Url::port_or_known_default);
        let forwarding = match self.forward_to {
            Some(url) => Some(Forwarding { url: CallbackUrl::new(url)?, filter: filter.clone() }),
            None => None,
        };
        let stop = signals::take_over();
        let mut listener = Listener::start(self.listen, receiver, window, forwarding)
            .await
            .map_err(|error| cannot_listen(self.listen, &error))?;
        if port == Some(listener.address.port()) {
            // The repetition of a delivery is forwarded too, so it would go round until its time is over.
            return Err(Failure::usage(messages::delivery::forwards_to_itself())
                .remedy(messages::delivery::name_another_server()));
        }
        say(messages::callback::listening(listener.address));
        let mut session = Session {
            left: self.count.unwrap_or(u64::MAX),
            output,
            filter,
            show_unreadable: self.show_unreadable,
            command: EventCommand::new(self.command),
            failure: None,
        };
        tokio::pin!(stop);
        let mut deadline = None;
        while session.left > 0 && session.failure.is_none() {
            tokio::select! {
                // A full command lets the events wait in the queue of the intake, and then at WeCom.
                received = listener.next(), if !session.command.is_full() => match received {
                    Some(received) => session.take(received),
                    None => session.fail(Failure::new(messages::callback::socket_has_failed())),
                },
                () = session.command.next_end() => {}
                _ = &mut stop => {
                    deadline = Some(Instant::now() + PARTING);
                    break;
                }
            }
        }
        // WeCom does not repeat acknowledged events, so they are still printed, or at least reported.
        for received in listener.shutdown().await {
            session.take(received);
        }
        while session.command.is_busy() {
            tokio::select! {
                () = session.command.next_end() => {}
                _ = &mut stop, if deadline.is_none() => deadline = Some(Instant::now() + PARTING),
                () = sleep_until(deadline.unwrap_or_else(Instant::now)), if deadline.is_some() => break,
            }
        }
        session.end()
    }
}

/// What the listener does with the received requests.
struct Session {
    /// Number of events until the end.
    left: u64,
    output: Output,
    filter: EventFilter,
    show_unreadable: bool,
    command: EventCommand,
    /// The first failure. After it, events are only reported.
    failure: Option<Failure>,
}

impl Session {
    fn take(&mut self, received: Received) {
        if self.failure.is_some() {
            not_printed(&received);
            return;
        }
        let notification = match received {
            Received::Event(notification) => notification,
            other => return report(&other),
        };
        if let Some(report) = unreadable(&notification) {
            say(match self.show_unreadable {
                true => messages::callback::with_its_text(&report, &printable(notification.message())),
                false => messages::callback::without_its_text(&report),
            });
            return;
        }
        if !self.filter.passes(&notification) {
            return;
        }
        match self.output.json_line_of_any(&event(&notification)) {
            Ok(()) => {
                self.left = self.left.saturating_sub(1);
                if let Err(failure) = self.command.push(&notification) {
                    self.fail(failure);
                }
            }
            Err(failure) => {
                say(messages::callback::event_was_not_printed(notification.key()));
                self.fail(failure);
            }
        }
    }

    fn fail(&mut self, failure: Failure) {
        self.failure.get_or_insert(failure);
    }

    fn end(self) -> Result {
        let ended = self.command.end();
        self.failure.map_or(ended, Err)
    }
}

fn report(received: &Received) {
    match received {
        Received::Event(_) => {}
        Received::Verification => say(messages::callback::url_was_verified()),
        Received::Refused(refusal) => say(messages::callback::request_was_refused(refusal)),
        Received::Forwarded { key, status, took } => {
            say(messages::delivery::delivery_was_forwarded(key, *status, *took));
        }
        Received::NotForwarded { key, reason } => {
            say(messages::delivery::delivery_was_not_forwarded(key, reason))
        }
    }
}

/// Reports an event that was acknowledged and could not be printed, for example because the reader closed stdout.
fn not_printed(received: &Received) {
    if let Received::Event(notification) = received {
        say(messages::callback::event_was_not_printed(notification.key()));
    }
}
