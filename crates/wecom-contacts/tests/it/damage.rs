//! Damaged texts: in replies, export files and callbacks, only the damaged text itself is lost.

use std::path::PathBuf;

use proptest::prelude::*;
use serde_json::{Value, json};
use wecom_contacts::{
    Endpoint, ErrorKind, Seen, UserId,
    callback::{Event, Receiver},
    departments::ListDepartments,
    exports::Export,
    members::{GetMember, ListMembers, ListMembersSimple, Member, SimpleMember},
    tags::{GetTag, ListTags},
};

use crate::{
    exports::{encrypted_bytes, export, one_file, read},
    stub::{Answer, Stub},
};

/// Returns a file of `tests/cases`.
pub(crate) fn case(name: &str) -> Vec<u8> {
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "../../tests/cases", name].iter().collect();
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn trap_43_half_an_emoji_in_an_alias_leaves_both_members() {
    let members = ListMembers::decode(&case("reply-broken-utf8.json")).unwrap().userlist;
    let aliases: Vec<_> =
        members.iter().map(|member| member.alias.as_deref().into_known().unwrap()).collect();
    assert_eq!(aliases, ["Ting\u{fffd}", ""]);
    assert_eq!(members[0].name.as_deref(), Seen::Known("周婷"));
    assert!(!members[0].userid.is_damaged());
}

#[test]
fn trap_43_raw_control_characters_in_an_alias_are_kept() {
    let members = ListMembers::decode(&case("reply-control-character.json")).unwrap().userlist;
    assert_eq!(members.len(), 2);
    assert_eq!(members[0].alias.as_deref(), Seen::Known("Ting\u{14}\t!"));
}

#[tokio::test]
async fn trap_43_a_reply_with_a_broken_text_is_read_over_the_wire() {
    let stub =
        Stub::with_tokens(|_, _| Answer::of(200, "application/json", &case("reply-broken-utf8.json"))).await;
    assert_eq!(stub.client().members().list(1).await.unwrap().len(), 2);
    assert_eq!(stub.calls().len(), 1, "asked once");
}

#[test]
fn trap_43_a_damaged_userid_keeps_its_row_and_names_nobody() {
    let body = b"{\"userlist\":[{\"userid\":\"zhou\xf0\x9f\x98\"},{\"userid\":\"\"},{\"userid\":\"a\x14\"},{\"userid\":\"li\"}]}";
    let members = ListMembersSimple::decode(body).unwrap().userlist;
    let damaged: Vec<_> = members.iter().map(|member| member.userid.is_damaged()).collect();
    assert_eq!(damaged, [true, true, true, false]);
}

/// Returns a reply with this number of members. Every text field has a value.
fn reply(members: usize) -> Vec<u8> {
    let member = |number: usize| {
        json!({
            "userid": format!("user{number}"), "name": "周\"婷\\", "department": [1, 2], "order": [0, 1], "position": "",
            "mobile": "13800000001", "gender": "1", "email": "a@example.com", "is_leader_in_dept": [1, 0],
            "direct_leader": ["lisi"], "avatar": "https://example.com/a", "telephone": "020-1", "alias": "Ting😀",
            "status": "1", "enable": 1, "isleader": "0", "main_department": 1, "qr_code": "https://example.com/q",
            "biz_mail_alias": {"item": ["b@example.com"]}, "external_position": "经理",
            "extattr": {"attrs": [{"type": 0, "name": "爱好", "value": "读书", "text": {"value": "读书"}},
                {"type": 1, "name": "主页", "web": {"url": "https://example.com", "title": "主页"}}]},
            "external_profile": {"external_corp_name": "公司", "wechat_channels": {"nickname": "号", "status": 1},
                "external_attr": [{"type": 2, "name": "程序", "miniprogram": {"appid": "wx1", "pagepath": "/", "title": "t"}}]},
        })
    };
    let members: Vec<Value> = (0..members).map(member).collect();
    serde_json::to_vec(&json!({"errcode": 0, "errmsg": "ok", "userlist": members})).unwrap()
}

/// Returns the positions of the string values of a document, without their quotes. Keys are omitted.
fn string_values(json: &[u8]) -> Vec<std::ops::Range<usize>> {
    let (mut found, mut at) = (Vec::new(), 0);
    while at < json.len() {
        if json[at] != b'"' {
            at += 1;
            continue;
        }
        let start = at + 1;
        at = start;
        while json[at] != b'"' {
            at += if json[at] == b'\\' { 2 } else { 1 };
        }
        if json.get(at + 1) != Some(&b':') {
            found.push(start..at);
        }
        at += 1;
    }
    found
}

/// Bytes that a JSON string must not contain unescaped.
fn damage() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![0_u8..0x20, 0x80_u8..=0xff];
    prop::collection::vec(byte, 1..6).prop_filter("a sound text", |bytes| {
        std::str::from_utf8(bytes).map_or(true, |text| text.chars().any(|character| character < ' '))
    })
}

proptest! {
    #[test]
    fn trap_43_any_single_damaged_string_in_a_reply_of_n_members_leaves_n_members(
        count in 1_usize..5,
        which in any::<prop::sample::Index>(),
        place in any::<prop::sample::Index>(),
        replaces in any::<bool>(),
        damage in damage(),
    ) {
        let mut body = reply(count);
        let strings = string_values(&body);
        let string = strings[which.index(strings.len())].clone();
        // Insertion between a backslash and the escaped character is avoided.
        let mut places: Vec<usize> = Vec::new();
        let mut at = string.start;
        while at < string.end {
            places.push(at);
            at += if body[at] == b'\\' { 2 } else { 1 };
        }
        places.push(string.end);
        let from = places[place.index(places.len())];
        let until = if replaces { string.end } else { from };
        body.splice(from..until, damage);
        prop_assert_eq!(ListMembers::decode(&body).unwrap().userlist.len(), count);
        prop_assert_eq!(ListMembersSimple::decode(&body).unwrap().userlist.len(), count);
    }

    #[test]
    fn trap_43_no_damage_makes_a_refusal_a_success(damage in damage(), place in 0_usize..12) {
        let mut body = br#"{"errcode":60011,"errmsg":"no privilege","userid":"u","userlist":[],"department":[],"taglist":[]}"#.to_vec();
        let errmsg = body.windows(12).position(|window| window == b"no privilege").unwrap();
        body.splice(errmsg + place..errmsg + place, damage);
        let codes = [
            GetMember::decode(&body).unwrap_err().code(),
            ListMembers::decode(&body).unwrap_err().code(),
            ListDepartments::decode(&body).unwrap_err().code(),
            ListTags::decode(&body).unwrap_err().code(),
            GetTag::decode(&body).unwrap_err().code(),
        ];
        for code in codes {
            prop_assert_eq!(code.map(|code| code.0), Some(60011));
        }
    }
}

#[test]
fn trap_43_a_document_that_is_broken_between_its_texts_stays_an_error() {
    for body in [
        &b"{\"userlist\":[{\"userid\":\"a\xff\"}"[..],
        b"{\"userlist\":[\xff]}",
        b"\xff\xfe{\"userlist\":[]}",
    ] {
        let error = ListMembers::decode(body).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Malformed(_)), "{error:?}");
    }
}

/// An export file whose texts are damaged in all ways.
const BROKEN_FILE: &[u8] = b"{\"userlist\":[{\"userid\":\"zhouting\",\"name\":\"a\",\"alias\":\"Ting\xf0\x9f\x98\"},\
    {\"name\":\"\x14\t\",\"userid\":\"zhoumin\"},{\"name\":\"\\ud83d\",\"userid\":\"zhou\xff\"},{\"userid\":\"li\",\"name\":\"\xe6\x9d\x8e\"}]}";

#[tokio::test]
async fn trap_43_an_export_keeps_rows_with_broken_texts_and_counts_those_that_name_nobody() {
    let stub = one_file(|_| (), encrypted_bytes(BROKEN_FILE)).await;
    let whole = export::<Member>(&stub).await;
    let damaged = whole.damaged_rows();
    let (rows, error) = read(whole.rows()).await;
    assert!(error.is_none(), "{error:?}");
    let names: Vec<_> = rows.iter().map(|row| row.name.as_deref().into_known().unwrap()).collect();
    assert_eq!(names, ["a", "\u{14}\t", "\u{fffd}", "李"]);
    assert_eq!((rows[0].alias.as_deref(), damaged.count()), (Seen::Known("Ting\u{fffd}"), 1));

    let whole = export::<SimpleMember>(&stub).await;
    let damaged = whole.damaged_rows();
    let (ids, error) = read(whole.ids()).await;
    assert!(error.is_none(), "{error:?}");
    let expected: Vec<UserId> = ["zhouting", "zhoumin", "zhou\u{fffd}", "li"].map(UserId::from).into();
    assert_eq!((ids, damaged.count()), (expected, 1));

    #[derive(serde::Deserialize)]
    struct Named {
        name: String,
    }
    let whole: Export<Member> = export(&stub).await;
    let damaged = whole.file(0).unwrap().damaged_rows();
    let (rows, error) = read(whole.rows_as::<Named>()).await;
    assert!(error.is_none(), "{error:?}");
    assert_eq!((rows[2].name.as_str(), damaged.count()), ("\u{fffd}", 1));
}

const CORP: &str = "ww1234567890abcdef";

fn receive(message: &[u8]) -> wecom_contacts::callback::Notification {
    let key = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C".parse().unwrap();
    let receiver = Receiver::new(CORP, "QDG6eK", key);
    let sealed = receiver.crypto().seal(message, 1_700_000_100, "n").unwrap();
    let query = format!("msg_signature={}&timestamp=1700000100&nonce=n", sealed.msg_signature);
    receiver.receive(&query, sealed.to_delivery_xml(CORP, None).as_bytes()).unwrap()
}

#[test]
fn trap_43_an_event_with_a_broken_text_is_that_event() {
    let message =
        b"<xml><Event>change_contact</Event><ChangeType>update_user</ChangeType><UserID>zhouting</UserID>\
        <Name><![CDATA[Ting\xf0\x9f\x98]]></Name><Alias>a&#20;b\x14&#0;</Alias></xml>";
    let Event::MemberUpdated(member) = receive(message).event else { panic!("not read") };
    assert_eq!((member.userid.as_str(), member.name.as_deref()), ("zhouting", Some("Ting\u{fffd}")));
    assert_eq!(member.alias.as_deref(), Some("a\u{14}b\u{14}\u{fffd}"));
}

#[test]
fn trap_32_an_authentic_message_that_cannot_be_read_is_an_event_of_its_own() {
    let deep = [b"<a>".repeat(40), b"</a>".repeat(40)].concat();
    for (message, why) in [
        (&case("event-not-well-formed.xml")[..], "it is not well-formed XML"),
        (&deep, "it is nested deeper than 16 levels"),
        (b"not XML at all", "it is not well-formed XML"),
        (b"\xff\xfe\x00\x14", "it is not well-formed XML"),
        (b"", "it is not well-formed XML"),
        (b"<!DOCTYPE x><xml/>", "it holds a DTD"),
    ] {
        let notification = receive(message);
        let Event::Unreadable(event) = &notification.event else { panic!("{notification:?}") };
        assert_eq!(event.reason, why);
        assert_eq!(notification.message(), String::from_utf8_lossy(message));
        assert_eq!(notification.key(), receive(message).key(), "a second delivery is recognised");
        // The text may contain personal data.
        assert!(!format!("{notification:?}").contains("zhouting"), "{notification:?}");
    }
    let key = |message: &[u8]| receive(message).key();
    assert_ne!(key(b"not XML at all"), key(b"not XML either"));
}
