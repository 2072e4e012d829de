//! Members (成员管理).

use std::{
    collections::{BTreeSet, HashSet},
    time::Duration,
};

use futures_util::TryStreamExt;
use serde_json::json;
use wecom_contacts::{
    Clear, Client, DepartmentId, Endpoint, ErrorCode, Polling, Secret, Seen, UserId, members::*,
};

use crate::rig::Rig;

#[tokio::test]
async fn a_member_is_created_read_changed_and_deleted() {
    let rig = Rig::legacy().await;
    let members = rig.contacts.members();
    let new = NewMember::new("wang.min", "王敏")
        .alias("小敏")
        .mobile("+86 13900001111")
        .email("wang.min@example.com")
        .department([2, 4])
        .order([10, 0])
        .is_leader_in_dept([true, false])
        .main_department(2)
        .direct_leader(["zhangsan"])
        .position("产品经理")
        .gender(Gender::Female)
        .telephone("020-12345678")
        .address("广州市海珠区示例路1号")
        .extattr([Attribute::text("工号", "A0042")])
        .external_position("高级产品经理")
        .to_invite(false);
    let created = members.create(new).await.unwrap();
    assert!(created.created_departments.is_empty());

    let member = rig.app.members().get("WANG.MIN").await.unwrap();
    assert_eq!(member.userid, "wang.min");
    assert_eq!(member.name.as_deref(), Seen::Known("王敏"));
    assert_eq!(member.alias.as_deref(), Seen::Known("小敏"));
    assert_eq!(member.department, Seen::Known(vec![DepartmentId(2), DepartmentId(4)]));
    assert_eq!(member.order, Seen::Known(vec![10, 0]));
    assert_eq!(member.is_leader_in_dept, Seen::Known(vec![true, false]));
    assert_eq!(member.direct_leader, Seen::Known(vec!["zhangsan".into()]));
    assert_eq!(member.gender, Seen::Known(Gender::Female));
    assert_eq!(member.status, Seen::Known(MemberStatus::NotActivated));
    let attributes = member.extattr.into_known().unwrap().attrs;
    assert!(attributes.contains(&Attribute::text("工号", "A0042")), "{attributes:?}");
    assert!(member.mobile.into_known().unwrap().ends_with("13900001111"));

    let patch = MemberPatch::new().name("王小敏").position(Clear).direct_leader(Clear).enable(false);
    members.update("wang.min", patch).await.unwrap();
    let member = rig.app.members().get("wang.min").await.unwrap();
    assert_eq!(member.name.as_deref(), Seen::Known("王小敏"));
    assert_eq!(member.position.as_deref(), Seen::Known(""));
    assert_eq!(member.direct_leader, Seen::Known(vec![]));
    assert_eq!(member.status, Seen::Known(MemberStatus::Disabled));
    assert_eq!(member.alias.as_deref(), Seen::Known("小敏"), "a field that was not set is kept");
    assert_eq!(member.telephone.as_deref(), Seen::Known("020-12345678"));

    members.delete("wang.min").await.unwrap();
    assert_eq!(rig.app.members().find("wang.min").await.unwrap(), None);
    assert!(rig.app.members().get("wang.min").await.unwrap_err().is_not_found());
}

#[tokio::test]
async fn trap_01_a_one_field_update_leaves_every_other_field_alone() {
    let rig = Rig::legacy().await;
    let before = rig.app.members().get("wangwu").await.unwrap();
    let patch = MemberPatch::new().position("架构师");
    rig.contacts.members().update("wangwu", patch).await.unwrap();
    assert_eq!(rig.last_body(), json!({"userid": "wangwu", "position": "架构师"}));
    let mut after = rig.app.members().get("wangwu").await.unwrap();
    assert_eq!(std::mem::take(&mut after.position).as_deref(), Seen::Known("架构师"));
    after.position = before.position.clone();
    assert!(after == before, "{before:?} {after:?}");
}

#[tokio::test]
async fn trap_03_a_minimal_creation_makes_an_enabled_member() {
    let rig = Rig::legacy().await;
    rig.contacts.members().create(NewMember::new("min", "敏").mobile("13900001111")).await.unwrap();
    assert_eq!(rig.last_body(), json!({"userid": "min", "name": "敏", "mobile": "13900001111"}));
    let member = rig.app.members().get("min").await.unwrap();
    assert_eq!(member.status, Seen::Known(MemberStatus::NotActivated));
}

#[tokio::test]
async fn an_unknown_department_is_made_and_reported() {
    let rig = Rig::start().await;
    let new = NewMember::new("min", "敏").mobile("13900001111").department([77]);
    let created = rig.contacts.members().create(new).await.unwrap();
    assert_eq!(created.created_departments.len(), 1);
}

#[tokio::test]
async fn what_is_taken_already_is_told_apart_from_what_is_wrong() {
    let rig = Rig::start().await;
    let create = |new| rig.contacts.members().create(new);
    let taken = create(NewMember::new("ZhangSan", "张三").mobile("13900001111")).await.unwrap_err();
    assert_eq!(taken.code(), Some(ErrorCode(60102)));
    assert!(taken.is_already_exists());
    let taken = create(NewMember::new("min", "敏").mobile("13800000001")).await.unwrap_err();
    assert_eq!(taken.code(), Some(ErrorCode(60104)));
    let wrong = create(NewMember::new("min", "敏")).await.unwrap_err();
    assert_eq!(wrong.code(), Some(ErrorCode(60129)));
    assert!(wrong.is_invalid_argument());
}

#[tokio::test]
async fn the_credential_decides_what_may_be_called_and_seen() {
    let rig = Rig::start().await;
    let error = rig.app.members().delete("lisi").await.unwrap_err();
    assert!(error.is_permission_denied());
    let error = rig.contacts.members().get("lisi").await.unwrap_err();
    assert_eq!(error.code(), Some(ErrorCode(48009)));
    assert!(error.remedy().is_some_and(|remedy| remedy.contains("secret of an app")));

    let member = rig.app.members().get("lisi").await.unwrap();
    assert_eq!(member.name.as_deref(), Seen::Known("李四"));
    assert!(member.mobile.unwrap_or_default().is_empty(), "a new app does not see numbers");
}

#[tokio::test]
async fn deleting_many_deletes_all_or_none() {
    let rig = Rig::start().await;
    let members = rig.contacts.members();
    assert!(members.delete_many(["lisi", "ghost"]).await.is_err());
    assert!(rig.app.members().find("lisi").await.unwrap().is_some());
    members.delete_many(["lisi", "wujiu"]).await.unwrap();
    assert!(rig.app.members().find("lisi").await.unwrap().is_none());
    let ids: Vec<String> = (0..201).map(|n| format!("u{n}")).collect();
    assert_eq!(members.delete_many(ids).await.unwrap_err().code(), Some(ErrorCode(40032)));
}

#[tokio::test]
async fn a_department_lists_its_own_members_and_on_request_those_below() {
    let rig = Rig::start().await;
    let members = rig.app.members();
    let ids = |list: Vec<SimpleMember>| -> BTreeSet<String> {
        list.into_iter().map(|member| member.userid.into_string()).collect()
    };
    let direct = ids(members.list_simple(2).await.unwrap());
    assert_eq!(direct, BTreeSet::from(["lisi".into(), "wangwu".into()]));
    assert_eq!(rig.last_request().query, [pair("department_id", "2"), pair("access_token", "***")]);
    let below = ids(members.list_simple_recursive(2).await.unwrap());
    assert_eq!(below, ["lisi", "wangwu", "wujiu", "zhaoliu"].map(String::from).into());
    assert!(rig.last_request().query.contains(&pair("fetch_child", "1")));

    assert_eq!(members.list(2).await.unwrap().len(), 2);
    assert_eq!(members.list_recursive(2).await.unwrap().len(), 4);
    assert!(members.list(999).await.unwrap_err().is_not_found());
}

fn pair(key: &str, value: &str) -> (String, String) {
    (key.into(), value.into())
}

#[tokio::test]
async fn trap_19_a_list_gives_the_same_fields_as_a_single_read() {
    let rig = Rig::legacy().await;
    for member in rig.app.members().list_recursive(1).await.unwrap() {
        let single = rig.app.members().get(&member.userid).await.unwrap();
        assert!(single == member, "{single:?} {member:?}");
    }
}

#[tokio::test]
async fn trap_08_a_userid_with_signs_of_a_url_reaches_the_server_whole() {
    let rig = Rig::start().await;
    let odd = "a@b.c&userid=lisi#?/张";
    assert!(rig.app.members().find(odd).await.unwrap_or_default().is_none());
    assert_eq!(rig.last_request().query[0], pair("userid", odd));
    rig.contacts
        .members()
        .create(NewMember::new("min@example.com", "敏").mobile("13900001111"))
        .await
        .unwrap();
    assert_eq!(rig.app.members().get("min@example.com").await.unwrap().userid, "min@example.com");
}

#[tokio::test]
async fn the_ids_of_all_members_come_as_one_stream_whatever_the_page_size() {
    let rig = Rig::start().await;
    let all: Vec<MemberId> = rig.contacts.members().ids().stream().try_collect().await.unwrap();
    assert_eq!(all.iter().filter(|row| row.userid == "wangwu").count(), 2, "one row for each department");
    for rows in [1, 2, 3, 9, 10_000] {
        let paged = rig.contacts.members().ids().page_size(rows).stream();
        assert_eq!(paged.try_collect::<Vec<_>>().await.unwrap(), all, "{rows}");
    }

    let first = rig.contacts.members().ids().page_size(2).page().await.unwrap();
    assert_eq!(first.items, all[..2]);
    let rest = rig.contacts.members().ids().after(first.next.unwrap()).stream();
    assert_eq!(rest.try_collect::<Vec<_>>().await.unwrap(), all[2..]);
    assert!(rig.app.members().ids().page().await.unwrap_err().is_permission_denied());
}

#[tokio::test]
async fn a_stream_of_ids_is_spawned_and_ends_after_its_error() {
    let rig = Rig::start().await;
    let mut ids = rig.contacts.members().ids().after("no such cursor").stream();
    let errors = tokio::spawn(async move {
        assert!(ids.try_next().await.is_err());
        ids.try_next().await.unwrap()
    });
    assert_eq!(errors.await.unwrap(), None);
}

#[tokio::test]
async fn a_member_goes_by_openid_mobile_and_mail() {
    let rig = Rig::legacy().await;
    let members = rig.app.members();
    let openid = members.to_openid("lisi").await.unwrap();
    assert_eq!(members.from_openid(openid).await.unwrap(), "lisi");
    assert_eq!(members.to_openid("wujiu").await.unwrap_err().code(), Some(ErrorCode(43004)));

    assert_eq!(members.find_by_mobile("13800000002").await.unwrap(), Some("lisi".into()));
    assert_eq!(members.find_by_mobile("13999999999").await.unwrap(), None);
    let by_mail = |address: &str, kind| members.find_by_email(address, kind);
    assert_eq!(by_mail("lisi@example.com", EmailType::Corp).await.unwrap(), Some("lisi".into()));
    assert_eq!(by_mail("lisi@mail.example.com", EmailType::Personal).await.unwrap(), Some("lisi".into()));
    assert_eq!(by_mail("lisi@mail.example.com", EmailType::Corp).await.unwrap(), None);
}

#[tokio::test]
async fn an_unusable_credential_is_an_error_and_not_an_absent_member() {
    let rig = Rig::start().await;
    let stranger =
        Client::builder("wwsomebodyelse", Secret::app(1, "x")).base_url(rig.sim.url()).build().unwrap();
    let error = stranger.members().find("lisi").await.unwrap_err();
    assert!(error.is_bad_credentials(), "{error}");
    assert_eq!(error.call(), Some("gettoken"));
}

#[tokio::test]
async fn trap_14_an_invitation_says_whom_it_missed() {
    let rig = Rig::start().await;
    let members = rig.contacts.members();
    let outcome = members.invite(Invitation::new().members(["wujiu"])).await.unwrap();
    assert!(outcome.is_complete());
    let invitation = Invitation::new().members(["wujiu", "ghost"]).departments([3, 999]).tags([998]);
    let outcome = members.invite(invitation).await.unwrap();
    assert_eq!(outcome.invalid_members, ["ghost"]);
    assert_eq!(outcome.invalid_departments, [999]);
    assert_eq!(outcome.invalid_tags, [998]);
}

#[tokio::test]
async fn joining_and_activity_are_for_contacts_sync() {
    let rig = Rig::start().await;
    let members = rig.contacts.members();
    assert!(members.join_qrcode(None).await.unwrap().starts_with("http"));
    assert!(members.join_qrcode(QrCodeSize::Huge).await.unwrap().contains("qr_size=4"));
    assert_eq!(rig.last_request().query[0], pair("size_type", "4"));
    members.confirm_login("wujiu").await.unwrap();
    assert!(rig.app.members().join_qrcode(None).await.unwrap_err().is_permission_denied());
}

#[tokio::test]
async fn a_wrong_code_of_the_second_verification_is_refused() {
    let rig = Rig::start().await;
    let members = rig.app.members();
    assert_eq!(members.tfa_info("no such code").await.unwrap_err().code(), Some(ErrorCode(40029)));
    assert_eq!(members.confirm_tfa("lisi", "no such code").await.unwrap_err().code(), Some(ErrorCode(40207)));
}

#[tokio::test]
async fn ids_that_another_app_saw_are_converted_and_the_others_named() {
    let rig = Rig::start().await;
    let visit = json!({"userid": "lisi", "agent_id": 1_000_003});
    let seen = rig.control("open_userid", visit).await["open_userid"].as_str().unwrap().to_owned();
    let members = rig.app.members();
    let converted = members.openuserids_to_userids(1_000_003, [seen.as_str(), "woNoSuchId"]).await.unwrap();
    assert_eq!(converted.converted[0].userid, "lisi");
    assert_eq!(converted.converted[0].open_userid, seen.as_str());
    assert_eq!(converted.invalid, ["woNoSuchId"]);
}

#[tokio::test]
async fn a_member_passes_the_second_verification_once() {
    let rig = Rig::start().await;
    let code = rig.control("tfa/code", json!({"userid": "lisi"})).await["code"].clone();
    let members = rig.contacts.members();
    let info = members.tfa_info(code.as_str().unwrap()).await.unwrap();
    assert_eq!(info.userid, "lisi");
    members.confirm_tfa(&info.userid, &info.tfa_code).await.unwrap();
    let again = members.confirm_tfa(&info.userid, &info.tfa_code).await;
    assert_eq!(again.unwrap_err().code(), Some(ErrorCode(40207)));
}

#[tokio::test]
async fn the_active_members_of_a_day_are_counted() {
    let rig = Rig::start().await;
    // The day of the simulator's clock.
    let count = rig.contacts.members().active_count("2026-01-05").await.unwrap();
    assert_eq!(count, 6);
    assert_eq!(rig.last_body(), json!({"date": "2026-01-05"}));
    let long_ago = rig.contacts.members().active_count("2025-01-05").await;
    assert!(long_ago.unwrap_err().is_invalid_argument());
}

#[tokio::test]
async fn trap_35_a_directory_of_14000_is_pulled_in_a_few_calls_each_person_once() {
    let rig = Rig::start().await;
    rig.sim.seed(14_000, 300, 35).unwrap();
    let once = |userids: Vec<UserId>| {
        let distinct: HashSet<&UserId> = userids.iter().collect();
        assert_eq!((userids.len(), distinct.len()), (14_000, 14_000));
    };
    let calls = |path: &str| rig.sim.requests().iter().filter(|request| request.path.ends_with(path)).count();

    once(rig.contacts.members().ids().userids().try_collect().await.unwrap());
    assert_eq!(calls("user/list_id"), 2, "10,000 rows a page");

    let job = rig.app.exports().members().await.unwrap();
    rig.sim.advance(Duration::from_secs(60));
    let export = job.wait(Polling::default()).await.unwrap();
    once(export.rows().map_ok(|member| member.userid).try_collect().await.unwrap());
    let everything = rig.sim.requests().len();
    assert!(everything <= 8, "{everything} requests: tokens, two pages, a job and its one file");
}

#[tokio::test]
async fn trap_36_members_of_several_departments_are_counted_once() {
    let rig = Rig::start().await;
    rig.sim.seed(300, 20, 36).unwrap();
    let once = |userids: Vec<UserId>| {
        let distinct: HashSet<&UserId> = userids.iter().collect();
        assert_eq!((userids.len(), distinct.len()), (300, 300));
    };
    let rows: Vec<_> = rig.contacts.members().ids().page_size(70).stream().try_collect().await.unwrap();
    assert!(rows.len() > 300, "some are in several departments");
    once(rig.contacts.members().ids().page_size(70).userids().try_collect().await.unwrap());
    let below_the_root = rig.app.members().list_recursive(DepartmentId::ROOT).await.unwrap();
    once(below_the_root.into_iter().map(|member| member.userid).collect());
}

#[test]
fn trap_36_a_missing_field_does_not_end_the_pull() {
    let body =
        br#"{"errcode":0,"dept_user":[{"userid":"a"},{"userid":"b","department":2}],"next_cursor":"c"}"#;
    let page = ListMemberIds::decode(body).unwrap();
    assert_eq!(page.items.len(), 2);
    assert_eq!(page.next.as_deref(), Some("c"));
}
