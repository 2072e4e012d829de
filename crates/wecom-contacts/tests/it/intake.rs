//! The intake as functions over bytes: accepted requests, refused requests, and the time of handling.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::sync::{Semaphore, mpsc};
use wecom_contacts::callback::{
    Event, Inbox, Intake, IntakeBuilder, MemoryInbox, Notification, Outcome, Refusal, cipher,
};

use crate::log::Log;
use crate::platform::{CORP, KEY, Platform, Request, START, who_left};

/// A timeout that is longer than any operation of these tests.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// The events that a handler received, in order.
#[derive(Clone, Default)]
pub(crate) struct Seen(Arc<Mutex<Vec<String>>>);

impl Seen {
    pub(crate) fn names(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    pub(crate) fn handler(&self) -> impl Fn(Notification) -> std::future::Ready<()> + Send + Sync + use<> {
        let seen = self.clone();
        move |notification| {
            seen.0.lock().unwrap().push(who_left(&notification));
            std::future::ready(())
        }
    }
}

pub(crate) async fn deliver<I: Inbox>(intake: &Intake<I>, request: &Request) -> Outcome {
    let answer = intake.accept(&request.query, request.body.as_bytes()).await;
    assert_eq!(answer.body, "");
    let status = match answer.outcome {
        Outcome::Queued | Outcome::Duplicate => 200,
        Outcome::Busy | Outcome::NotStored | Outcome::Closing => 503,
        _ => 403,
    };
    assert_eq!(answer.status, status, "{:?}", answer.outcome);
    answer.outcome
}

/// A handler that waits for a permit before each event, and reports each start and end.
pub(crate) struct HeldHandler {
    pub(crate) permits: Arc<Semaphore>,
    begun: mpsc::UnboundedReceiver<String>,
    pub(crate) seen: Seen,
}

pub(crate) fn held<I: Inbox>(builder: IntakeBuilder<I>) -> (Intake<I>, HeldHandler) {
    let (permits, seen) = (Arc::new(Semaphore::new(0)), Seen::default());
    let (tell, begun) = mpsc::unbounded_channel();
    let intake = builder.handler({
        let (permits, seen) = (Arc::clone(&permits), seen.clone());
        move |notification: Notification| {
            let (permits, seen, tell) = (Arc::clone(&permits), seen.clone(), tell.clone());
            async move {
                let name = who_left(&notification);
                tell.send(name.clone()).unwrap();
                permits.acquire().await.unwrap().forget();
                seen.0.lock().unwrap().push(name);
            }
        }
    });
    (intake, HeldHandler { permits, begun, seen })
}

impl HeldHandler {
    pub(crate) async fn begins(&mut self) -> String {
        tokio::time::timeout(PATIENCE, self.begun.recv()).await.unwrap().unwrap()
    }
}

#[tokio::test]
async fn a_url_is_verified_with_the_decrypted_text_and_nothing_else() {
    let platform = Platform::new();
    let intake = platform.intake().handler(Seen::default().handler());
    let answer = intake.verify(&platform.get("1616140317555161061").query);
    assert_eq!((answer.status, answer.body.as_str()), (200, "1616140317555161061"));
    assert_eq!(answer.outcome, Outcome::Verified);
}

#[tokio::test]
async fn events_are_handled_in_the_order_in_which_they_came() {
    let platform = Platform::new();
    let seen = Seen::default();
    let intake = platform.intake().handler(seen.handler());
    let names: Vec<String> = (0..200).map(|number| format!("member{number}")).collect();
    for (number, name) in names.iter().enumerate() {
        let request = platform.post(&platform.left(name), &number.to_string());
        assert_eq!(deliver(&intake, &request).await, Outcome::Queued);
    }
    intake.idle().await;
    assert_eq!(seen.names(), names);
}

#[tokio::test]
async fn trap_34_a_second_delivery_is_acknowledged_and_not_handled() {
    let platform = Platform::new();
    let seen = Seen::default();
    let intake = platform.intake().handler(seen.handler());
    let wang = platform.left("wangfang");
    let first = platform.post(&wang, "1");
    assert_eq!(deliver(&intake, &first).await, Outcome::Queued);
    assert_eq!(deliver(&intake, &first).await, Outcome::Duplicate, "the same request");
    assert_eq!(deliver(&intake, &platform.post(&wang, "2")).await, Outcome::Duplicate, "signed again");
    platform.advance(150);
    assert_eq!(
        deliver(&intake, &platform.post(&wang, "3")).await,
        Outcome::Duplicate,
        "WeCom's last attempt"
    );
    intake.idle().await;
    assert_eq!(deliver(&intake, &platform.post(&wang, "4")).await, Outcome::Duplicate, "handled long since");
    assert_eq!(seen.names(), ["wangfang"]);
}

#[tokio::test]
async fn trap_34_two_members_changed_in_the_same_second_are_two() {
    let platform = Platform::new();
    let seen = Seen::default();
    let intake = platform.intake().handler(seen.handler());
    // The sender, the CreateTime and even the nonce are equal; only the content differs.
    for name in ["wangfang", "liuyang"] {
        assert_eq!(deliver(&intake, &platform.post(&platform.left(name), "1")).await, Outcome::Queued);
    }
    intake.idle().await;
    assert_eq!(seen.names(), ["wangfang", "liuyang"]);
}

#[tokio::test]
async fn trap_34_a_request_outside_the_replay_window_is_refused_on_either_side() {
    let platform = Platform::new();
    let intake = platform.intake().handler(Seen::default().handler());
    let stale = Outcome::Refused(Refusal::Stale { window: Duration::from_secs(300) });
    for (timestamp, nonce, taken) in [
        (START - 300, "1", true),
        (START + 300, "2", true),
        (START - 301, "3", false),
        (START + 301, "4", false),
        (0, "5", false),
        (u64::MAX, "6", false),
    ] {
        let request = platform.post_at(&platform.left(&format!("member{nonce}")), timestamp, nonce);
        let outcome = deliver(&intake, &request).await;
        assert_eq!(outcome, if taken { Outcome::Queued } else { stale.clone() }, "{timestamp}");
    }
    for timestamp in ["", "-1", "1.7e9", "１７００００００００", "17000000000000000000000000000"] {
        let query = format!("msg_signature=0&timestamp={timestamp}&nonce=1");
        let outcome = intake.accept(&query, b"").await.outcome;
        assert!(matches!(outcome, Outcome::Refused(Refusal::Stale { .. })), "{timestamp}: {outcome:?}");
    }
    let verification = platform.get("17");
    platform.advance(301);
    assert_eq!(intake.verify(&verification.query).outcome, stale, "the window applies to a verification too");
}

#[tokio::test]
async fn trap_34_the_replay_window_can_be_another_or_none() {
    let platform = Platform::new();
    let narrow = platform.intake().replay_window(Duration::from_secs(10)).handler(Seen::default().handler());
    let open = platform.intake().replay_window(None).handler(Seen::default().handler());
    let request = platform.post_at(&platform.left("wangfang"), START - 11, "1");
    assert!(matches!(deliver(&narrow, &request).await, Outcome::Refused(Refusal::Stale { .. })));
    assert_eq!(deliver(&open, &request).await, Outcome::Queued);
}

#[tokio::test]
async fn trap_34_a_replay_window_of_any_length_is_taken() {
    let platform = Platform::new();
    for window in [Duration::MAX, Duration::from_secs(u64::MAX), Duration::from_millis(u64::MAX)] {
        let inbox = MemoryInbox::new().remember(window, 1_000);
        let intake = platform.intake().replay_window(window).inbox(inbox).handler(Seen::default().handler());
        let request = platform.post_at(&platform.left("wangfang"), 0, "1");
        assert_eq!(deliver(&intake, &request).await, Outcome::Queued);
        assert_eq!(deliver(&intake, &request).await, Outcome::Duplicate);
        let drained = intake.shutdown(window).await;
        assert!(drained.is_complete());
    }
}

#[tokio::test]
async fn trap_34_what_was_overheard_cannot_be_replayed_while_its_timestamp_is_good() {
    let platform = Platform::new();
    let seen = Seen::default();
    // Without the intake's window, this inbox would forget events immediately.
    let inbox = MemoryInbox::new().remember(Duration::ZERO, 1_000);
    let intake = platform.intake().inbox(inbox).handler(seen.handler());
    let ahead = platform.post_at(&platform.left("wangfang"), START + 300, "1");
    assert_eq!(deliver(&intake, &ahead).await, Outcome::Queued);
    platform.advance(600);
    assert_eq!(deliver(&intake, &ahead).await, Outcome::Duplicate, "the last second of its window");
    platform.advance(1);
    assert!(matches!(deliver(&intake, &ahead).await, Outcome::Refused(Refusal::Stale { .. })));
    intake.idle().await;
    assert_eq!(seen.names(), ["wangfang"]);
}

#[tokio::test]
async fn trap_34_a_request_whose_timestamp_and_nonce_are_swapped_is_the_same_request() {
    let platform = Platform::new();
    let intake = platform.intake().handler(Seen::default().handler());
    // The signature does not distinguish the two numbers, so an attacker can swap a nonce near the present with the
    // timestamp.
    let nonce = START + 60;
    let request = platform.post(&platform.left("wangfang"), &nonce.to_string());
    assert_eq!(deliver(&intake, &request).await, Outcome::Queued);
    let swapped = Request {
        query: request.query.replace(
            &format!("timestamp={START}&nonce={nonce}"),
            &format!("timestamp={nonce}&nonce={START}"),
        ),
        ..request.clone()
    };
    assert_ne!(swapped.query, request.query);
    assert_eq!(deliver(&intake, &swapped).await, Outcome::Duplicate);
}

#[tokio::test]
async fn trap_28_what_is_not_for_this_corp_is_refused_and_foreign_parameters_are_not_signed() {
    let platform = Platform::new();
    let intake = platform.intake().handler(Seen::default().handler());
    let strange = Platform::of("ww00000000000000a1");
    let outcome = deliver(&intake, &strange.post(&strange.left("wangfang"), "1")).await;
    assert!(matches!(outcome, Outcome::Refused(Refusal::NotWeCom(cipher::Error::ReceiveId { .. }))));

    let mut request = platform.post(&platform.left("wangfang"), "1");
    request.query = format!("tenant=7&{}&x=", request.query);
    assert_eq!(deliver(&intake, &request).await, Outcome::Queued);
}

#[tokio::test]
async fn trap_29_every_refusal_looks_the_same_to_the_sender() {
    let platform = Platform::new();
    let intake = platform.intake().body_limit(4_096).handler(Seen::default().handler());
    let good = platform.post(&platform.left("wangfang"), "1");
    let fresh = format!("msg_signature=0&timestamp={START}&nonce=1");
    let other_key = Platform::of("ww00000000000000a1").post("<xml/>", "1");
    let long = format!("{}&x={}", good.query, "x".repeat(9_000));
    let mut answers = Vec::new();
    for (query, body) in [
        ("", good.body.as_bytes()),
        (&*fresh, good.body.as_bytes()),
        (&*fresh, b"<xml><Encrypt>AAAA</Encrypt></xml>"),
        (&*fresh, b"<!DOCTYPE x><xml/>"),
        (&*fresh, &[0xff; 100]),
        (&*good.query, &[b' '; 5_000]),
        (&*good.query, other_key.body.as_bytes()),
        (&*long, good.body.as_bytes()),
        (&*other_key.query, other_key.body.as_bytes()),
    ] {
        answers.push(intake.accept(query, body).await);
    }
    answers.push(intake.verify(""));
    answers.push(intake.verify(&fresh));
    // An intercepted delivery, sent back as a verification to have it decrypted.
    let encrypt = good.body.split("<![CDATA[").last().unwrap().split("]]>").next().unwrap();
    answers.push(intake.verify(&format!("{}&echostr={encrypt}", good.query)));
    for answer in answers {
        assert_eq!((answer.status, answer.body.as_str()), (403, ""), "{:?}", answer.outcome);
        let Outcome::Refused(refusal) = answer.outcome else { panic!("not refused") };
        let shown = format!("{refusal} {refusal:?}");
        assert!(!shown.contains("QDG6eK") && !shown.contains(KEY) && !shown.contains("wangfang"), "{shown}");
    }
    assert_eq!(deliver(&intake, &good).await, Outcome::Queued, "no refused request was remembered");
}

#[tokio::test]
async fn trap_29_the_largest_event_there_is_fits_and_a_byte_too_many_does_not() {
    let platform = Platform::new();
    let intake = platform.intake().handler(|_: Notification| std::future::ready(()));
    let members = vec!["u".repeat(64); 1_000].join(",");
    let message = format!(
        "<xml><ToUserName>{CORP}</ToUserName><Event>change_contact</Event><ChangeType>update_tag</ChangeType>\
         <TagId>3</TagId><AddUserItems><![CDATA[{members}]]></AddUserItems></xml>"
    );
    assert_eq!(deliver(&intake, &platform.post(&message, "1")).await, Outcome::Queued);

    let request = platform.post(&platform.left("wangfang"), "2");
    let exact = platform.intake().body_limit(request.body.len()).handler(Seen::default().handler());
    assert_eq!(deliver(&exact, &request).await, Outcome::Queued);
    let short = platform.intake().body_limit(request.body.len() - 1).handler(Seen::default().handler());
    let limit = request.body.len() - 1;
    assert_eq!(deliver(&short, &request).await, Outcome::Refused(Refusal::TooLarge { limit }));
}

#[tokio::test]
async fn trap_32_what_is_not_known_or_not_readable_is_acknowledged() {
    let platform = Platform::new();
    let (send, mut events) = mpsc::unbounded_channel();
    let intake = platform.intake().handler(move |notification: Notification| {
        send.send(notification).unwrap();
        std::future::ready(())
    });
    let unknown = "<xml><Event>something_new</Event><Detail>17</Detail></xml>";
    assert_eq!(deliver(&intake, &platform.post(unknown, "1")).await, Outcome::Queued);
    assert_eq!(events.recv().await.unwrap().message(), unknown);
    // A message that cannot be parsed is handled once as well. The log contains its digest but not its text.
    let (log, guard) = Log::start();
    assert_eq!(deliver(&intake, &platform.post("not XML at all", "2")).await, Outcome::Queued);
    assert_eq!(deliver(&intake, &platform.post("not XML at all", "3")).await, Outcome::Duplicate);
    drop(guard);
    let unreadable = events.recv().await.unwrap();
    assert!(matches!(unreadable.event, Event::Unreadable(_)), "{unreadable:?}");
    assert_eq!(unreadable.message(), "not XML at all");
    let logged = log.ours();
    assert_eq!(logged.matches("cannot be read").count(), 1, "{logged}");
    assert!(logged.contains(&unreadable.key().to_string()) && !logged.contains("XML at all"), "{logged}");
}

#[tokio::test]
async fn an_event_that_finds_the_queue_full_is_taken_when_it_comes_again() {
    let platform = Platform::new();
    let (intake, mut held) = held(platform.intake().queue(2));
    let request = |name: &str, nonce: &str| platform.post(&platform.left(name), nonce);
    assert_eq!(deliver(&intake, &request("a", "1")).await, Outcome::Queued);
    assert_eq!(held.begins().await, "a");
    assert_eq!(deliver(&intake, &request("b", "2")).await, Outcome::Queued);
    assert_eq!(deliver(&intake, &request("c", "3")).await, Outcome::Queued);
    let late = request("d", "4");
    assert_eq!(deliver(&intake, &late).await, Outcome::Busy);
    assert_eq!(deliver(&intake, &late).await, Outcome::Busy, "not a duplicate");
    assert_eq!(deliver(&intake, &request("b", "5")).await, Outcome::Duplicate, "a duplicate needs no room");
    held.permits.add_permits(1);
    assert_eq!(held.begins().await, "b");
    assert_eq!(deliver(&intake, &late).await, Outcome::Queued);
    assert_eq!(deliver(&intake, &late).await, Outcome::Duplicate);
    held.permits.add_permits(3);
    intake.idle().await;
    assert_eq!(held.seen.names(), ["a", "b", "c", "d"]);
}

#[tokio::test]
async fn an_acknowledgement_waits_for_no_handler() {
    let platform = Platform::new();
    let (intake, mut held) = held(platform.intake());
    for nonce in ["1", "2", "3"] {
        assert_eq!(
            deliver(&intake, &platform.post(&platform.left(&format!("m{nonce}")), nonce)).await,
            Outcome::Queued
        );
    }
    assert_eq!(held.begins().await, "m1");
    assert_eq!(intake.pending(), 3, "one in the handler, two waiting, none finished");
    assert!(held.seen.names().is_empty());
}

#[tokio::test]
async fn a_handler_that_panics_costs_its_own_event_only() {
    let platform = Platform::new();
    let seen = Seen::default();
    let intake = platform.intake().handler({
        let seen = seen.clone();
        move |notification: Notification| {
            let seen = seen.clone();
            let name = who_left(&notification);
            assert_ne!(name, "at_once", "a panic before the future exists");
            async move {
                assert_ne!(name, "later", "a panic inside the future");
                seen.0.lock().unwrap().push(name);
            }
        }
    });
    for (nonce, name) in ["a", "at_once", "b", "later", "c"].into_iter().enumerate() {
        let request = platform.post(&platform.left(name), &nonce.to_string());
        assert_eq!(deliver(&intake, &request).await, Outcome::Queued);
    }
    intake.idle().await;
    assert_eq!(seen.names(), ["a", "b", "c"]);
    assert!(intake.shutdown(PATIENCE).await.is_complete());
}

#[tokio::test]
async fn several_workers_handle_several_events_at_a_time() {
    let platform = Platform::new();
    let (intake, mut held) = held(platform.intake().workers(3));
    for nonce in 0..5 {
        deliver(&intake, &platform.post(&platform.left(&format!("m{nonce}")), &nonce.to_string())).await;
    }
    let mut begun = [held.begins().await, held.begins().await, held.begins().await];
    begun.sort();
    assert_eq!(begun, ["m0", "m1", "m2"]);
    assert!(held.begun.try_recv().is_err(), "a fourth worker");
    held.permits.add_permits(5);
    intake.idle().await;
    assert_eq!(held.seen.names().len(), 5);
}

#[tokio::test]
async fn a_shutdown_takes_nothing_new_and_loses_nothing_old() {
    let platform = Platform::new();
    let (intake, mut held) = held(platform.intake());
    let request = |name: &str, nonce: &str| platform.post(&platform.left(name), nonce);
    for (nonce, name) in ["a", "b", "c"].into_iter().enumerate() {
        assert_eq!(deliver(&intake, &request(name, &nonce.to_string())).await, Outcome::Queued);
    }
    assert_eq!(held.begins().await, "a");
    let drained = intake.shutdown(PATIENCE);
    let late = request("d", "9");
    assert_eq!(deliver(&intake, &late).await, Outcome::Closing, "from the call on, not from the await");
    assert_eq!(
        deliver(&intake, &request("b", "8")).await,
        Outcome::Duplicate,
        "which was acknowledged already"
    );
    held.permits.add_permits(3);
    assert!(drained.await.is_complete());
    assert_eq!(held.seen.names(), ["a", "b", "c"]);

    // The next intake accepts the event that this one refused.
    let successor = platform.intake().handler(held.seen.handler());
    assert_eq!(deliver(&successor, &late).await, Outcome::Queued);
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_that_runs_out_of_patience_hands_over_what_is_left() {
    let platform = Platform::new();
    let (intake, mut held) = held(platform.intake());
    for (nonce, name) in ["a", "b", "c"].into_iter().enumerate() {
        deliver(&intake, &platform.post(&platform.left(name), &nonce.to_string())).await;
    }
    assert_eq!(held.begins().await, "a");
    let drained = intake.shutdown(Duration::from_secs(30)).await;
    assert!(!drained.is_complete());
    assert_eq!(drained.running, 1, "a is being handled");
    assert_eq!(drained.left.iter().map(who_left).collect::<Vec<_>>(), ["b", "c"]);
    held.permits.add_permits(3);
    assert!(
        intake.shutdown(Duration::from_secs(30)).await.is_complete(),
        "a is handled, b and c were returned"
    );
    assert_eq!(held.seen.names(), ["a"]);
}

#[tokio::test]
async fn an_intake_that_is_dropped_finishes_what_is_queued() {
    let platform = Platform::new();
    let (intake, mut held) = held(platform.intake());
    for (nonce, name) in ["a", "b"].into_iter().enumerate() {
        deliver(&intake, &platform.post(&platform.left(name), &nonce.to_string())).await;
    }
    let idle = intake.idle();
    drop(intake);
    held.permits.add_permits(2);
    idle.await;
    assert_eq!(held.seen.names(), ["a", "b"]);
    held.begins().await;
    held.begins().await;
    assert_eq!(held.begun.recv().await, None, "the worker has ended and dropped its handler");
}

#[tokio::test]
async fn an_inbox_can_be_handed_over() {
    let platform = Platform::new();
    let seen = Seen::default();
    let inbox = MemoryInbox::new();
    let first = platform.intake().inbox(inbox.clone()).handler(seen.handler());
    let request = platform.post(&platform.left("wangfang"), "1");
    assert_eq!(deliver(&first, &request).await, Outcome::Queued);
    assert!(first.shutdown(PATIENCE).await.is_complete());
    let second = platform.intake().inbox(inbox).handler(seen.handler());
    assert_eq!(deliver(&second, &request).await, Outcome::Duplicate);
    assert_eq!(deliver(&second, &platform.post(&platform.left("wangfang"), "2")).await, Outcome::Duplicate);
    assert_eq!(seen.names(), ["wangfang"]);
}

#[tokio::test]
async fn the_observer_is_told_of_every_answer() {
    let platform = Platform::new();
    let told = Arc::new(Mutex::new(Vec::new()));
    let intake = platform
        .intake()
        .observe({
            let told = Arc::clone(&told);
            move |outcome| told.lock().unwrap().push(outcome.clone())
        })
        .handler(Seen::default().handler());
    let request = platform.post(&platform.left("wangfang"), "1");
    let outcomes = [
        intake.verify(&platform.get("17").query),
        intake.accept(&request.query, request.body.as_bytes()).await,
        intake.accept(&request.query, request.body.as_bytes()).await,
        intake.accept("", b"").await,
    ];
    let outcomes: Vec<_> = outcomes.into_iter().map(|answer| answer.outcome).collect();
    assert_eq!(*told.lock().unwrap(), outcomes);
    assert_eq!(outcomes[..3], [Outcome::Verified, Outcome::Queued, Outcome::Duplicate]);
}
