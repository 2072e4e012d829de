//! The dump of a corp, which is the oracle of other tests.

use serde_json::{Value, json};
use wecom_sim::{ConsoleMember, Sim};

use crate::rig::{By, Rig};

impl Rig {
    /// Returns the lines of `GET /_sim/corp`.
    async fn dump_lines(&self) -> Vec<Value> {
        let response = self.get_raw(&format!("{}/_sim/corp", self.sim.url()), &[]).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "application/x-ndjson");
        let text = response.text().await.unwrap();
        assert!(text.ends_with('\n'));
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

#[tokio::test]
async fn the_dump_has_departments_then_members_then_tags_and_their_digest() {
    let rig = Rig::with(Sim::builder().seed(60, 7, 3)).await;
    let lines = rig.dump_lines().await;
    let kinds: Vec<_> = lines.iter().map(|line| line["kind"].as_str().unwrap()).collect();
    let tags = rig.sim.state().tags;
    let expected = [vec!["department"; 7], vec!["member"; 60], vec!["tag"; tags], vec!["end"]].concat();
    assert_eq!(kinds, expected);
    assert_eq!(
        lines.last().unwrap(),
        &json!({"kind": "end", "departments": 7, "members": 60, "tags": tags, "digest": rig.sim.digest()})
    );
    assert_eq!(rig.dump_lines().await, lines, "the order is stable");
}

#[tokio::test]
async fn the_dump_has_what_no_credential_may_see() {
    let rig = Rig::new().await;
    let seen = rig.get(By::App, "user/get?userid=wangwu").await;
    assert!(seen.get("mobile").is_none(), "the app is new: {seen}");
    let lines = rig.dump_lines().await;
    let wangwu = lines.iter().find(|line| line["userid"] == "wangwu").unwrap();
    assert_eq!(wangwu["mobile"], "13800000003");
    assert_eq!(wangwu["gender"], "1");
    assert_eq!((&wangwu["department"], &wangwu["is_leader_in_dept"]), (&json!([3, 2]), &json!([1, 0])));
    assert_eq!(wangwu["direct_leader"], json!(["lisi"]));
    assert_eq!(wangwu["extattr"]["attrs"], json!([{"type": 0, "name": "工号", "text": {"value": "A0003"}}]));
    assert!(wangwu["avatar"].as_str().unwrap().ends_with("/0"));
    assert_eq!((&wangwu["invited"], &wangwu["userid_generated"]), (&json!(true), &json!(false)));
    assert!(wangwu["created_at"].is_i64());
    let backend = lines.iter().find(|line| line["kind"] == "department" && line["id"] == 3).unwrap();
    assert_eq!(backend["department_leader"], json!(["wangwu"]));
    let tag = lines.iter().find(|line| line["kind"] == "tag").unwrap();
    assert_eq!(
        tag,
        &json!({"kind": "tag", "tagid": 1, "tagname": "值班", "userlist": ["lisi", "zhaoliu"], "partylist": [5],
            "owner": "console"})
    );
}

#[tokio::test]
async fn the_dump_in_rust_is_the_dump_over_http() {
    let rig = Rig::with(Sim::builder().seed(40, 5, 9)).await;
    let dump = rig.sim.dump();
    let lines = rig.dump_lines().await;
    let of = |kind: &str| -> Vec<Value> {
        let mut lines: Vec<_> = lines.iter().filter(|line| line["kind"] == kind).cloned().collect();
        lines.iter_mut().for_each(|line| _ = line.as_object_mut().unwrap().remove("kind"));
        lines
    };
    assert_eq!(json!(dump.departments), json!(of("department")));
    assert_eq!(json!(dump.members), json!(of("member")));
    assert_eq!(json!(dump.tags), json!(of("tag")));
    assert_eq!(dump.digest, rig.sim.digest());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dump_is_the_corp_at_one_moment_while_others_change_it() {
    // More members than one slice of a reading, and a file that is not in memory.
    let rig = Rig::with(Sim::builder().seed(2_200, 30, 1)).await;
    let (first, last) = {
        let members = rig.sim.dump().members;
        (members[0].userid.clone(), members[2_199].userid.clone())
    };
    let console = rig.sim.console();
    let (ends, stopped) = tokio::sync::watch::channel(false);
    let changes = tokio::spawn(async move {
        for round in 0.. {
            if *stopped.borrow() {
                return;
            }
            for userid in [&first, &last] {
                let member = ConsoleMember::new().userid(userid).position(format!("职务{round}"));
                console.update_member(member).await.unwrap();
            }
            tokio::task::yield_now().await;
        }
    });
    let mut rounds = Vec::new();
    for _ in 0..4 {
        let response = rig.get_raw(&format!("{}/_sim/corp", rig.sim.url()), &[]).await;
        let text = response.text().await.unwrap();
        let members: Vec<_> = text.lines().filter(|line| line.starts_with(r#"{"kind":"member""#)).collect();
        assert_eq!(members.len(), 2_200);
        let round = |member: &str| -> i64 {
            let member: Value = serde_json::from_str(member).unwrap();
            let position = member["position"].as_str().unwrap();
            position.strip_prefix("职务").and_then(|round| round.parse().ok()).unwrap_or(-1)
        };
        let (first, last) = (round(members[0]), round(members[2_199]));
        assert!(first == last || first == last + 1, "{first} {last} are of different moments");
        rounds.push(first);
    }
    ends.send_replace(true);
    changes.await.unwrap();
    assert!(rounds.first() < rounds.last(), "nothing changed meanwhile: {rounds:?}");
}

#[tokio::test]
async fn the_dump_takes_only_get() {
    let rig = Rig::new().await;
    let (status, reply) = rig.control("corp", &json!({})).await;
    assert_eq!(status, 405, "{reply}");
}
