//! Switches for what a mirror of the corp must survive: each is off by default and set over `/_sim/choices`.

use serde_json::{Value, json};
use wecom_sim::{Choices, ConsoleMember, Sim};

use crate::rig::{By, KEY, Rig, expect};

/// The member of this userid in the dump.
fn dumped(rig: &Rig, userid: &str) -> Value {
    json!(rig.sim.dump().members.into_iter().find(|member| member.userid == userid))
}

/// The userids in a list of members.
fn userids(reply: &Value, list: &str) -> Vec<String> {
    let rows = reply[list].as_array().unwrap_or_else(|| panic!("{reply}"));
    rows.iter().map(|row| row["userid"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn an_update_of_departments_without_leadership_drops_leaders_only_with_the_switch() {
    let rig = Rig::new().await;
    let update = json!({"userid": "wangwu", "department": [3, 2]});
    expect(0, &rig.post(By::Contacts, "user/update", &update).await);
    assert_eq!(dumped(&rig, "wangwu")["is_leader_in_dept"], json!([1, 0]));

    rig.set("choices", &json!({"drop_leaders": true})).await;
    expect(0, &rig.post(By::Contacts, "user/update", &json!({"userid": "lisi", "name": "李四"})).await);
    assert_eq!(dumped(&rig, "lisi")["is_leader_in_dept"], json!([1]), "no department was sent");
    expect(0, &rig.post(By::Contacts, "user/update", &update).await);
    assert_eq!(dumped(&rig, "wangwu")["is_leader_in_dept"], json!([0, 0]));
    let update = json!({"userid": "wangwu", "department": [3, 2], "is_leader_in_dept": [1, 1]});
    expect(0, &rig.post(By::Contacts, "user/update", &update).await);
    assert_eq!(dumped(&rig, "wangwu")["is_leader_in_dept"], json!([1, 1]));
}

#[tokio::test]
async fn in_member_authorization_mode_everybody_is_in_the_root_without_an_order() {
    let mut choices = Choices::default();
    choices.member_authorization = true;
    let rig = Rig::with(Sim::builder().legacy(true).choices(choices)).await;
    let member = rig.get(By::App, "user/get?userid=wangwu").await;
    assert_eq!(member["department"], json!([1]));
    assert_eq!((&member["is_leader_in_dept"], &member["main_department"]), (&json!([0]), &json!(1)));
    assert!(member.get("order").is_none(), "{member}");
    let simple = rig.get(By::App, "user/simplelist?department_id=3").await;
    assert!(simple["userlist"].as_array().unwrap().iter().all(|one| one["department"] == json!([1])));
    let exported = rig.export(By::App, "export/user", json!({"encoding_aeskey": KEY})).await;
    assert!(exported[0]["userlist"].as_array().unwrap().iter().all(|one| one["department"] == json!([1])));
    let whole = rig.get(By::Contacts, "user/get?userid=wangwu").await;
    assert_eq!((&whole["department"], &whole["order"]), (&json!([3, 2]), &json!([0, 0])));
    assert_eq!(dumped(&rig, "wangwu")["department"], json!([3, 2]));
}

#[tokio::test]
async fn a_member_who_moves_back_while_the_ids_are_read_is_missed_and_one_who_moves_on_is_listed_twice() {
    for (from, to, seen) in [(4, 2, 0), (2, 4, 2)] {
        let rig = Rig::new().await;
        rig.set("choices", &json!({"ids_by_department": true})).await;
        rig.post(By::Contacts, "user/update", &json!({"userid": "wujiu", "department": [from]})).await;
        let mut rows = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = rig.post(By::Contacts, "user/list_id", &json!({"limit": 5, "cursor": cursor})).await;
            expect(0, &page);
            rows.extend(page["dept_user"].as_array().unwrap().clone());
            let Some(next) = page["next_cursor"].as_str() else { break };
            if cursor.is_empty() {
                // The first page ends in department 3.
                let moved = ConsoleMember::new().userid("wujiu").department([to]);
                rig.sim.console().update_member(moved).await.unwrap();
            }
            cursor = next.to_owned();
        }
        let departments: Vec<_> = rows.iter().map(|row| row["department"].as_u64().unwrap()).collect();
        assert!(departments.is_sorted(), "{departments:?}");
        assert_eq!(rows.iter().filter(|row| row["userid"] == "wujiu").count(), seen, "{rows:?}");
        for userid in ["zhangsan", "lisi", "zhaoliu", "sunqi"] {
            assert_eq!(rows.iter().filter(|row| row["userid"] == userid).count(), 1, "{userid} did not move");
        }
        for userid in ["wangwu", "zhouba"] {
            assert_eq!(
                rows.iter().filter(|row| row["userid"] == userid).count(),
                2,
                "{userid} has two seats"
            );
        }
        expect(50100, &rig.post(By::Contacts, "user/list_id", &json!({"cursor": "5eedc0de00"})).await);
    }
}

#[tokio::test]
async fn the_pages_of_ids_are_no_larger_than_the_builder_says() {
    let rig = Rig::with(Sim::builder().largest_id_page(3)).await;
    for by_department in [false, true] {
        rig.set("choices", &json!({"ids_by_department": by_department})).await;
        let mut cursor = String::new();
        let mut sizes = Vec::new();
        loop {
            let page = rig.post(By::Contacts, "user/list_id", &json!({"cursor": cursor})).await;
            sizes.push(page["dept_user"].as_array().unwrap().len());
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = next.to_owned();
        }
        assert_eq!(sizes, [3, 3, 3]);
    }
}

#[tokio::test]
async fn members_who_left_are_listed_unless_they_are_hidden() {
    let rig = Rig::legacy().await;
    rig.sim.console().member_quits("zhaoliu").await.unwrap();
    for hidden in [false, true] {
        rig.set("choices", &json!({"hide_left_members": hidden})).await;
        let is_listed = |reply: &Value, list| userids(reply, list).contains(&"zhaoliu".to_owned());
        for path in ["user/list", "user/simplelist"] {
            let reply = rig.get(By::App, &format!("{path}?department_id=3")).await;
            assert_eq!(is_listed(&reply, "userlist"), !hidden, "{path}");
            let reply = rig.get(By::App, &format!("{path}?department_id=1&fetch_child=1")).await;
            assert_eq!(is_listed(&reply, "userlist"), !hidden, "{path}");
        }
        for by_department in [false, true] {
            rig.set("choices", &json!({"ids_by_department": by_department})).await;
            let ids = rig.post(By::Contacts, "user/list_id", &json!({})).await;
            assert_eq!(is_listed(&ids, "dept_user"), !hidden);
        }
        for path in ["export/user", "export/simple_user"] {
            let exported = rig.export(By::App, path, json!({"encoding_aeskey": KEY})).await;
            assert_eq!(is_listed(&exported[0], "userlist"), !hidden, "{path}");
        }
        assert_eq!(rig.get(By::App, "user/get?userid=zhaoliu").await["status"], 5);
        assert_eq!(dumped(&rig, "zhaoliu")["status"], 5);
    }
}

#[tokio::test]
async fn details_can_have_the_userid_in_another_case_than_the_ids() {
    let mut choices = Choices::default();
    choices.lower_case_userids = true;
    let rig = Rig::with(Sim::builder().choices(choices)).await;
    let member = ConsoleMember::new().userid("ZhengShi").name("郑十").mobile("13800000010").department([5]);
    rig.sim.console().create_member(member).await.unwrap();
    let ids = rig.post(By::Contacts, "user/list_id", &json!({})).await;
    assert!(userids(&ids, "dept_user").contains(&"ZhengShi".to_owned()));
    for reply in [
        rig.get(By::App, "user/list?department_id=5").await,
        rig.get(By::App, "user/simplelist?department_id=5").await,
        rig.export(By::App, "export/user", json!({"encoding_aeskey": KEY})).await.remove(0),
    ] {
        assert!(userids(&reply, "userlist").contains(&"zhengshi".to_owned()), "{reply}");
    }
    assert_eq!(rig.get(By::App, "user/get?userid=ZhengShi").await["userid"], "zhengshi");
    assert_eq!(dumped(&rig, "ZhengShi")["name"], "郑十");
}

#[tokio::test]
async fn a_test_can_change_the_corp_before_each_call() {
    let rig = Rig::new().await;
    rig.sim.before_each_call(|path, console| async move {
        if path == "user/list_id" {
            console.delete_member("wujiu").await.ok();
        }
    });
    expect(0, &rig.get(By::App, "user/get?userid=wujiu").await);
    let ids = rig.post(By::Contacts, "user/list_id", &json!({})).await;
    assert!(!userids(&ids, "dept_user").contains(&"wujiu".to_owned()), "{ids}");
    rig.sim.before_each_call(|_, _| async {});
    expect(60111, &rig.get(By::App, "user/get?userid=wujiu").await);
}
