//! Events as JSON, the form in which programs store them. The form is stable, and reading it restores the event.

use std::time::{Duration, SystemTime};

use proptest::{collection::vec, option, prelude::*, strategy::Union};
use serde_json::{Map, Value, json};
use wecom_contacts::callback::events::{
    AppInactivity, AppSubscription, ChainChange, ChainChangeType, DepartmentChange, DepartmentDeleted,
    JobFinished, MediaUploaded, MemberChange, MemberDeleted, TagChange, UnknownEvent,
};
use wecom_contacts::callback::{Element, Event, Notification, NotificationKey};
use wecom_contacts::members::{Attribute, AttributeValue, Gender};
use wecom_contacts::{AgentId, DepartmentId, ErrorCode, UserId};
use wecom_sim::{ConsoleCallback, ConsoleDepartment, ConsoleEvent, ConsoleLegacy, ConsoleMember, Sim};

use crate::callback::samples;

#[track_caller]
fn is_read_back(notification: &Notification) {
    let text = serde_json::to_string(notification).unwrap();
    let read: Notification = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert!(read == *notification, "{text}\nis read as {read:?}\ninstead of {notification:?}");
    assert_eq!((read.message(), read.key()), (notification.message(), notification.key()), "{text}");
    assert_eq!(serde_json::to_string(&read).unwrap(), text);
    // Also through a JSON tree, which uses other deserializers.
    let tree: Value = serde_json::from_str(&text).unwrap();
    assert!(serde_json::from_value::<Notification>(tree).unwrap() == *notification, "{text}");
    let event = serde_json::to_string(&notification.event).unwrap();
    assert!(serde_json::from_str::<Event>(&event).unwrap() == notification.event, "{event}");
}

#[test]
fn the_json_of_every_kind_of_event_is_what_it_was() {
    let shown: Vec<String> = samples()
        .iter()
        .map(|(name, xml)| {
            let mut json = serde_json::to_value(Notification::from_message(&**xml)).unwrap();
            assert_eq!(json["message"], **xml, "{name}");
            // The XML is in `tests/wire/callback`.
            json.as_object_mut().unwrap().remove("message");
            format!("{name}\n{json:#}\n")
        })
        .collect();
    insta::with_settings!({snapshot_path => "../snapshots", prepend_module_to_snapshot => false, omit_expression => true}, {
        insta::assert_snapshot!("event_json", shown.join("\n"));
    });
}

#[test]
fn every_sample_is_read_back_from_json() {
    for xml in samples().values() {
        is_read_back(&Notification::from_message(&**xml));
    }
}

#[test]
fn a_message_that_is_no_event_or_cannot_be_read_is_kept_whole() {
    for message in
        ["", "no XML", "<xml>", "<!DOCTYPE x><xml/>", "<xml/>", "<xml>text</xml>", "<xml><A>\u{1}</A></xml>"]
    {
        is_read_back(&Notification::from_message(message));
    }
    let json = serde_json::to_value(Notification::from_message("no XML")).unwrap();
    assert_eq!(
        json,
        json!({"event": {"type": "unreadable", "reason": "it is not well-formed XML"}, "message": "no XML"})
    );
}

#[test]
fn an_absent_field_an_empty_text_and_an_empty_list_stay_apart() {
    let mut member = MemberChange::new("wangfang");
    let json = |member: &MemberChange| serde_json::to_value(member).unwrap();
    assert_eq!(json(&member), json!({"userid": "wangfang"}));
    member.position = Some(String::new());
    member.department = Some(Vec::new());
    member.extattr = Some(std::iter::empty().collect());
    assert_eq!(json(&member), json!({"userid": "wangfang", "position": "", "department": [], "extattr": []}));
    is_read_back(&Notification::new("ww1", SystemTime::UNIX_EPOCH, Event::MemberUpdated(Box::new(member))));
}

#[test]
fn an_odd_attribute_is_read_back_as_it_was_and_not_as_its_type_wants_it() {
    let xml = "<xml><Event>change_contact</Event><ChangeType>update_user</ChangeType><UserID>wangfang</UserID><ExtAttr>\
        <Item><Name>a</Name><Type>2</Type><MiniProgram><Appid>x</Appid></MiniProgram></Item>\
        <Item><Name>b</Name><Type>9</Type><Text><Value>y</Value></Text></Item>\
        <Item><Name>c</Name><Value>z</Value></Item></ExtAttr></xml>";
    let notification = Notification::from_message(xml);
    is_read_back(&notification);
    assert_eq!(
        serde_json::to_value(&notification.event).unwrap()["extattr"],
        json!([
            {"name": "a", "other": {"type": 2, "content": {"MiniProgram": {"Appid": "x"}}}},
            {"name": "b", "other": {"type": 9, "content": {"Text": {"Value": "y"}}}},
            {"name": "c", "untyped": "z"},
        ])
    );
}

#[test]
fn json_of_a_later_version_is_read_as_far_as_it_is_known() {
    let json = json!({
        "corp_id": "ww1", "later": 1,
        "event": {"type": "tag_updated", "id": 3, "added_members": ["wangfang"], "later": [2]},
    });
    let notification: Notification = serde_json::from_value(json).unwrap();
    let Event::TagUpdated(tag) = notification.event else { panic!("another event") };
    assert_eq!(
        (tag.id.0, tag.added_members.as_slice(), tag.removed_members.as_slice()),
        (3, &[UserId::from("wangfang")][..], &[][..])
    );
    for wrong in [
        json!({"event": {"type": "of_tomorrow"}}),
        json!({"event": {"type": "member_deleted"}}),
        json!({"event": {"type": "app_resumed"}, "create_time": "1700000100"}),
        json!({"event": {"type": "app_resumed"}, "create_time": u64::MAX}),
        json!({"create_time": 1}),
    ] {
        assert!(serde_json::from_value::<Notification>(wrong.clone()).is_err(), "{wrong}");
    }
}

#[test]
fn a_key_is_40_digits_and_is_read_back() {
    let key = Notification::from_message("<xml/>").key();
    let text = key.to_string();
    assert_eq!(serde_json::to_value(key).unwrap(), text);
    assert_eq!(serde_json::from_value::<NotificationKey>(text.clone().into()).unwrap(), key);
    assert_eq!(text.to_uppercase().parse(), Ok(key));
    assert_eq!(NotificationKey::from_bytes(*key.as_bytes()), key);
    for wrong in ["", &text[1..], &format!("{text}0"), &text.replacen(&text[..1], "g", 1), &"é".repeat(20)] {
        assert!(wrong.parse::<NotificationKey>().is_err(), "{wrong}");
    }
}

#[tokio::test]
async fn what_the_simulator_calls_back_is_read_back_from_json() {
    let sim = Sim::start().await;
    let console = sim.console();
    // The URL is never served. The sent deliveries are in the simulator's own list.
    let url = {
        let unused = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}/", unused.local_addr().unwrap())
    };
    let target =
        ConsoleCallback::new(url, "QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C").unverified();
    console.set_callback(target).await.unwrap();
    for (number, legacy) in [false, true].into_iter().enumerate() {
        console.set_legacy(ConsoleLegacy::new().callbacks(legacy)).await.unwrap();
        let department = ConsoleDepartment::new().name(format!("客服{number}部")).parentid(1);
        let department = console.create_department(department).await.unwrap();
        let userid = format!("member{number}");
        let member = ConsoleMember::new()
            .userid(&userid)
            .name("某人")
            .mobile(format!("1390000000{number}"))
            .department([department])
            .email(format!("{userid}@example.com"))
            .gender("2")
            .position("")
            .alias("\"别名\"")
            .extattr_text("工牌", "A-17");
        console.create_member(member).await.unwrap();
        let changes = ConsoleMember::new().userid(&userid).department([1, department]).alias("");
        console.update_member(changes).await.unwrap();
        let tag = console.create_tag(&format!("值班{number}"), None).await.unwrap();
        console.add_tag_members(tag, &[userid.as_str()], &[]).await.unwrap();
        console.remove_tag_members(tag, &[userid.as_str()], &[]).await.unwrap();
        console.delete_member(&userid).await.unwrap();
        console.delete_department(department).await.unwrap();
        console.send_event(ConsoleEvent::new("of_tomorrow").element("Detail", "17")).await.unwrap();
    }
    assert!(sim.settled().await);
    let mut kinds = std::collections::BTreeSet::new();
    for delivery in sim.deliveries() {
        let notification = Notification::from_message(delivery.xml);
        is_read_back(&notification);
        let json = serde_json::to_value(&notification.event).unwrap();
        kinds.insert(json["type"].as_str().unwrap().to_owned());
    }
    for kind in [
        "department_created",
        "department_deleted",
        "member_created",
        "member_deleted",
        "member_updated",
        "tag_updated",
        "unknown",
    ] {
        assert!(kinds.contains(kind), "{kind} is not among {kinds:?}");
    }
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), "[a-z]{1,6}", any::<String>()]
}

fn time() -> impl Strategy<Value = SystemTime> {
    // From 1900 to 9999, in whole seconds.
    (-2_208_988_800_i64..253_402_300_800).prop_map(|seconds| {
        let since = Duration::from_secs(seconds.unsigned_abs());
        if seconds < 0 { SystemTime::UNIX_EPOCH - since } else { SystemTime::UNIX_EPOCH + since }
    })
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![vec(inner.clone(), 0..3).prop_map(Value::from), object(inner).prop_map(Value::from)]
    })
}

fn object(value: impl Strategy<Value = Value>) -> impl Strategy<Value = Map<String, Value>> {
    vec((text(), value), 0..3).prop_map(|pairs| pairs.into_iter().collect())
}

fn attribute() -> impl Strategy<Value = Attribute> {
    let value = prop_oneof![
        text().prop_map(AttributeValue::Text),
        (text(), text()).prop_map(|(title, url)| AttributeValue::Web { title, url }),
        (text(), text(), option::of(text()))
            .prop_map(|(appid, title, pagepath)| AttributeValue::MiniProgram { appid, title, pagepath }),
        text().prop_map(AttributeValue::Untyped),
        (option::of(any::<i64>()), object(any_json()))
            .prop_map(|(kind, content)| AttributeValue::Other { kind, content }),
    ];
    (text(), value).prop_map(|(name, value)| Attribute::new(name, value))
}

fn ids<T: From<String> + std::fmt::Debug>() -> impl Strategy<Value = Vec<T>> {
    vec(text().prop_map(T::from), 0..4)
}

fn departments() -> impl Strategy<Value = Vec<DepartmentId>> {
    vec(any::<u32>().prop_map(DepartmentId), 0..4)
}

fn member_change() -> impl Strategy<Value = MemberChange> {
    let texts = vec(option::of(text()), 9);
    let places = (
        option::of(departments()),
        option::of(any::<u32>().prop_map(DepartmentId)),
        option::of(vec(any::<bool>(), 0..4)),
        option::of(ids()),
    );
    let rest = (
        option::of(text()),
        option::of(text().prop_map(|text| Gender::from(&*text))),
        option::of(any::<i64>()),
        option::of(vec(attribute(), 0..3)),
    );
    (text(), texts, places, rest).prop_map(|(userid, texts, places, rest)| {
        let mut member = MemberChange::new(userid);
        let fields = [
            &mut member.name,
            &mut member.position,
            &mut member.mobile,
            &mut member.email,
            &mut member.biz_mail,
            &mut member.avatar,
            &mut member.alias,
            &mut member.telephone,
            &mut member.address,
        ];
        for (field, text) in fields.into_iter().zip(texts) {
            *field = text;
        }
        (member.department, member.main_department, member.is_leader_in_dept, member.direct_leader) = places;
        let (new_userid, gender, status, attributes) = rest;
        (member.new_userid, member.gender) = (new_userid.map(UserId::from), gender);
        member.status = status.map(Into::into);
        member.extattr = attributes.map(|attributes| attributes.into_iter().collect());
        member
    })
}

fn element() -> impl Strategy<Value = Element> {
    let leaf = (text(), text()).prop_map(|(name, text)| Element::new(name, text));
    leaf.prop_recursive(4, 12, 4, |inner| {
        (text(), vec(inner, 0..3)).prop_map(|(name, children)| {
            let mut element = Element::new(name, "");
            element.children = children;
            element
        })
    })
}

fn department_change() -> impl Strategy<Value = DepartmentChange> {
    (any::<u32>(), option::of(text()), option::of(any::<u32>()), option::of(any::<u32>())).prop_map(
        |(id, name, parentid, order)| {
            let mut department = DepartmentChange::new(id);
            (department.name, department.order) = (name, order);
            department.parentid = parentid.map(DepartmentId);
            department
        },
    )
}

fn chain_change() -> impl Strategy<Value = ChainChange> {
    use ChainChangeType::{
        ChainCreated, ChainDeleted, ChainUpdated, CorpJoined, CorpRemoved, CorpUpdated, GroupCreated,
        GroupDeleted, GroupUpdated,
    };
    let change = prop::sample::select(vec![
        ChainCreated,
        ChainDeleted,
        ChainUpdated,
        CorpJoined,
        CorpRemoved,
        CorpUpdated,
        GroupCreated,
        GroupDeleted,
        GroupUpdated,
    ]);
    (change, text(), vec(text(), 0..3), ids()).prop_map(|(change, chain_id, group_ids, corp_ids)| {
        let mut chain = ChainChange::new(change, chain_id);
        (chain.group_ids, chain.corp_ids) = (group_ids, corp_ids);
        chain
    })
}

fn event() -> impl Strategy<Value = Event> {
    let inactivity = || option::of(time()).prop_map(|at| at.map(AppInactivity::new).unwrap_or_default());
    let subscription = || {
        option::of(text()).prop_map(|event_key| {
            let mut subscription = AppSubscription::new();
            subscription.event_key = event_key;
            subscription
        })
    };
    let tag = (any::<u32>(), ids(), ids(), departments(), departments()).prop_map(
        |(id, added_members, removed_members, added_departments, removed_departments)| {
            let mut tag = TagChange::new(id);
            (tag.added_members, tag.removed_members) = (added_members, removed_members);
            (tag.added_departments, tag.removed_departments) = (added_departments, removed_departments);
            tag
        },
    );
    let job = (text(), option::of(text()), option::of(any::<i32>()), option::of(text())).prop_map(
        |(id, kind, errcode, errmsg)| {
            let mut job = JobFinished::new(id, "".into());
            (job.job_type, job.errmsg) = (kind.map(|kind| (&*kind).into()), errmsg);
            job.errcode = errcode.map(ErrorCode);
            job
        },
    );
    let unknown = (option::of(text()), option::of(text()), vec(element(), 0..4)).prop_map(
        |(event, change_type, elements)| {
            let mut unknown = UnknownEvent::default();
            (unknown.event, unknown.change_type, unknown.elements) = (event, change_type, elements);
            unknown
        },
    );
    Union::new([
        member_change().prop_map(|member| Event::MemberCreated(Box::new(member))).boxed(),
        member_change().prop_map(|member| Event::MemberUpdated(Box::new(member))).boxed(),
        text().prop_map(|userid| Event::MemberDeleted(MemberDeleted::new(userid))).boxed(),
        department_change().prop_map(Event::DepartmentCreated).boxed(),
        department_change().prop_map(Event::DepartmentUpdated).boxed(),
        any::<u32>().prop_map(|id| Event::DepartmentDeleted(DepartmentDeleted::new(id))).boxed(),
        tag.prop_map(|tag| Event::TagUpdated(Box::new(tag))).boxed(),
        job.prop_map(Event::JobFinished).boxed(),
        subscription().prop_map(Event::Subscribed).boxed(),
        subscription().prop_map(Event::Unsubscribed).boxed(),
        chain_change().prop_map(Event::ChainChanged).boxed(),
        text().prop_map(|job| Event::MediaUploaded(MediaUploaded::new(job))).boxed(),
        inactivity().prop_map(Event::AppInactiveAlert).boxed(),
        inactivity().prop_map(Event::AppLowActiveAlert).boxed(),
        prop::sample::select(vec![
            Event::SharedAppChanged,
            Event::SharedChainAppChanged,
            Event::AppSuspended,
            Event::AppResumed,
            Event::AppLowActive,
            Event::AppActiveRestored,
            Notification::from_message("unreadable").event,
        ])
        .boxed(),
        unknown.prop_map(Event::Unknown).boxed(),
    ])
}

proptest! {
    #[test]
    fn any_event_is_read_back_from_json(
        event in event(),
        corp_id in option::of(text()),
        from in option::of(text()),
        create_time in option::of(time()),
        msg_type in option::of(text()),
        agent_id in option::of(any::<u32>()),
    ) {
        let mut notification = Notification::new("", SystemTime::UNIX_EPOCH, event);
        notification.corp_id = corp_id.map(Into::into);
        (notification.from, notification.create_time, notification.msg_type) = (from, create_time, msg_type);
        notification.agent_id = agent_id.map(AgentId);
        is_read_back(&notification);
        // The same notification after a delivery as XML.
        is_read_back(&Notification::from_message(notification.to_xml()));
    }

    #[test]
    fn any_message_is_read_back_from_json(message in any::<String>()) {
        is_read_back(&Notification::from_message(message));
    }
}
