//! Callbacks: every sample under `tests/wire/callback`, and the known mistakes of receivers.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use wecom_contacts::callback::events::{
    AppInactivity, AppSubscription, ChainChange, ChainChangeType, DepartmentChange, DepartmentDeleted,
    JobFinished, JobType, MediaUploaded, MemberChange, MemberDeleted, TagChange, UnknownEvent,
};
use wecom_contacts::callback::{Element, Event, Notification, Receiver};
use wecom_contacts::members::{Attribute, AttributeValue, Gender, MemberStatus};
use wecom_contacts::{DepartmentId, ErrorCode, ErrorKind};

const CORP: &str = "ww0123456789abcdef";
const KEY: &str = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C";

fn receiver() -> Receiver {
    Receiver::new(CORP, "QDG6eK", KEY.parse().expect("an official sample key"))
}

/// Acts as WeCom: encrypts and signs a message, and passes it to the receiver as a request.
fn receive(message: &str) -> Notification {
    let sealed = receiver().crypto().seal(message, 1_700_000_100, "987654321").expect("random bytes");
    let query = format!("msg_signature={}&timestamp=1700000100&nonce=987654321", sealed.msg_signature);
    receiver()
        .receive(&query, sealed.to_delivery_xml(CORP, None).as_bytes())
        .expect("sealed with the receiver's own keys")
}

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

fn full_member() -> MemberChange {
    let mut member = MemberChange::new("wangfang");
    member.name = Some("王芳".into());
    member.department = Some(vec![DepartmentId(2), DepartmentId(7)]);
    member.main_department = Some(DepartmentId(2));
    member.is_leader_in_dept = Some(vec![true, false]);
    member.direct_leader = Some(vec!["liuyang".into(), "chenjing".into()]);
    member.position = Some("产品经理 & 设计".into());
    member.mobile = Some("13900000001".into());
    member.gender = Some(Gender::Female);
    member.email = Some("wangfang@example.com".into());
    member.biz_mail = Some("wangfang@corp.example.com".into());
    member.status = Some(MemberStatus::Activated);
    member.avatar = Some("https://example.com/avatar/17/0".into());
    member.alias = Some("Fang".into());
    member.telephone = Some("020-1234567".into());
    member.address = Some("广州市示例路1号".into());
    let seat = serde_json::json!({"Seat": {"Floor": "3"}}).as_object().expect("an object").clone();
    member.extattr = Some(
        [
            Attribute::text("工牌", "A-17"),
            Attribute::web("主页", "Intranet", "https://example.com/u/17?a=1&b=2"),
            Attribute::new("座位", AttributeValue::Other { kind: Some(9), content: seat }),
        ]
        .into_iter()
        .collect(),
    );
    member
}

/// Returns the expected notification of each sample.
fn expected() -> BTreeMap<&'static str, Notification> {
    let system = |event| Notification::new(CORP, at(1_700_000_100), event);
    let of_app = |event| {
        let mut notification = system(event);
        notification.agent_id = Some(1_000_007.into());
        notification
    };
    let from = |mut notification: Notification, from: &str| {
        notification.from = Some(from.into());
        notification
    };
    let created = |member| system(Event::MemberCreated(Box::new(member)));
    let updated = |member| system(Event::MemberUpdated(Box::new(member)));
    let tag = |tag| system(Event::TagUpdated(Box::new(tag)));
    let job = |kind| system(Event::JobFinished(JobFinished::new("jobid_own1", kind)));

    let slim_member = || {
        let mut member = MemberChange::new("wangfang");
        member.department = Some(vec![DepartmentId(2), DepartmentId(7)]);
        member
    };
    let renamed = |mut member: MemberChange| {
        member.new_userid = Some("fang.wang".into());
        member
    };
    let department = |name: Option<&str>, parentid: Option<u32>, order| {
        let mut department = DepartmentChange::new(12);
        department.name = name.map(Into::into);
        department.parentid = parentid.map(DepartmentId);
        department.order = order;
        department
    };
    let mut full_tag = TagChange::new(3);
    full_tag.added_members = vec!["wangfang".into(), "liuyang".into()];
    full_tag.removed_members = vec!["chenjing".into()];
    full_tag.added_departments = vec![DepartmentId(2), DepartmentId(12)];
    full_tag.removed_departments = vec![DepartmentId(7)];
    let mut failed_job = JobFinished::new("jobid_own1", JobType::ReplaceMembers);
    failed_job.errcode = Some(ErrorCode(45026));
    failed_job.errmsg = Some("delete too many users".into());
    let mut bare_job = JobFinished::new("jobid_own1", JobType::SyncMembers);
    (bare_job.job_type, bare_job.errcode, bare_job.errmsg) = (None, None, None);
    let mut subscription = AppSubscription::new();
    subscription.event_key = Some(String::new());
    let chain = |change| ChainChange::new(change, "Ch0123456789");
    let groups = |change| {
        let mut chain = chain(change);
        chain.group_ids = vec!["2".into(), "3".into()];
        system(Event::ChainChanged(chain))
    };
    let corps = |change| {
        let mut chain = chain(change);
        chain.corp_ids = vec!["ww00000000000000a1".into(), "ww00000000000000b2".into()];
        system(Event::ChainChanged(chain))
    };
    let chain = |change| system(Event::ChainChanged(chain(change)));
    let unknown = |event: &str, change_type: Option<&str>, elements| {
        let mut unknown = UnknownEvent::default();
        unknown.event = Some(event.into());
        unknown.change_type = change_type.map(Into::into);
        unknown.elements = elements;
        Event::Unknown(unknown)
    };
    let mut device = Element::new("Device", "");
    device.children = vec![Element::new("Kind", "phone")];
    let effect = || AppInactivity::new(at(1_702_592_100));

    BTreeMap::from([
        ("create_user.full", created(full_member())),
        ("create_user.slim", created(slim_member())),
        ("create_user.bare", created(MemberChange::new("wangfang"))),
        ("update_user.full", updated(renamed(full_member()))),
        ("update_user.slim", updated(renamed(slim_member()))),
        ("update_user.bare", updated(MemberChange::new("wangfang"))),
        ("delete_user.full", system(Event::MemberDeleted(MemberDeleted::new("wangfang")))),
        (
            "create_party.full",
            system(Event::DepartmentCreated(department(Some("华东销售部"), Some(7), Some(u32::MAX)))),
        ),
        ("create_party.slim", system(Event::DepartmentCreated(department(None, Some(7), None)))),
        ("create_party.bare", system(Event::DepartmentCreated(department(None, None, None)))),
        (
            "update_party.full",
            system(Event::DepartmentUpdated(department(Some("华东销售部"), Some(1), None))),
        ),
        ("update_party.slim", system(Event::DepartmentUpdated(department(None, Some(1), None)))),
        ("update_party.bare", system(Event::DepartmentUpdated(department(None, None, None)))),
        ("delete_party.full", system(Event::DepartmentDeleted(DepartmentDeleted::new(12)))),
        ("update_tag.full", tag(full_tag)),
        ("update_tag.empty_lists", tag(TagChange::new(3))),
        ("update_tag.bare", tag(TagChange::new(3))),
        ("batch_job_result.full", job(JobType::SyncMembers)),
        ("batch_job_result.failed", system(Event::JobFinished(failed_job))),
        ("batch_job_result.replace_party", job(JobType::ReplaceDepartments)),
        ("batch_job_result.invite_user", job(JobType::InviteMembers)),
        ("batch_job_result.export_simple_user", job(JobType::ExportMembersSimple)),
        ("batch_job_result.export_user", job(JobType::ExportMembers)),
        ("batch_job_result.export_department", job(JobType::ExportDepartments)),
        ("batch_job_result.export_tag", job(JobType::ExportTag)),
        ("batch_job_result.export_taguser", job(JobType::ExportTag)),
        ("batch_job_result.from_user", from(job(JobType::SyncMembers), "wangfang")),
        ("batch_job_result.bare", system(Event::JobFinished(bare_job))),
        ("subscribe.full", from(of_app(Event::Subscribed(subscription.clone())), "wangfang")),
        ("subscribe.bare", from(system(Event::Subscribed(AppSubscription::new())), "wangfang")),
        ("unsubscribe.full", from(of_app(Event::Unsubscribed(subscription)), "wangfang")),
        ("unsubscribe.bare", from(system(Event::Unsubscribed(AppSubscription::new())), "wangfang")),
        ("share_agent_change.full", of_app(Event::SharedAppChanged)),
        ("share_chain_change.full", of_app(Event::SharedChainAppChanged)),
        ("change_chain.create_chain", chain(ChainChangeType::ChainCreated)),
        ("change_chain.update_chain", chain(ChainChangeType::ChainUpdated)),
        ("change_chain.delete_chain", chain(ChainChangeType::ChainDeleted)),
        ("change_chain.create_group", groups(ChainChangeType::GroupCreated)),
        ("change_chain.update_group", groups(ChainChangeType::GroupUpdated)),
        ("change_chain.delete_group", groups(ChainChangeType::GroupDeleted)),
        ("change_chain.corp_join", corps(ChainChangeType::CorpJoined)),
        ("change_chain.update_corp", corps(ChainChangeType::CorpUpdated)),
        ("change_chain.remove_corp", corps(ChainChangeType::CorpRemoved)),
        ("upload_media_job_finish.full", system(Event::MediaUploaded(MediaUploaded::new("jobid_own2")))),
        ("inactive_alert.full", of_app(Event::AppInactiveAlert(effect()))),
        ("inactive_alert.bare", system(Event::AppInactiveAlert(AppInactivity::default()))),
        ("close_inactive_agent.full", of_app(Event::AppSuspended)),
        ("reopen_inactive_agent.full", from(of_app(Event::AppResumed), "wangfang")),
        ("low_active_alert.full", of_app(Event::AppLowActiveAlert(effect()))),
        ("low_active_alert.bare", system(Event::AppLowActiveAlert(AppInactivity::default()))),
        ("low_active.full", of_app(Event::AppLowActive)),
        ("active_restored.full", of_app(Event::AppActiveRestored)),
        (
            "unknown.change_type",
            system(unknown(
                "change_contact",
                Some("rename_tag"),
                vec![Element::new("TagId", "3"), Element::new("Name", "值班")],
            )),
        ),
        (
            "unknown.event",
            from(
                of_app(unknown("enter_agent", None, vec![Element::new("EventKey", ""), device])),
                "wangfang",
            ),
        ),
    ])
}

pub(crate) fn samples() -> BTreeMap<String, String> {
    let folder: PathBuf = [env!("CARGO_MANIFEST_DIR"), "../../tests/wire/callback"].iter().collect();
    let sample = |file: std::io::Result<std::fs::DirEntry>| {
        let path = file?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok((name, std::fs::read_to_string(path)?))
    };
    let samples: std::io::Result<BTreeMap<_, _>> =
        std::fs::read_dir(folder).and_then(|files| files.map(sample).collect());
    samples
        .expect("the samples are in the repository")
        .into_iter()
        .map(|(name, xml)| (name.trim_end_matches(".xml").to_owned(), xml))
        .collect()
}

/// Returns the elements of a message, sorted at the top level. Layout is ignored, and CDATA equals text.
fn meaning(xml: &str) -> Vec<String> {
    use quick_xml::events::Event as Token;
    let mut reader = quick_xml::Reader::from_str(xml);
    let (mut path, mut text, mut found) = (Vec::new(), String::new(), Vec::new());
    loop {
        match reader.read_event().expect("a sample is XML") {
            Token::Start(start) => {
                text.clear();
                path.push(start.name().into_inner().to_owned());
                if path.len() == 3 {
                    found.push(path.join("/"));
                }
            }
            Token::Text(piece) => text.push_str(&piece),
            Token::CData(piece) => text.push_str(&piece),
            Token::End(_) => {
                found.push(format!("{} = {}", path.join("/"), text.trim()));
                text.clear();
                path.pop();
            }
            Token::Eof => break,
            token => panic!("no sample holds {token:?}"),
        }
    }
    // `FromUser` in the official job samples is another name of the same element.
    let mut found: Vec<String> =
        found.iter().map(|line| line.replace("/FromUser ", "/FromUserName ")).collect();
    found.sort();
    found
}

#[test]
fn every_sample_is_read_to_its_full_value_and_has_one() {
    let (expected, samples) = (expected(), samples());
    let listed: Vec<&str> = expected.keys().copied().collect();
    let present: Vec<&str> = samples.keys().map(String::as_str).collect();
    assert_eq!(present, listed);
    for (name, xml) in &samples {
        let notification = receive(xml);
        let expected = &expected[&**name];
        assert!(notification == *expected, "{name}: {notification:?}\nexpected {expected:?}");
        assert_eq!(notification.message(), xml, "{name}: the message is kept unchanged");
    }
}

#[test]
fn every_sample_is_written_back() {
    for (name, xml) in &samples() {
        let notification = receive(xml);
        let written = notification.to_xml();
        assert!(receive(&written) == notification, "{name}: {written}");
        // Two forms are only read, never written: the third-party name of a job, and lists outside their container.
        let xml = xml.replace("export_taguser", "export_tag");
        if name != "update_tag.bare" {
            assert_eq!(meaning(&written), meaning(&xml), "{name}");
        }
    }
}

#[test]
fn an_event_built_by_hand_is_received_like_a_real_one() {
    for (name, notification) in expected() {
        assert!(receive(&notification.to_xml()) == notification, "{name}");
        assert_eq!(receive(&notification.to_xml()).key(), notification.key(), "{name}");
    }
}

#[test]
fn numbers_and_change_types_are_read_bare_or_in_cdata() {
    let bare = "<xml><Event>change_contact</Event><ChangeType>create_party</ChangeType><Id>12</Id><ParentId>7</ParentId></xml>";
    let cdata = "<xml><ParentId><![CDATA[7]]></ParentId><Id><![CDATA[12]]></Id>\
        <ChangeType><![CDATA[create_party]]></ChangeType><Event><![CDATA[change_contact]]></Event></xml>";
    assert!(receive(bare).event == receive(cdata).event);
    let Event::DepartmentCreated(department) = receive(bare).event else { panic!("not read") };
    assert_eq!(department.parentid, Some(DepartmentId(7)));
}

#[test]
fn an_odd_value_costs_itself_and_not_the_event() {
    let xml = "<xml><CreateTime>18446744073709551615</CreateTime><AgentID></AgentID><Event>change_contact</Event>\
        <ChangeType>update_user</ChangeType><UserID>wangfang</UserID><Department>2,x,,7</Department>\
        <Status>many</Status><MainDepartment>-1</MainDepartment><Gender>9</Gender></xml>";
    let notification = receive(xml);
    assert_eq!((notification.create_time, notification.agent_id), (None, None));
    let Event::MemberUpdated(member) = notification.event else { panic!("not read") };
    assert_eq!(member.department, Some(vec![DepartmentId(2), DepartmentId(7)]));
    assert_eq!((member.status, member.main_department), (None, None));
    assert_eq!(member.gender, Some(Gender::Other("9".into())));
}

#[test]
fn a_url_is_verified() {
    let sealed = receiver().crypto().seal("1616140317555161061", 1_700_000_100, "987654321").unwrap();
    let query: String = sealed
        .echo_pairs()
        .map(|(name, value)| {
            format!("{name}={}&", value.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D"))
        })
        .concat();
    assert_eq!(receiver().verify_url(&query).unwrap(), "1616140317555161061");
}

#[test]
fn a_reply_opens_with_the_same_keys() {
    let reply = receiver().reply("<xml><Content>好</Content></xml>", 1_700_000_100, "n").unwrap();
    assert!(reply.contains("<TimeStamp>1700000100</TimeStamp>"), "{reply}");
    let reply = wecom_cipher::Reply::parse(reply.as_bytes()).unwrap();
    let query = wecom_cipher::Query::new(reply.msg_signature, reply.timestamp, reply.nonce);
    assert_eq!(receiver().crypto().open(&query, &reply.encrypt).unwrap(), "<xml><Content>好</Content></xml>");
}

#[test]
fn trap_28_a_message_for_another_corp_is_refused_and_extra_parameters_are_ignored() {
    let sealed = receiver().crypto().seal("<xml/>", 1, "n").unwrap();
    let query = format!("tenant=7&msg_signature={}&timestamp=1&nonce=n&x=", sealed.msg_signature);
    let body = sealed.to_delivery_xml(CORP, Some(""));
    receiver().receive(&query, body.as_bytes()).unwrap();

    let other = Receiver::new("ww00000000000000a1", "QDG6eK", KEY.parse().unwrap());
    let error = other.receive(&query, body.as_bytes()).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Cipher(wecom_cipher::Error::ReceiveId { .. })), "{error}");
}

#[test]
fn trap_29_what_strangers_send_is_an_error() {
    for (query, body) in [
        ("", ""),
        ("msg_signature=0&timestamp=1&nonce=n", ""),
        ("msg_signature=0&timestamp=1&nonce=n", "<xml><Encrypt>AAAA</Encrypt></xml>"),
        ("msg_signature=%ff&timestamp=%&nonce=%0", "<xml><Encrypt>AAAA</Encrypt>"),
    ] {
        let error = receiver().receive(query, body.as_bytes()).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Cipher(_)));
        assert!(!format!("{error} {error:?}").contains("QDG6eK"));
        assert!(receiver().verify_url(query).is_err());
    }
}

#[test]
fn trap_29_an_authentic_message_that_is_no_xml_is_handed_over_as_unreadable() {
    for message in [
        "",
        "hello",
        "<xml>",
        "<!DOCTYPE x><xml/>",
        "<xml><a\"b/></xml>",
        "<xml><1/></xml>",
        "<xml><a:/></xml>",
    ] {
        let notification = receive(message);
        assert!(matches!(notification.event, Event::Unreadable(_)), "{message}: {notification:?}");
        assert_eq!((notification.message(), notification.element()), (message, Element::default()));
    }
}

#[test]
fn trap_31_a_slim_event_is_read_and_a_job_has_no_app() {
    let samples = samples();
    let Event::MemberUpdated(member) = receive(&samples["update_user.slim"]).event else {
        panic!("not read")
    };
    assert_eq!(member.userid, "wangfang");
    assert_eq!(member.current_userid(), "fang.wang");
    assert_eq!(member.name, None, "absent is not empty");

    let notification = receive(&samples["batch_job_result.full"]);
    assert_eq!(notification.agent_id, None);
    let Event::JobFinished(job) = notification.event else { panic!("not read") };
    assert_eq!(job.job_id, "jobid_own1");
    assert!(job.is_ok());
}

#[test]
fn trap_32_what_is_not_known_is_handed_over_and_not_refused() {
    for xml in [
        "<xml/>",
        "<xml><MsgType>text</MsgType><Content>hello</Content></xml>",
        "<xml><Event>change_contact</Event></xml>",
        "<xml><Event>change_contact</Event><ChangeType>delete_user</ChangeType></xml>",
        "<xml><Event>change_contact</Event><ChangeType>delete_party</ChangeType><Id>many</Id></xml>",
        "<xml><Event>batch_job_result</Event><JobId>at the wrong place</JobId></xml>",
        "<xml><Event>change_chain</Event><ChangeType>new</ChangeType><ChainId>1</ChainId></xml>",
        "<xml><SuiteId>ww1</SuiteId><InfoType>batch_job_result</InfoType></xml>",
    ] {
        assert!(matches!(receive(xml).event, Event::Unknown(_)), "{xml}");
    }
    let Event::Unknown(event) = receive("<xml><Event>new</Event><Detail>17</Detail></xml>").event else {
        panic!("read as something")
    };
    assert_eq!((event.event.as_deref(), event.text("Detail")), (Some("new"), Some("17")));
}

#[test]
fn trap_34_members_changed_in_the_same_second_have_keys_of_their_own() {
    let key = |userid: &str| {
        let event = Event::MemberDeleted(MemberDeleted::new(userid));
        receive(&Notification::new(CORP, at(1_700_000_100), event).to_xml()).key()
    };
    assert_ne!(key("wangfang"), key("liuyang"));
    assert_eq!(key("wangfang"), key("wangfang"), "a second delivery is recognised");
    assert_eq!(key("wangfang").to_string().len(), 40);
}

#[test]
fn debug_shows_ids_and_hides_people_and_secrets() {
    let notification = receive(&samples()["update_user.full"]);
    let shown = format!("{notification:?} {:?}", receiver());
    for id in ["wangfang", "fang.wang", "DepartmentId(7)", "liuyang", CORP] {
        assert!(shown.contains(id), "{id} is missing: {shown}");
    }
    let personal = ["王芳", "13900000001", "example.com", "020-", "广州", "Fang\"", "产品", "A-17", "Female"];
    for hidden in personal.into_iter().chain(["QDG6eK", KEY]) {
        assert!(!shown.contains(hidden), "{hidden} shows: {shown}");
    }
    let unknown = format!("{:?}", receive("<xml><Event>new</Event><Mobile>13900000001</Mobile></xml>"));
    assert!(!unknown.contains("1390000"), "{unknown}");
}
