//! Callbacks: their receivers, their format, and deliveries without a listener.

use std::time::Duration;

use serde_json::json;
use wecom_sim::{ConsoleCallback, ConsoleError, ConsoleEvent, DeliveryState, Sim, SimBuilder};

use crate::{
    listener::{KEY, Listener, TOKEN},
    rig::{By, Rig},
};

const CORP: &str = "ww1234567890abcdef";

/// Starts a simulator with a listener for its contacts assistant.
async fn heard(builder: SimBuilder) -> (Rig, Listener) {
    let listener = Listener::start(CORP).await;
    let rig = Rig::with(builder.callback(&listener.url, TOKEN, KEY)).await;
    (rig, listener)
}

async fn heard_by_app(builder: SimBuilder) -> (Rig, Listener) {
    let rig = Rig::with(builder).await;
    let listener = Listener::start(CORP).await;
    let agent_id = rig.sim.agent_id();
    rig.sim
        .console()
        .set_callback(ConsoleCallback::new(&listener.url, TOKEN, KEY).app(agent_id))
        .await
        .unwrap();
    (rig, listener)
}

/// Returns the text of an element, with or without CDATA.
fn element<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    let (text, _) = rest.split_once(&format!("</{name}>"))?;
    Some(text.strip_prefix("<![CDATA[").and_then(|text| text.strip_suffix("]]>")).unwrap_or(text))
}

/// Returns the names of the elements below the root, in order.
fn elements(xml: &str) -> Vec<&str> {
    let (mut names, mut rest) = (Vec::new(), &xml["<xml>".len()..]);
    while let Some((name, after)) = rest.strip_prefix('<').and_then(|rest| rest.split_once('>')) {
        let Some((_, tail)) = after.split_once(&format!("</{name}>")) else {
            break;
        };
        names.push(name);
        rest = tail;
    }
    names
}

#[tokio::test]
async fn a_console_change_reaches_the_contacts_assistant_signed_and_encrypted() {
    let (rig, listener) = heard(Sim::builder()).await;
    rig.sim.console().delete_member("wujiu").await.unwrap();
    assert!(rig.sim.settled().await);
    let received = listener.received();
    let [one] = received.as_slice() else { panic!("{received:?}") };
    assert_eq!(one.agent_id.as_deref(), Some(""), "no app is concerned");
    assert_eq!(
        elements(&one.xml),
        ["ToUserName", "FromUserName", "CreateTime", "MsgType", "Event", "ChangeType", "UserID"]
    );
    assert_eq!(element(&one.xml, "ToUserName"), Some(CORP));
    assert_eq!(element(&one.xml, "FromUserName"), Some("sys"));
    assert_eq!(element(&one.xml, "ChangeType"), Some("delete_user"));
    assert_eq!(element(&one.xml, "UserID"), Some("wujiu"));
    let log = rig.sim.deliveries();
    assert_eq!(log[0].state, DeliveryState::Delivered);
    assert_eq!(log[0].xml, one.xml, "testers see what was encrypted");
    assert_eq!(log[0].attempts[0].status, Some(200));
}

#[tokio::test]
async fn who_hears_of_a_change_depends_on_who_made_it() {
    let (rig, listener) = heard(Sim::builder()).await;
    // The assistant's own call causes no event.
    let body = json!({"userid": "qianyi", "name": "钱一", "mobile": "13800000201", "department": [2]});
    assert_eq!(rig.post(By::Contacts, "user/create", &body).await["errcode"], 0);
    rig.sim.settled().await;
    assert_eq!(listener.take(), [""; 0]);
    // A change by a member causes an event while the assistant may edit.
    rig.act("member_edits_profile", json!({"userid": "lisi", "department": [2, 4]})).await;
    rig.sim.settled().await;
    assert_eq!(listener.take().len(), 1);
    rig.act("set_permission", json!({"permission": "read"})).await;
    rig.act("member_edits_profile", json!({"userid": "lisi", "department": [2]})).await;
    rig.sim.settled().await;
    assert_eq!(listener.take(), [""; 0]);
    // A change in the console causes an event.
    rig.act("create_member", json!({"userid": "qianer", "name": "钱二", "department": [3]})).await;
    rig.sim.settled().await;
    let [created] = listener.take().try_into().unwrap();
    assert_eq!(element(&created, "ChangeType"), Some("create_user"));
    assert_eq!(element(&created, "Department"), Some("3"));
    assert_eq!(element(&created, "Name"), None, "slim since 2022-08-15");
}

#[tokio::test]
async fn trap_31_slim_events_carry_ids_only_and_come_for_departments_only() {
    let (rig, listener) = heard(Sim::builder()).await;
    rig.act("update_member", json!({"userid": "zhaoliu", "name": "赵六六", "position": "架构师"})).await;
    rig.act("update_department", json!({"id": 3, "name": "后端一组"})).await;
    rig.sim.settled().await;
    assert_eq!(listener.take(), [""; 0], "names and positions are no news");
    rig.act("update_member", json!({"userid": "zhaoliu", "department": [3, 4], "is_leader_in_dept": [0, 1]}))
        .await;
    rig.act("update_department", json!({"id": 3, "parentid": 4})).await;
    rig.act("create_department", json!({"name": "华南组", "parentid": 4, "id": 9})).await;
    rig.act("delete_department", json!({"id": 9})).await;
    rig.sim.settled().await;
    let [member, moved, made, gone] = listener.take().try_into().unwrap();
    let head = ["ToUserName", "FromUserName", "CreateTime", "MsgType", "Event", "ChangeType"];
    assert_eq!(elements(&member)[6..], ["UserID", "Department"]);
    assert_eq!(element(&member, "Department"), Some("3,4"));
    assert_eq!(elements(&moved)[..6], head);
    assert_eq!(elements(&moved)[6..], ["Id", "ParentId"]);
    assert_eq!(element(&moved, "ParentId"), Some("4"));
    assert_eq!(elements(&made)[6..], ["Id", "ParentId"]);
    assert_eq!(elements(&gone)[6..], ["Id"]);
    assert!(member.contains("<ChangeType><![CDATA[update_user]]></ChangeType>"), "{member}");
}

#[tokio::test]
async fn a_generated_userid_that_changes_is_told_with_the_new_one() {
    let (rig, listener) = heard(Sim::builder()).await;
    let made = rig.act("create_member", json!({"name": "无名", "department": [2]})).await;
    let old = made["userid"].as_str().unwrap();
    rig.act("update_member", json!({"userid": old, "new_userid": "wuming"})).await;
    rig.sim.settled().await;
    let [_, renamed] = listener.take().try_into().unwrap();
    assert_eq!(element(&renamed, "UserID"), Some(old));
    assert_eq!(element(&renamed, "NewUserID"), Some("wuming"));
}

#[tokio::test]
async fn old_urls_get_every_element() {
    let (rig, listener) = heard(Sim::builder()).await;
    rig.act("set_legacy", json!({"callbacks": true})).await;
    rig.act(
        "create_member",
        json!({
            "userid": "qiansan", "name": "钱]]>三", "department": [2, 4], "is_leader_in_dept": [1, 0], "mobile": "13800000203",
            "gender": "2", "position": "工程师", "direct_leader": ["zhangsan"], "telephone": "8001", "address": "示例路2号",
            "extattr": {"attrs": [{"type": 0, "name": "工号", "text": {"value": "A-17"}},
                                  {"type": 1, "name": "主页", "web": {"title": "首页", "url": "https://example.com/u/17"}}]},
        }),
    )
    .await;
    rig.act("update_member", json!({"userid": "qiansan", "alias": "小三"})).await;
    rig.act("update_department", json!({"id": 3, "name": "后端一组"})).await;
    rig.sim.settled().await;
    let [created, updated, renamed] = listener.take().try_into().unwrap();
    for (name, text) in [
        ("Department", "2,4"),
        ("MainDepartment", "2"),
        ("IsLeaderInDept", "1,0"),
        ("DirectLeader", "zhangsan"),
        ("Position", "工程师"),
        ("Mobile", "13800000203"),
        ("Gender", "2"),
        ("Status", "4"),
        ("Telephone", "8001"),
        ("Address", "示例路2号"),
    ] {
        assert_eq!(element(&created, name), Some(text), "{name} in {created}");
    }
    assert!(created.contains("<Name><![CDATA[钱]]]]><![CDATA[>三]]></Name>"), "{created}");
    let ext = element(&created, "ExtAttr").unwrap();
    assert!(ext.contains("<Type>0</Type><Text><Value><![CDATA[A-17]]></Value></Text>"), "{ext}");
    assert!(ext.contains(
        "<Web><Title><![CDATA[首页]]></Title><Url><![CDATA[https://example.com/u/17]]></Url></Web>"
    ));
    assert_eq!(element(&updated, "Alias"), Some("小三"));
    assert_eq!(element(&updated, "Mobile"), None, "only what changed");
    assert_eq!(element(&renamed, "Name"), Some("后端一组"));
    assert_eq!(element(&renamed, "ParentId"), None);
}

#[tokio::test]
async fn a_tag_event_has_its_four_lists_even_if_empty() {
    let (rig, listener) = heard(Sim::builder()).await;
    let tag = rig.act("create_tag", json!({"tagname": "羽毛球社"})).await["tagid"].clone();
    rig.act("add_tag_members", json!({"tagid": tag, "userlist": ["lisi", "wangwu"], "partylist": [5]})).await;
    rig.act("remove_tag_members", json!({"tagid": tag, "userlist": ["lisi"]})).await;
    rig.sim.settled().await;
    let [added, removed] = listener.take().try_into().unwrap();
    assert!(added.contains("<ChangeType><![CDATA[update_tag]]></ChangeType>"));
    assert_eq!(
        elements(&added)[6..],
        ["TagId", "AddUserItems", "DelUserItems", "AddPartyItems", "DelPartyItems"]
    );
    assert_eq!(element(&added, "AddUserItems"), Some("lisi,wangwu"));
    assert_eq!(element(&added, "AddPartyItems"), Some("5"));
    assert_eq!(element(&added, "DelUserItems"), Some(""));
    assert_eq!(element(&removed, "DelUserItems"), Some("lisi"));
}

#[tokio::test]
async fn an_app_is_told_who_enters_and_leaves_its_range() {
    let (rig, listener) = heard_by_app(Sim::builder()).await;
    let told = async || {
        rig.sim.settled().await;
        let mut told: Vec<_> = listener
            .take()
            .iter()
            .map(|xml| {
                assert_eq!(element(xml, "AgentID"), Some("1000002"), "{xml}");
                format!("{} {}", element(xml, "Event").unwrap(), element(xml, "FromUserName").unwrap())
            })
            .collect();
        told.sort_unstable();
        told
    };
    // Members that the app already saw cause no event; wujiu has not joined yet.
    rig.act("set_app_range", json!({"departments": [2], "members": ["zhangsan"]})).await;
    assert_eq!(told().await, ["unsubscribe sunqi", "unsubscribe zhouba"]);
    rig.act("activate_member", json!({"userid": "wujiu"})).await;
    assert_eq!(told().await, ["subscribe wujiu"]);
    rig.act("update_member", json!({"userid": "wujiu", "enable": 0})).await;
    assert_eq!(told().await, ["unsubscribe wujiu"]);
    rig.act("update_member", json!({"userid": "wujiu", "enable": 1})).await;
    assert_eq!(told().await, ["subscribe wujiu"]);
    // Changes by the assistant count here, because they were not made by the app.
    let body = json!({"userid": "zhouba", "department": [2]});
    assert_eq!(rig.post(By::Contacts, "user/update", &body).await["errcode"], 0);
    assert_eq!(told().await, ["subscribe zhouba"]);
    // A subtree that moves takes its members along.
    rig.act("update_department", json!({"id": 3, "parentid": 4})).await;
    assert_eq!(told().await, ["unsubscribe wujiu", "unsubscribe zhaoliu"], "wangwu also sits in 2");
    rig.act("delete_member", json!({"userid": "lisi"})).await;
    assert_eq!(told().await, ["unsubscribe lisi"]);
    // A tag in the range includes its members.
    rig.act("set_app_range", json!({"tags": [1]})).await;
    told().await;
    rig.act("add_tag_members", json!({"tagid": 1, "userlist": ["sunqi"]})).await;
    assert_eq!(told().await, ["subscribe sunqi"]);
}

#[tokio::test]
async fn a_failed_delivery_is_tried_three_times_more_on_the_virtual_clock() {
    let (rig, listener) = heard(Sim::builder()).await;
    listener.answer_next(&[500, 302, 404, 503]);
    rig.sim.console().delete_member("wujiu").await.unwrap();
    rig.sim.settled().await;
    let state = |place: usize| rig.sim.deliveries()[place].state;
    assert_eq!(state(0), DeliveryState::Waiting);
    for attempts in 2..=4 {
        rig.sim.advance(Duration::from_secs(120));
        rig.sim.settled().await;
        assert_eq!(rig.sim.deliveries()[0].attempts.len(), attempts);
    }
    assert_eq!(state(0), DeliveryState::GivenUp);
    let statuses: Vec<_> = rig.sim.deliveries()[0].attempts.iter().map(|one| one.status.unwrap()).collect();
    assert_eq!(statuses, [500, 302, 404, 503]);
    rig.sim.advance(Duration::from_secs(3600));
    rig.sim.settled().await;
    assert_eq!(listener.received().len(), 0);

    // Later deliveries do not wait for a failed one, and a given-up one can be sent again.
    rig.sim.console().delete_member("zhouba").await.unwrap();
    rig.sim.settled().await;
    assert_eq!(listener.take().len(), 1);
    let reply = rig.control("deliveries/1/redeliver", &json!({})).await;
    assert_eq!(reply, (200, json!({"id": 1})));
    rig.sim.settled().await;
    assert_eq!(element(&listener.take()[0], "UserID"), Some("wujiu"));
    assert_eq!(state(0), DeliveryState::Delivered);
    assert_eq!(rig.control("deliveries/99/redeliver", &json!({})).await.0, 404);
}

#[tokio::test]
async fn other_statuses_count_as_received_where_that_is_chosen() {
    let mut choices = wecom_sim::Choices::default();
    choices.callback_retries_other_statuses = false;
    let (rig, listener) = heard(Sim::builder().choices(choices)).await;
    listener.answer_next(&[500]);
    rig.sim.console().delete_member("wujiu").await.unwrap();
    rig.sim.settled().await;
    assert_eq!(rig.sim.deliveries()[0].state, DeliveryState::Delivered);
}

#[tokio::test]
async fn a_listener_that_does_not_answer_in_time_is_hung_up_on() {
    let (rig, listener) = heard(Sim::builder().callback_timeout(Duration::from_millis(50))).await;
    listener.answer_next(&[0]);
    rig.sim.console().delete_member("wujiu").await.unwrap();
    rig.sim.settled().await;
    let attempt = &rig.sim.deliveries()[0].attempts[0];
    assert_eq!(attempt.status, None);
    assert!(attempt.error.as_ref().unwrap().contains("no answer within 50ms"), "{attempt:?}");
    // On a busy machine an answering listener may sometimes need longer.
    for _ in 0..3 {
        rig.sim.advance(Duration::from_secs(120));
        rig.sim.settled().await;
        if !listener.received().is_empty() {
            return;
        }
    }
    panic!("it never came: {:?}", rig.sim.deliveries());
}

#[tokio::test]
async fn a_running_clock_retries_by_itself() {
    let (rig, listener) = heard(Sim::builder().running_clock(true)).await;
    listener.answer_next(&[500]);
    rig.sim.console().delete_member("wujiu").await.unwrap();
    rig.sim.settled().await;
    // The first retry is due after five seconds of virtual time; almost all of it is skipped.
    rig.sim.advance(Duration::from_millis(4_950));
    let waited = async {
        while rig.sim.deliveries()[0].state != DeliveryState::Delivered {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), waited).await.unwrap();
}

#[tokio::test]
async fn order_is_kept_per_target() {
    let (rig, listener) = heard(Sim::builder()).await;
    for number in 10..40 {
        rig.act("create_department", json!({"name": format!("部门{number}"), "parentid": 1, "id": number}))
            .await;
    }
    rig.sim.settled().await;
    let ids: Vec<_> = listener.take().iter().map(|xml| element(xml, "Id").unwrap().to_owned()).collect();
    let expected: Vec<_> = (10..40).map(|number: u32| number.to_string()).collect();
    assert_eq!(ids, expected);
}

#[tokio::test]
async fn the_console_saves_no_url_that_fails_its_verification() {
    let rig = Rig::new().await;
    let listener = Listener::start(CORP).await;
    let console = rig.sim.console();
    let other_key = "6qkdMrq68nTKduznJYO1A37W2oEgpkMUvkttRToqhUt";
    for (token, key) in [("other", KEY), (TOKEN, other_key)] {
        let error = console.set_callback(ConsoleCallback::new(&listener.url, token, key)).await.unwrap_err();
        assert!(matches!(error, ConsoleError::Verification(_)), "{error}");
    }
    let gone = "http://127.0.0.1:9/hook";
    let error = console.set_callback(ConsoleCallback::new(gone, TOKEN, KEY)).await.unwrap_err();
    assert!(error.to_string().contains("did not answer the verification"), "{error}");
    assert!(rig.sim.state().callbacks.is_empty());
    console.set_callback(ConsoleCallback::new(&listener.url, TOKEN, KEY)).await.unwrap();
    assert_eq!(rig.sim.state().callbacks[0].to, "contacts");
    rig.act("remove_callback", json!({})).await;
    console.delete_member("wujiu").await.unwrap();
    rig.sim.settled().await;
    assert!(rig.sim.deliveries().is_empty());
}

#[tokio::test]
async fn any_event_of_an_app_can_be_sent_on_demand() {
    let (rig, listener) = heard_by_app(Sim::builder()).await;
    let agent_id = rig.sim.agent_id();
    rig.act("event", json!({"agentid": agent_id, "event": "share_agent_change"})).await;
    rig.act(
        "event",
        json!({"agentid": agent_id, "event": "change_chain",
               "elements": {"ChangeType": "delete_group", "ChainId": "Ch1", "GroupIds": [2, 3]}}),
    )
    .await;
    rig.act(
        "event",
        json!({"agentid": agent_id, "event": "batch_job_result", "elements": {"BatchJob": {"JobId": "j1", "ErrCode": 0}}}),
    )
    .await;
    rig.sim.settled().await;
    let received = listener.received();
    assert!(received.iter().all(|one| one.agent_id.as_deref() == Some("1000002")));
    assert_eq!(element(&received[0].xml, "AgentID"), Some("1000002"));
    assert_eq!(element(&received[1].xml, "AgentID"), None, "the page has none");
    assert_eq!(element(&received[1].xml, "GroupIds"), Some("2,3"));
    assert!(
        received[2].xml.contains("<BatchJob><JobId><![CDATA[j1]]></JobId><ErrCode>0</ErrCode></BatchJob>")
    );
    let events: Vec<_> = rig.sim.deliveries().iter().map(|one| one.event.clone()).collect();
    assert_eq!(events, ["share_agent_change", "change_chain/delete_group", "batch_job_result"]);
    let refused = rig.sim.console().send_event(ConsoleEvent::new("x")).await.unwrap_err();
    assert_eq!(refused.to_string(), "contacts has no callback target");
}

#[tokio::test]
async fn a_bad_callback_is_refused_before_the_start() {
    let error = Sim::builder().callback("not a url", TOKEN, KEY).start().await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
    assert!(error.to_string().contains("absolute http or https URL"), "{error}");
}

#[tokio::test]
async fn a_stopped_simulator_answers_no_more() {
    let rig = Rig::new().await;
    let url = rig.sim.url().to_owned();
    let address = rig.sim.address();
    rig.get(By::App, "get_api_domain_ip").await;
    rig.sim.stop().await;
    assert!(tokio::net::TcpStream::connect(address).await.is_err(), "{url} is still there");
}

#[tokio::test]
async fn an_answer_has_at_most_8_mib_of_deliveries_and_its_first_id_gives_the_page_before_it() {
    let (rig, _listener) = heard(Sim::builder()).await;
    let text = "a".repeat(900_000);
    for _ in 0..11 {
        rig.act("event", json!({"event": "x", "elements": {"Text": text}})).await;
    }
    let page = async |query: &str| {
        let reply = rig.look(query).await;
        let ids = reply["deliveries"].as_array().unwrap().iter().map(|one| one["id"].as_u64().unwrap());
        ids.collect::<Vec<_>>()
    };
    assert_eq!(page("deliveries").await, [3, 4, 5, 6, 7, 8, 9, 10, 11]);
    assert_eq!(page("deliveries?before=3").await, [1, 2]);
    assert_eq!(page("deliveries?before=3&limit=1").await, [2]);
    assert!(page("deliveries?before=1").await.is_empty());
}
