//! `txl callback replay`: delivers stored events to a server again.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use clap::Args;
use reqwest::Url;
use serde_json::{Value, value::RawValue};
use wecom_contacts::callback::Receiver;

use super::{
    answer::{AnsweredDelivery, deliver},
    names::{EventFilter, EventName, EventPattern},
    sealed::SealedRequest,
    stored::{message, split},
    target::{CallbackUrl, callback_url},
    trigger::outcome,
};
use crate::{
    failure::{Exit, Failure, Result},
    file::contents,
    messages,
    output::{Output, say},
};

/// Time for the simulator's answer, and its maximum size.
const SIMULATOR_LIMIT: Duration = Duration::from_secs(30);
const MOST_BYTES: usize = 256 << 20;
/// Number of deliveries that are read from the simulator: the latest.
const MOST_DELIVERIES: &str = "100000";
const COLUMNS: [&str; 5] = ["event", "http_status", "body", "milliseconds", "result"];

/// Deliver stored events to a server again
///
/// FILE has one JSON value a line: what `txl callback listen` prints, what `trigger --print` and `seal` print, notifications that the SDK has
/// stored, or deliveries of a simulator. A JSON list of them is accepted too, and so is the answer of GET /_sim/deliveries.
///
/// Each event is encrypted again, with --token, --aes-key and --corp-id and the present time, and posted in the order of the file. The message itself,
/// with its CreateTime, is the stored one. Events are delivered one after the other; the first without an answer ends the command.
///
/// Exit code 1: an event was not accepted (HTTP 200 with an empty body, `success` or a passive reply). Exit code 3: there was no answer.
#[derive(Args)]
pub(super) struct Replay {
    /// File with the stored deliveries; `-` is stdin
    #[arg(required_unless_present = "sim", conflicts_with = "sim")]
    file: Option<PathBuf>,
    /// Base URL of a running simulator, whose log of deliveries is replayed, oldest first
    #[arg(long, value_name = "URL", value_parser = callback_url)]
    sim: Option<Url>,
    /// URL of the server
    #[arg(long, value_name = "URL", value_parser = callback_url)]
    url: Url,
    /// Replay only these events: Event, ChangeType or Event/ChangeType, separated by commas
    #[arg(long, value_name = "EVENT", value_delimiter = ',', value_parser = EventPattern::parse)]
    filter: Vec<EventPattern>,
}

impl Replay {
    pub(super) async fn run(self, receiver: &Receiver, output: Output) -> Result {
        let filter = EventFilter(self.filter);
        for pattern in filter.unknown() {
            say(messages::delivery::filter_is_unknown(pattern));
        }
        let stored = match (&self.sim, &self.file) {
            (Some(sim), _) => of_simulator(sim).await?,
            (None, Some(path)) => of_file(path)?,
            // The parser demands one of them.
            (None, None) => Vec::new(),
        };
        // All are read before the first is sent.
        let mut notifications = Vec::with_capacity(stored.len());
        for (number, value) in (1..).zip(&stored) {
            let notification = message(value, receiver).map_err(|reason| {
                Failure::new(messages::delivery::delivery_cannot_be_replayed(number))
                    .cause(reason)
                    .remedy(messages::delivery::what_can_be_replayed())
            })?;
            if filter.passes(&notification) {
                notifications.push(notification);
            }
        }
        let url = CallbackUrl::new(self.url)?;
        let mut rows = output.worded(messages::cells::delivery).rows();
        let columns = COLUMNS.map(str::to_owned);
        let (mut results, mut silence) = (Vec::new(), None);
        for notification in &notifications {
            let agent_id = notification.agent_id.map(|id| id.to_string());
            let sealed =
                SealedRequest::delivery(receiver, notification.message().as_bytes(), agent_id.as_deref())?;
            let (answered, reason) = deliver(&url, receiver, &EventName::of(notification), &sealed).await;
            results.push(answered.result);
            rows.push(&columns, values(&answered))?;
            if reason.is_some() {
                silence = reason;
                break;
            }
        }
        rows.finish()?;
        if results.len() < notifications.len() {
            say(messages::delivery::events_were_not_sent(notifications.len() - results.len()));
        }
        outcome(&results, silence)
    }
}

fn values(answered: &AnsweredDelivery) -> Vec<Value> {
    let Ok(Value::Object(fields)) = serde_json::to_value(answered) else { return Vec::new() };
    COLUMNS.iter().map(|column| fields.get(*column).cloned().unwrap_or_default()).collect()
}

fn of_file(path: &Path) -> Result<Vec<Box<RawValue>>> {
    split(&contents(path)?).map_err(|error| {
        Failure::new(messages::delivery::file_is_no_json(path))
            .because(&error)
            .remedy(messages::delivery::what_can_be_replayed())
    })
}

async fn of_simulator(base: &Url) -> Result<Vec<Box<RawValue>>> {
    let mut url = base.clone();
    url.set_path(&format!("{}/_sim/deliveries", base.path().trim_end_matches('/')));
    url.set_query(Some(&format!("limit={MOST_DELIVERIES}")));
    let answer = CallbackUrl::new(url)?
        .document(SIMULATOR_LIMIT, MOST_BYTES)
        .await
        .map_err(|reason| reason.failure())?;
    let otherwise = || {
        Failure::new(messages::delivery::not_a_simulator(answer.status))
            .remedy(messages::delivery::name_the_simulator())
            .exit(Exit::NoAnswer)
    };
    if answer.status != 200 {
        return Err(otherwise());
    }
    split(&answer.body).map_err(|error| otherwise().because(&error))
}
