//! Callback faults: the requests that a receiver gets, and the entries of the log.

use std::time::Duration;

use serde_json::{Value, json};
use wecom_cipher::Error;
use wecom_sim::{
    AttemptKind, ConsoleDepartment, DeliveryFault, DeliveryRule, DeliveryState, FaultRules, Sim, When,
};

use crate::{
    listener::{KEY, Listener, TOKEN},
    rig::Rig,
};

const CORP: &str = "ww1234567890abcdef";
/// The delay before the first retry.
const REPEATED: Duration = Duration::from_secs(5);

/// Starts a simulator with a listener for its contacts assistant.
async fn heard() -> (Rig, Listener) {
    let listener = Listener::start(CORP).await;
    let rig = Rig::with(Sim::builder().callback(&listener.url, TOKEN, KEY)).await;
    (rig, listener)
}

impl Rig {
    /// Causes distinguishable events by creating departments with these ids.
    async fn events(&self, ids: impl IntoIterator<Item = u32>) {
        for id in ids {
            let department = ConsoleDepartment::new().name(format!("部门{id}")).parentid(1).id(id);
            self.sim.console().create_department(department).await.unwrap();
        }
        assert!(self.sim.settled().await);
    }

    async fn later(&self, by: Duration) {
        self.sim.advance(by);
        assert!(self.sim.settled().await);
    }

    fn sent(&self, place: usize) -> Vec<AttemptKind> {
        self.sim.deliveries()[place].attempts.iter().map(|attempt| attempt.sent).collect()
    }

    fn state(&self, place: usize) -> DeliveryState {
        self.sim.deliveries()[place].state
    }
}

/// Returns the ids of the created departments in order of arrival.
fn ids(listener: &Listener) -> Vec<u32> {
    let told = listener.take();
    let id = |xml: &String| xml.split_once("<Id>").unwrap().1.split_once("</Id>").unwrap().0.parse().unwrap();
    told.iter().map(id).collect()
}

#[tokio::test]
async fn a_duplicated_event_comes_several_times_each_signed_anew() {
    let (rig, listener) = heard().await;
    rig.sim.faults().next_delivery("change_contact/*", DeliveryFault::Duplicate(2)).unwrap();
    rig.events([10, 11]).await;
    assert_eq!(ids(&listener), [10, 10, 10, 11]);
    let posts = listener.posts();
    assert_ne!(posts[0].query, posts[1].query, "a cache of nonces is no filter of duplicates");
    assert_eq!(posts[0].opened, posts[1].opened);
    assert_eq!(rig.sent(0), [AttemptKind::Genuine, AttemptKind::Copy, AttemptKind::Copy]);
    assert_eq!(rig.sim.deliveries()[0].faults, [DeliveryFault::Duplicate(2)]);
    assert!(rig.sim.deliveries()[1].faults.is_empty());
}

#[tokio::test]
async fn a_copy_that_fails_is_not_repeated_and_the_event_counts_as_delivered() {
    let (rig, listener) = heard().await;
    rig.sim.faults().next_delivery("*", DeliveryFault::Duplicate(1)).unwrap();
    listener.answer_next(&[200, 503]);
    rig.events([10]).await;
    assert_eq!(rig.state(0), DeliveryState::Delivered);
    rig.later(Duration::from_secs(3600)).await;
    assert_eq!(rig.sent(0), [AttemptKind::Genuine, AttemptKind::Copy]);
}

#[tokio::test]
async fn a_reordered_event_comes_behind_later_ones() {
    let (rig, listener) = heard().await;
    rig.sim.faults().next_delivery("*", DeliveryFault::Reorder(2)).unwrap();
    rig.events([10, 11]).await;
    assert_eq!(ids(&listener), [11]);
    assert_eq!(rig.state(0), DeliveryState::HeldBack);
    assert_eq!(rig.sim.state().deliveries_open, 1);
    rig.events([12, 13]).await;
    assert_eq!(ids(&listener), [12, 10, 13]);
}

#[tokio::test]
async fn every_third_event_swaps_places_with_its_successor() {
    let (rig, listener) = heard().await;
    rig.sim.faults().every_delivery(3, "*", DeliveryFault::Reorder(1)).unwrap();
    rig.events(10..19).await;
    assert_eq!(ids(&listener), [10, 11, 13, 12, 14, 16, 15, 17]);
    assert_eq!(rig.state(8), DeliveryState::HeldBack);
    rig.sim.faults().clear();
    assert!(rig.sim.settled().await);
    assert_eq!(ids(&listener), [18], "the end of the bad day sends what was held back");
}

#[tokio::test]
async fn a_delayed_event_comes_when_the_clock_gets_there() {
    let (rig, listener) = heard().await;
    rig.sim.faults().next_delivery("*", DeliveryFault::Delay { seconds: 600 }).unwrap();
    rig.events([10, 11]).await;
    assert_eq!(ids(&listener), [11]);
    let delayed = &rig.sim.deliveries()[0];
    assert_eq!(delayed.state, DeliveryState::Waiting);
    assert_eq!(delayed.next_attempt_at, Some(delayed.created_at + 600_000));
    rig.later(Duration::from_secs(599)).await;
    assert_eq!(ids(&listener), [0; 0]);
    rig.later(Duration::from_secs(1)).await;
    assert_eq!(ids(&listener), [10]);
    assert_eq!(rig.state(0), DeliveryState::Delivered);
}

#[tokio::test]
async fn a_dropped_event_is_seen_by_testers_only() {
    let (rig, listener) = heard().await;
    rig.sim.faults().next_delivery("*", DeliveryFault::Drop).unwrap();
    rig.events([10, 11]).await;
    rig.later(Duration::from_secs(3600)).await;
    assert_eq!(ids(&listener), [11]);
    assert_eq!(rig.state(0), DeliveryState::Dropped);
    assert_eq!(rig.sim.state().deliveries_open, 0);
    rig.sim.redeliver(1).unwrap();
    assert!(rig.sim.settled().await);
    assert_eq!(ids(&listener), [10]);
    assert_eq!(rig.state(0), DeliveryState::Delivered);
}

#[tokio::test]
async fn a_wrong_signature_is_followed_by_the_right_one() {
    let (rig, listener) = heard().await;
    rig.sim.faults().next_delivery("*", DeliveryFault::WrongSignature(1)).unwrap();
    rig.events([10]).await;
    assert_eq!(listener.posts()[0].opened, Err(Error::Signature));
    assert_eq!(rig.state(0), DeliveryState::Waiting);
    assert_eq!(ids(&listener), [0; 0]);
    rig.later(REPEATED).await;
    assert_eq!(ids(&listener), [10]);
    assert_eq!(rig.sent(0), [AttemptKind::WrongSignature, AttemptKind::Genuine]);
    assert_eq!(rig.sim.deliveries()[0].attempts[0].status, Some(403));
}

#[tokio::test]
async fn a_message_for_another_corp_is_rightly_signed() {
    let (rig, listener) = heard().await;
    rig.sim.faults().next_delivery("*", DeliveryFault::WrongReceiveId(1)).unwrap();
    rig.events([10]).await;
    assert!(matches!(listener.posts()[0].opened, Err(Error::ReceiveId { .. })), "{:?}", listener.posts());
    rig.later(REPEATED).await;
    assert_eq!(ids(&listener), [10]);
    assert_eq!(rig.sent(0), [AttemptKind::WrongReceiveId, AttemptKind::Genuine]);
}

#[tokio::test]
async fn six_kinds_of_garbage_take_turns_and_the_events_come_all_the_same() {
    let (rig, listener) = heard().await;
    rig.sim.faults().next_deliveries(6, "*", DeliveryFault::Garbage(1)).unwrap();
    rig.events(10..16).await;
    let posts = listener.posts();
    assert!(posts.len() == 6 && posts.iter().all(|post| post.opened.is_err()), "{posts:?}");
    let kinds: std::collections::HashSet<_> = posts.iter().map(|post| post.body.as_slice()).collect();
    assert_eq!(kinds.len(), 6);
    assert!(
        posts.iter().any(|post| !matches!(post.opened, Err(Error::Signature | Error::Xml { .. }))),
        "one passes the signature: {posts:?}"
    );
    rig.later(REPEATED).await;
    assert_eq!(ids(&listener), [10, 11, 12, 13, 14, 15]);
}

#[tokio::test]
async fn an_event_whose_every_attempt_is_wrong_is_given_up() {
    let (rig, listener) = heard().await;
    rig.sim.faults().next_delivery("*", DeliveryFault::Garbage(4)).unwrap();
    rig.events([10]).await;
    for _ in 0..3 {
        rig.later(Duration::from_secs(120)).await;
    }
    assert_eq!(rig.state(0), DeliveryState::GivenUp);
    assert_eq!(rig.sent(0), [AttemptKind::Garbage; 4]);
    rig.sim.redeliver(1).unwrap();
    assert!(rig.sim.settled().await);
    assert_eq!(ids(&listener), [10], "asked for, it comes as it should be");
}

#[tokio::test]
async fn a_replay_is_the_same_to_the_byte() {
    let (rig, listener) = heard().await;
    rig.sim.faults().next_delivery("*", DeliveryFault::Replay { seconds: 301 }).unwrap();
    rig.events([10, 11]).await;
    rig.later(Duration::from_secs(300)).await;
    assert_eq!(listener.posts().len(), 2);
    // The receiver's answer to a replay changes nothing.
    listener.answer_next(&[500]);
    rig.later(Duration::from_secs(1)).await;
    assert_eq!(listener.posts()[2], listener.posts()[0]);
    assert_eq!(rig.state(0), DeliveryState::Delivered);
    // A replay can be requested several times.
    rig.sim.replay(2).unwrap();
    rig.sim.replay(2).unwrap();
    assert!(rig.sim.settled().await);
    assert_eq!(listener.posts()[3], listener.posts()[1]);
    assert_eq!(listener.posts()[4], listener.posts()[1]);
    assert_eq!(rig.sent(1), [AttemptKind::Genuine, AttemptKind::Replay, AttemptKind::Replay]);
    rig.later(Duration::from_secs(3600)).await;
    assert_eq!(listener.posts().len(), 5);
}

#[tokio::test]
async fn a_replay_on_demand_has_a_path_of_its_own() {
    let (rig, listener) = heard().await;
    rig.sim.faults().next_delivery("*", DeliveryFault::Drop).unwrap();
    rig.events([10, 11]).await;
    assert_eq!(rig.control("deliveries/2/replay", &json!({})).await, (200, json!({"id": 2})));
    assert!(rig.sim.settled().await);
    assert_eq!(listener.posts()[0], listener.posts()[1]);
    let (status, refusal) = rig.control("deliveries/1/replay", &json!({})).await;
    assert_eq!(status, 409);
    assert!(refusal["error"].as_str().unwrap().contains("redeliver it instead"), "{refusal}");
    assert_eq!(rig.control("deliveries/9/replay", &json!({})).await.0, 404);
}

#[tokio::test]
async fn a_rule_counts_only_what_it_is_about() {
    let (rig, listener) = heard().await;
    let plan = FaultRules::new()
        .delivery(DeliveryRule::new("change_contact/delete_user", DeliveryFault::Drop))
        .delivery(DeliveryRule::new("*", DeliveryFault::Duplicate(1)).target("app 1000002"))
        .delivery(
            DeliveryRule::new("change_contact/create_party", DeliveryFault::Drop)
                .when(When::Every { k: 3, offset: 1 })
                .target("contacts"),
        );
    rig.sim.faults().set(plan).unwrap();
    rig.sim.console().delete_member("wujiu").await.unwrap();
    rig.events(10..17).await;
    assert_eq!(ids(&listener), [11, 12, 14, 15], "the 1st, 4th and 7th are lost");
    let counted: Vec<_> =
        rig.sim.faults().state().deliveries.iter().map(|one| (one.seen, one.hits)).collect();
    assert_eq!(counted, [(1, 1), (0, 0), (7, 3)]);
}

#[tokio::test]
async fn of_each_group_the_first_rule_wins_and_groups_add_up() {
    let (rig, listener) = heard().await;
    let plan = FaultRules::new()
        .delivery(DeliveryRule::new("*", DeliveryFault::Delay { seconds: 60 }).when(When::Next(1)))
        .delivery(DeliveryRule::new("*", DeliveryFault::Drop).when(When::Next(1)))
        .delivery(DeliveryRule::new("*", DeliveryFault::WrongSignature(1)))
        .delivery(DeliveryRule::new("*", DeliveryFault::Duplicate(1)));
    rig.sim.faults().set(plan).unwrap();
    rig.events([10, 11]).await;
    assert_eq!(rig.state(1), DeliveryState::Dropped, "the rule was left over by the first delivery");
    assert_eq!(rig.sim.deliveries()[1].faults, [DeliveryFault::Drop], "nothing else befalls it");
    rig.later(Duration::from_secs(60)).await;
    rig.later(REPEATED).await;
    assert_eq!(rig.sent(0), [AttemptKind::WrongSignature, AttemptKind::Copy, AttemptKind::Genuine]);
    assert_eq!(ids(&listener), [10, 10]);
    let struck = rig.sim.deliveries()[0].faults.clone();
    let (delay, forged) = (DeliveryFault::Delay { seconds: 60 }, DeliveryFault::WrongSignature(1));
    assert_eq!(struck, [delay, forged, DeliveryFault::Duplicate(1)]);
}

#[tokio::test]
async fn a_reset_forgets_what_was_held_back_or_delayed() {
    let (rig, listener) = heard().await;
    rig.sim.faults().next_delivery("*", DeliveryFault::Reorder(5)).unwrap();
    rig.sim.faults().next_delivery("*", DeliveryFault::Delay { seconds: 5 }).unwrap();
    rig.events([10, 11]).await;
    rig.control("reset", &json!({})).await;
    rig.later(Duration::from_secs(60)).await;
    rig.events([10]).await;
    assert_eq!(ids(&listener), [10]);
}

/// Checks the JSON of the log.
#[tokio::test]
async fn the_log_shows_what_befell_each_attempt_and_its_answer() {
    let (rig, _listener) = heard().await;
    rig.sim.faults().next_delivery("*", DeliveryFault::WrongSignature(1)).unwrap();
    rig.events([10]).await;
    let log = rig.look("deliveries").await;
    let one = &log["deliveries"][0];
    assert_eq!(one["faults"], json!([{"wrong_signature": 1}]));
    assert_eq!(one["state"], "waiting");
    let attempt = &one["attempts"][0];
    assert_eq!(attempt["sent"], "wrong_signature");
    assert_eq!((&attempt["status"], &attempt["answer"]), (&json!(403), &json!("")));
    assert_eq!(attempt["error"], Value::Null);
}

#[tokio::test]
async fn a_plan_about_deliveries_is_read_strictly_and_says_what_is_possible() {
    let (rig, _listener) = heard().await;
    let plan = |rule: Value| json!({"deliveries": [rule]});
    for (plan, says) in [
        (plan(json!({"event": "*"})), "missing field `fault`"),
        (plan(json!({"fault": "lose"})), "unknown variant `lose`, expected one of `duplicate`, `reorder`"),
        (
            plan(json!({"fault": {"duplicate": 0}})),
            "deliveries[0]: the number of copies must be 1 to 1000, not 0",
        ),
        (plan(json!({"fault": {"delay": {"seconds": 99_999_999}}})), "the number of seconds must be 1 to"),
        (plan(json!({"fault": {"delay": {"minutes": 1}}})), "unknown field `minutes`, expected `seconds`"),
        (
            plan(json!({"event": "change contact", "fault": "drop"})),
            "invalid event `change contact`; use `*`",
        ),
        (plan(json!({"event": "change*", "fault": "drop"})), "invalid event `change*`"),
        (
            plan(json!({"target": "app", "fault": "drop"})),
            "unknown target `app`; it must be `contacts`, `app 1000002`",
        ),
        (plan(json!({"when": {"every": 0}, "fault": "drop"})), "`every` must be 1 or more"),
    ] {
        let (status, reply) = rig.put("faults", &plan).await;
        assert_eq!(status, 400, "{plan}: {reply}");
        assert!(reply["error"].as_str().unwrap().contains(says), "{plan}: {reply}");
    }
    let error = rig.sim.faults().next_delivery("", DeliveryFault::Drop).unwrap_err();
    assert_eq!(error.rule, "deliveries[0]");
}

#[tokio::test]
async fn rules_are_set_looked_at_and_ended_over_http() {
    let (rig, listener) = heard().await;
    let rule = json!({"event": "change_contact/*", "target": "contacts", "when": {"every": 2}, "fault": {"reorder": 9}});
    assert_eq!(rig.put("faults", &json!({"deliveries": [rule]})).await.0, 200);
    rig.events([10, 11, 12]).await;
    assert_eq!(ids(&listener), [10, 12]);
    let state = &rig.look("faults").await["deliveries"][0];
    assert_eq!((&state["seen"], &state["hits"], &state["fault"]), (&json!(3), &json!(1), &rule["fault"]));
    rig.tell(reqwest::Method::DELETE, "faults", &json!({})).await;
    assert!(rig.sim.settled().await);
    assert_eq!(ids(&listener), [11]);
    assert_eq!(rig.look("faults").await["deliveries"], json!([]));
}
