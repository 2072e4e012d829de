//! `txl callback trigger`: builds an event, and delivers it to a server as WeCom does.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, SystemTime},
};

use clap::Args;
use reqwest::Url;
use wecom_contacts::callback::{Element, Event, Notification, Receiver, events::UnknownEvent};

use super::{
    answer::{AnsweredDelivery, DeliveryResult, deliver},
    events::{self, EventKind, FieldDefault, FieldKind, FieldPlace},
    sealed::SealedRequest,
    target::{CallbackUrl, NoAnswer, callback_url},
};
use crate::{
    failure::{Failure, Result},
    messages::{self, Message},
    numbers,
    output::{Output, say},
};

/// Maximum number of deliveries of one event.
const MOST_DELIVERIES: u64 = 100;

/// Deliver an event of your choice to a server, as WeCom does
///
/// Builds the event, signs and encrypts it with --token, --aes-key and --corp-id, posts it to --url, and prints the answer with what WeCom does
/// next: HTTP 200 within five seconds counts as received, and anything else is delivered again, up to three times.
///
/// EVENT is an Event or a ChangeType, such as create_user, update_tag, batch_job_result or subscribe. An unknown name lists all events, and an
/// unknown field lists the fields of the event.
///
/// Exit code 1: the answer is not HTTP 200 with an empty body, `success` or a passive reply. Exit code 3: there is no answer.
#[derive(Args)]
pub(super) struct Trigger {
    /// Name of the event: Event, ChangeType, or Event/ChangeType
    #[arg(value_parser = event)]
    event: &'static EventKind,
    /// Set a field by its name in WeCom's message, such as UserID=lisi or ExtAttr.NAME=VALUE. May be repeated
    #[arg(long = "field", value_name = "NAME=VALUE", value_parser = pair)]
    fields: Vec<(String, String)>,
    /// URL of the server
    #[arg(long, value_name = "URL", value_parser = callback_url, required_unless_present = "print")]
    url: Option<Url>,
    /// Number of deliveries of the same event, 1 to 100. Each is encrypted separately, like WeCom's own repetitions
    #[arg(long, value_name = "NUMBER", default_value_t = 1, value_parser = numbers::whole::<u64>(1..=MOST_DELIVERIES))]
    repeat: u64,
    /// Print the sealed request instead of sending it
    #[arg(long, conflicts_with_all = ["url", "repeat"])]
    print: bool,
}

impl Trigger {
    pub(super) async fn run(self, receiver: &Receiver, output: Output) -> Result {
        let notification = built(self.event, &self.fields, receiver.crypto().receive_id())?;
        let message = notification.to_xml();
        let agent_id = notification.agent_id.map(|id| id.to_string());
        let seal = || SealedRequest::delivery(receiver, message.as_bytes(), agent_id.as_deref());
        let Some(url) = self.url else { return output.record(&seal()?) };
        let url = CallbackUrl::new(url)?;
        let mut answers: Vec<AnsweredDelivery> = Vec::new();
        let mut silence = None;
        for _ in 0..self.repeat {
            let (answered, reason) = deliver(&url, receiver, &self.event.name(), &seal()?).await;
            silence = silence.or(reason);
            answers.push(answered);
        }
        let output = output.worded(messages::cells::delivery);
        match answers.as_slice() {
            [only] => output.record(only)?,
            _ => output.list(&answers, &["event", "http_status", "body", "milliseconds", "result"])?,
        }
        let results: Vec<_> = answers.iter().map(|one| one.result).collect();
        outcome(&results, silence)
    }
}

/// Reports what WeCom does with the accepted deliveries, and fails unless all were accepted. Without an answer, the failure is that of the connection.
pub(super) fn outcome(results: &[DeliveryResult], silence: Option<NoAnswer>) -> Result {
    let (accepted, refused): (BTreeSet<DeliveryResult>, BTreeSet<DeliveryResult>) =
        results.iter().copied().partition(|result: &DeliveryResult| result.is_accepted());
    accepted.iter().for_each(|result| say(result.words()));
    if let Some(reason) = silence {
        return Err(reason.failure());
    }
    let failure = match refused.iter().collect::<Vec<_>>().as_slice() {
        [] => return Ok(()),
        [only] if accepted.is_empty() => Failure::new(only.words()),
        several => {
            let count = results.iter().filter(|result| !result.is_accepted()).count();
            let failure = Failure::new(messages::delivery::not_accepted(count, results.len()));
            several.iter().fold(failure, |failure, result| failure.cause(result.words()))
        }
    };
    Err(failure.remedy(messages::delivery::answer_with_200()))
}

fn event(name: &str) -> std::result::Result<&'static EventKind, Message> {
    events::find(name).ok_or_else(|| {
        let known: Vec<_> = events::all().map(EventKind::short_name).collect();
        messages::delivery::known_events(&known)
    })
}

fn pair(text: &str) -> std::result::Result<(String, String), Message> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err(messages::delivery::name_and_value_expected()),
    }
}

/// Builds an event from its defaults and the given fields.
fn built(kind: &EventKind, given: &[(String, String)], corp_id: &str) -> Result<Notification> {
    let mut values: BTreeMap<&str, &str> = BTreeMap::new();
    let mut attributes: Vec<Element> = Vec::new();
    for (name, value) in given {
        let attribute = name.strip_prefix("ExtAttr.").filter(|attribute| !attribute.is_empty());
        let takes_attributes = kind.fields.iter().any(|field| matches!(field.place, FieldPlace::Attributes));
        match attribute {
            Some(attribute) if takes_attributes => attributes.push(text_attribute(attribute, value)),
            _ if name != "ExtAttr" && kind.field_names().contains(&name.as_str()) => {
                values.insert(name, value);
            }
            _ => {
                let unknown = messages::delivery::unknown_field(name, kind.short_name());
                let known = messages::delivery::known_fields(&kind.field_names());
                return Err(Failure::usage(unknown).remedy(known));
            }
        }
    }
    let now = SystemTime::now();
    let mut event = UnknownEvent::default();
    event.event = Some(kind.event.to_owned());
    event.change_type = kind.change.map(str::to_owned);
    for field in kind.fields {
        if matches!(field.place, FieldPlace::Attributes) && !attributes.is_empty() {
            let children = std::mem::take(&mut attributes);
            event.elements.push(container("ExtAttr", children));
        } else if let Some(value) =
            values.get(field.name).map(|value| (*value).to_owned()).or(default(field, now))
        {
            place(&mut event.elements, field, value);
        }
    }
    let mut raw = Notification::new(corp_id, now, Event::Unknown(event));
    raw.from = Some(kind.from.to_owned());
    raw.agent_id = kind.agent_id.map(Into::into);
    let invalid = |name: &str| {
        Failure::usage(messages::delivery::invalid_value(name))
            .remedy(messages::delivery::write_the_value_of_this_type())
    };
    for (name, value) in &values {
        match *name {
            "ToUserName" => raw.corp_id = Some((*value).into()),
            "FromUserName" => raw.from = Some((*value).to_owned()),
            "AgentID" => {
                raw.agent_id = Some(value.parse::<u32>().map_err(|_| invalid(name))?.into());
            }
            "CreateTime" => {
                let time = value.parse().ok().map(Duration::from_secs);
                let time = time.and_then(|since| SystemTime::UNIX_EPOCH.checked_add(since));
                raw.create_time = Some(time.ok_or_else(|| invalid(name))?);
            }
            _ => {}
        }
    }
    // The typed event has WeCom's own format. A value that it loses is not one of the field's type.
    let mut typed = Notification::from_message(raw.to_xml());
    let wanted = leaves(&typed.element());
    typed = Notification::from_message(typed.to_xml());
    let kept = leaves(&typed.element());
    let is_lost =
        |name: &str| wanted.get(name).map(|text| compact(text)) != kept.get(name).map(|text| compact(text));
    if let Some((name, _)) = values.iter().find(|(name, _)| is_lost(leaf(kind, name))) {
        return Err(invalid(name));
    }
    if matches!(typed.event, Event::Unknown(_)) {
        // Only an id is required, and only an empty or invalid one makes the event unknown.
        return Err(invalid(kind.fields.first().map_or("Event", |field| field.name)));
    }
    Ok(typed)
}

fn default(field: &FieldKind, now: SystemTime) -> Option<String> {
    match field.default {
        FieldDefault::Absent => None,
        FieldDefault::Text(text) => Some(text.to_owned()),
        FieldDefault::Days(days) => {
            let then = now + Duration::from_secs(days * 86_400);
            let since = then.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
            Some(since.as_secs().to_string())
        }
    }
}

fn place(elements: &mut Vec<Element>, field: &FieldKind, value: String) {
    match field.place {
        FieldPlace::Root | FieldPlace::Attributes => elements.push(Element::new(field.name, value)),
        FieldPlace::In(name) => match elements.iter_mut().find(|element| element.name == name) {
            Some(element) => element.children.push(Element::new(field.name, value)),
            None => elements.push(container(name, vec![Element::new(field.name, value)])),
        },
        FieldPlace::Items(item) => {
            let items = value.split(',').map(|id| Element::new(item, id.trim()));
            elements.push(container(field.name, items.collect()));
        }
    }
}

fn container(name: &str, children: Vec<Element>) -> Element {
    let mut element = Element::new(name, "");
    element.children = children;
    element
}

fn text_attribute(name: &str, value: &str) -> Element {
    container(
        "Item",
        vec![
            Element::new("Name", name),
            Element::new("Type", "0"),
            container("Text", vec![Element::new("Value", value)]),
        ],
    )
}

/// Returns the name of the elements that hold a field's text.
fn leaf<'a>(kind: &EventKind, name: &'a str) -> &'a str {
    let field = kind.fields.iter().find(|field| field.name == name);
    match field.map(|field| field.place) {
        Some(FieldPlace::Items(item)) => item,
        _ => name,
    }
}

/// Returns the texts of all elements by name. The texts of a repeated name are joined.
fn leaves(root: &Element) -> BTreeMap<String, String> {
    let mut texts: BTreeMap<String, String> = BTreeMap::new();
    let mut open = vec![root];
    while let Some(element) = open.pop() {
        if element.children.is_empty() {
            let text = texts.entry(element.name.clone()).or_default();
            text.push_str(&element.text);
            text.push(',');
        }
        open.extend(element.children.iter().rev());
    }
    texts
}

fn compact(text: &str) -> String {
    text.split(',').map(str::trim).filter(|item| !item.is_empty()).collect::<Vec<_>>().join(",")
}
