//! Asynchronous imports (异步导入): the three jobs, by row and as a whole.

use std::{collections::BTreeSet, time::Duration};

use serde_json::{Value, json};
use wecom_sim::{Choices, Sim};

use crate::{
    listener::{KEY as LISTENER_KEY, Listener, TOKEN},
    rig::{By, JOB, KEY, Rig},
};

const SYNC: &str = "batch/syncuser";
const REPLACE: &str = "batch/replaceuser";
const PARTIES: &str = "batch/replaceparty";

/// Returns the errcode by userid or department id, in the order of the result.
fn codes(result: &Value) -> Vec<(String, i64)> {
    let rows = result["result"].as_array().unwrap();
    rows.iter()
        .map(|row| {
            let id = match &row["userid"] {
                Value::String(userid) => userid.clone(),
                _ => row["partyid"].to_string(),
            };
            (id, row["errcode"].as_i64().unwrap())
        })
        .collect()
}

fn userids(members: &[Value]) -> BTreeSet<&str> {
    members.iter().map(|member| member["userid"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_sync_creates_changes_and_leaves_the_rest() {
    let rig = Rig::legacy().await;
    let csv = "姓名,帐号,手机号,邮箱,所在部门,职位,性别,是否部门内领导,排序,别名,地址,座机,禁用,禁用项说明：(0-启用;1-禁用)\n\
        王芳,wangfang,13900000001,wangfang@example.com,2;4,工程师,女,1;0,7;8,芳,上海市示例路2号,021-1234,1,\n\
        李四四,LISI,13800000002,,2,,,,,,,,,\n";
    let (_, result) = rig.import(SYNC, csv.as_bytes()).await;
    assert_eq!(result["status"], 3);
    assert_eq!(result["type"], "sync_user");
    assert_eq!(result["total"], 2);
    assert_eq!(result["percentage"], 100);
    assert_eq!(codes(&result), [("wangfang".into(), 0), ("LISI".into(), 0)]);
    assert_eq!(result["result"][0]["errmsg"], "");

    let created = rig.member("wangfang").await.unwrap();
    for (key, value) in [
        ("name", json!("王芳")),
        ("mobile", json!("13900000001")),
        ("email", json!("wangfang@example.com")),
        ("department", json!([2, 4])),
        ("is_leader_in_dept", json!([1, 0])),
        ("order", json!([7, 8])),
        ("position", json!("工程师")),
        ("gender", json!("2")),
        ("alias", json!("芳")),
        ("address", json!("上海市示例路2号")),
        ("telephone", json!("021-1234")),
        ("status", json!(2)),
    ] {
        assert_eq!(created[key], value, "{key}");
    }
    let changed = rig.member("lisi").await.unwrap();
    assert_eq!(changed["name"], "李四四");
    assert_eq!(changed["position"], "", "an empty cell clears");
    assert_eq!(changed["status"], 1, "an empty 禁用 leaves it");
    assert_eq!(rig.members().await.len(), 8);
}

#[tokio::test]
async fn columns_that_the_file_lacks_are_left_alone() {
    let rig = Rig::legacy().await;
    let before = rig.member("zhaoliu").await.unwrap();
    let (_, result) = rig.import(SYNC, "账号,职位\nzhaoliu,架构师\n".as_bytes()).await;
    assert_eq!(codes(&result), [("zhaoliu".into(), 0)]);
    let mut expected = before;
    expected["position"] = "架构师".into();
    assert_eq!(rig.member("zhaoliu").await.unwrap(), expected);
}

#[tokio::test]
async fn further_columns_are_custom_attributes_if_the_console_knows_them() {
    let rig = Rig::legacy().await;
    let csv = "帐号,爱好,血型\nzhaoliu,羽毛球,A\n";
    rig.import(SYNC, csv.as_bytes()).await;
    let attributes = rig.member("zhaoliu").await.unwrap()["extattr"]["attrs"].clone();
    assert_eq!(
        attributes,
        json!([
            {"type": 0, "name": "工号", "value": "A0004", "text": {"value": "A0004"}},
            {"type": 0, "name": "爱好", "value": "羽毛球", "text": {"value": "羽毛球"}},
            {"type": 1, "name": "主页", "web": {"url": "", "title": ""}},
        ]),
        "what the file does not name stays, what the console does not know is ignored"
    );
}

#[tokio::test]
async fn an_unknown_department_is_made_under_others() {
    let rig = Rig::legacy().await;
    let csv = "姓名,帐号,手机号,所在部门\n刘洋,liuyang,13900000002,4000\n";
    let (_, result) = rig.import(SYNC, csv.as_bytes()).await;
    assert_eq!(codes(&result), [("liuyang".into(), 0)]);
    let departments = rig.departments().await;
    let made = departments.iter().find(|(id, ..)| *id == 4000).unwrap();
    let others = departments.iter().find(|(id, ..)| *id == made.2).unwrap();
    assert_eq!(others.1, "其他（待设置部门）");
    assert_eq!(rig.member("liuyang").await.unwrap()["department"], json!([4000]));
}

#[tokio::test]
async fn bad_rows_fail_alone() {
    let rig = Rig::legacy().await;
    let csv = "姓名,帐号,手机号,邮箱,所在部门,性别\n\
        一,a1,13800000001,,2,\n\
        二,a 2,13900000002,,2,\n\
        三,a3,x,,2,\n\
        四,a4,,not a mail,2,\n\
        五,a5,13900000005,,二,\n\
        六,a6,13900000006,,2,中\n\
        七,a7,13900000007,,2,男\n";
    let (_, result) = rig.import(SYNC, csv.as_bytes()).await;
    assert_eq!(result["errcode"], 0, "a job that half fails is not a failure");
    let expected = [
        ("a1", 60104),
        ("a 2", 40003),
        ("a3", 60103),
        ("a4", 60141),
        ("a5", 40066),
        ("a6", 40058),
        ("a7", 0),
    ];
    assert_eq!(codes(&result), expected.map(|(id, code)| (id.to_owned(), code)));
    assert_eq!(result["result"][0]["errmsg"], "mobile existed:zhangsan");
    assert_eq!(rig.members().await.len(), 8);
}

#[tokio::test]
async fn a_rule_of_the_file_alone_has_the_code_of_a_single_call() {
    let rig = Rig::legacy().await;
    let long = |count: usize| "长".repeat(count);
    let ids = (2..103).map(|id| id.to_string()).collect::<Vec<_>>();
    let numbers: Vec<u32> = (2..103).collect();
    let head = "帐号,姓名,手机号,邮箱,所在部门,是否部门内领导,排序";
    let row = "w,王敏,13900000001,w@example.com,2,0,0";
    // Heading, cell, key and value of the call, and the errcode of both.
    let rules = [
        ("帐号", "张三".to_owned(), "userid", json!("张三"), 40003),
        ("帐号", "_w".to_owned(), "userid", json!("_w"), 40003),
        ("帐号", "w+w".to_owned(), "userid", json!("w+w"), 40003),
        ("帐号", "a".repeat(65), "userid", json!("a".repeat(65)), 40058),
        ("姓名", long(65), "name", json!(long(65)), 60112),
        ("手机号", "1380000000x".to_owned(), "mobile", json!("1380000000x"), 60103),
        ("手机号", "1".repeat(33), "mobile", json!("1".repeat(33)), 60103),
        ("手机号", "1234".to_owned(), "mobile", json!("1234"), 60103),
        ("邮箱", "w@".to_owned(), "email", json!("w@"), 60105),
        ("邮箱", "a@b.cn;b@b.cn".to_owned(), "email", json!("a@b.cn;b@b.cn"), 60105),
        (
            "邮箱",
            format!("{}@example.com", "a".repeat(60)),
            "email",
            json!(format!("{}@example.com", "a".repeat(60))),
            60105,
        ),
        ("所在部门", "-1".to_owned(), "department", json!([-1]), 40066),
        ("所在部门", "4294967296".to_owned(), "department", json!([4_294_967_296_i64]), 40066),
        ("所在部门", ids.join(";"), "department", json!(numbers), 60110),
        ("是否部门内领导", "0;1".to_owned(), "is_leader_in_dept", json!([0, 1]), 60132),
        ("是否部门内领导", "2".to_owned(), "is_leader_in_dept", json!([2]), 40058),
        ("排序", "1;2".to_owned(), "order", json!([1, 2]), 40058),
        ("排序", "-1".to_owned(), "order", json!([-1]), 40058),
        ("排序", "4294967296".to_owned(), "order", json!([4_294_967_296_i64]), 40058),
        ("别名", long(65), "alias", json!(long(65)), 40058),
        ("职位", long(129), "position", json!(long(129)), 301_012),
        ("座机", "call me".to_owned(), "telephone", json!("call me"), 301_013),
        ("座机", "1".repeat(33), "telephone", json!("1".repeat(33)), 301_013),
        ("地址", long(129), "address", json!(long(129)), 40058),
        ("性别", "3".to_owned(), "gender", json!(3), 40058),
        ("禁用", "2".to_owned(), "enable", json!(2), 40058),
        (
            "工号",
            long(65),
            "extattr",
            json!({"attrs": [{"type": 0, "name": "工号", "text": {"value": long(65)}}]}),
            60151,
        ),
    ];
    for (heading, cell, key, value, code) in rules {
        let mut headings: Vec<&str> = head.split(',').collect();
        let mut cells: Vec<&str> = row.split(',').collect();
        match headings.iter().position(|known| *known == heading) {
            Some(at) => cells[at] = &cell,
            None => {
                headings.push(heading);
                cells.push(&cell);
            }
        }
        let csv = format!("{}\n{}\n", headings.join(","), cells.join(","));
        let (_, result) = rig.import(SYNC, csv.as_bytes()).await;
        assert_eq!(result["result"][0]["errcode"], code, "{heading} {cell}: {result}");
        let mut body = json!({"userid": "w", "name": "王敏", "mobile": "13900000001", "email": "w@example.com",
            "department": [2], "is_leader_in_dept": [0], "order": [0]});
        body[key] = value;
        let reply = rig.post(By::Contacts, "user/create", &body).await;
        assert_eq!(reply["errcode"], code, "{body}: {reply}");
    }
    let long_name = "部".repeat(65);
    for (name, code) in [(long_name.as_str(), 60001), ("研发:测试", 60009), ("a|b", 60009)] {
        let csv = format!("部门名称,部门ID,父部门ID\n{name},9,1\n");
        let (_, result) = rig.import(PARTIES, csv.as_bytes()).await;
        assert_eq!(result["result"][0]["errcode"], code, "{name}: {result}");
        let reply = rig.post(By::Contacts, "department/create", &json!({"name": name, "parentid": 1})).await;
        assert_eq!(reply["errcode"], code, "{name}: {reply}");
    }
    let deep: String = (2..=17).map(|id| format!("第{id}级,{id},{}\n", id - 1)).collect();
    let (_, result) = rig.import(PARTIES, format!("部门名称,部门ID,父部门ID\n{deep}").as_bytes()).await;
    let refused: Vec<_> = codes(&result).into_iter().filter(|(_, code)| *code != 0).collect();
    assert_eq!(refused, [("16".to_owned(), 81002), ("17".to_owned(), 60004)]);
}

#[tokio::test]
async fn a_file_may_condemn_itself_as_a_whole() {
    let rig = Rig::legacy().await;
    let head = "姓名,帐号,手机号,邮箱,所在部门\n";
    let (gbk, _, _) = encoding_rs::GBK.encode("姓名,帐号,手机号,邮箱,所在部门\n王芳,wangfang,1,,2\n");
    for (file, code) in [
        (b"\r\n\r\n\r\n".to_vec(), 40092),
        (head.as_bytes().to_vec(), 40092),
        (format!("{head}, , ,,\n").into_bytes(), 40092),
        ("姓名,手机号\n王芳,13900000001\n".as_bytes().to_vec(), 40092),
        (format!("{head},wangfang,13900000001,,2\n").into_bytes(), 40092),
        (format!("{head}王芳,,13900000001,,2\n").into_bytes(), 40092),
        (format!("{head}王芳,wangfang,,,2\n").into_bytes(), 40092),
        (format!("{head}王芳,wangfang,13900000001,,\n").into_bytes(), 40092),
        (gbk.to_vec(), 40092),
        (format!("{head}王芳,wangfang,13900000001,,2\n王芳,WangFang,13900000002,,2\n").into_bytes(), 302_003),
    ] {
        let (_, result) = rig.import(SYNC, &file).await;
        let shown = String::from_utf8_lossy(&file);
        assert_eq!(result["errcode"], code, "{shown}: {result}");
        assert_eq!(result["result"], json!([]), "{shown}");
    }
    assert_eq!(rig.members().await.len(), 7, "nothing was done");
}

#[tokio::test]
async fn trap_38_a_bom_is_read_and_gbk_behind_a_switch() {
    let text = "姓名,帐号,手机号,所在部门\r\n\"王,芳\",wangfang,13900000001,2\r\n";
    let rig = Rig::legacy().await;
    let (_, result) = rig.import(SYNC, format!("\u{feff}{text}").as_bytes()).await;
    assert_eq!(codes(&result), [("wangfang".into(), 0)]);
    assert_eq!(rig.member("wangfang").await.unwrap()["name"], "王,芳");

    let mut choices = Choices::default();
    choices.gbk_imports = true;
    let rig = Rig::with(Sim::builder().legacy(true).choices(choices)).await;
    let (gbk, _, _) = encoding_rs::GBK.encode(text);
    let (_, result) = rig.import(SYNC, &gbk).await;
    assert_eq!(codes(&result), [("wangfang".into(), 0)]);
    assert_eq!(rig.member("wangfang").await.unwrap()["name"], "王,芳");
}

#[tokio::test]
async fn a_replacement_deletes_whom_the_file_leaves_out() {
    let rig = Rig::legacy().await;
    let csv = "姓名,帐号,手机号,所在部门\n\
        张三,zhangsan,13800000001,1\n李四,lisi,13800000002,2\n王五,wangwu,13800000003,3\n\
        接任,heir,13800000004,3\n";
    let (_, result) = rig.import(REPLACE, csv.as_bytes()).await;
    assert_eq!(result["type"], "replace_user");
    assert_eq!(result["total"], 4, "deletions are no rows");
    assert_eq!(codes(&result)[3], ("heir".into(), 0), "the number of one who left is free");
    let members = rig.members().await;
    assert_eq!(userids(&members), ["zhangsan", "lisi", "wangwu", "heir"].into());
}

/// Creates a corp with `present` members, and imports a file that keeps `kept` of them.
async fn guard(present: usize, kept: usize) -> i64 {
    let rig = Rig::legacy().await;
    let row = |number: usize| format!("员工{number},e{number},139{number:08},2\n");
    let head = "姓名,帐号,手机号,所在部门\n张三,zhangsan,13800000001,1\n";
    let all: String = (1..present).map(row).collect();
    rig.import(SYNC, format!("{head}{all}").as_bytes()).await;
    let staff = ["lisi", "wangwu", "zhaoliu", "sunqi", "zhouba", "wujiu"];
    for userid in staff {
        rig.delete_by_import(userid).await;
    }
    assert_eq!(rig.members().await.len(), present);
    let some: String = (1..kept).map(row).collect();
    let (_, result) = rig.import(REPLACE, format!("{head}{some}").as_bytes()).await;
    let left = rig.members().await.len();
    let code = result["errcode"].as_i64().unwrap();
    assert_eq!(left, if code == 0 { kept } else { present });
    code
}

impl Rig {
    /// Deletes one member by replacing all others.
    async fn delete_by_import(&self, userid: &str) {
        let rows: String = self
            .members()
            .await
            .iter()
            .filter(|member| member["userid"] != userid)
            .map(|member| format!("{}\n", member["userid"].as_str().unwrap()))
            .collect();
        let (_, result) = self.import(REPLACE, format!("帐号\n{rows}").as_bytes()).await;
        assert_eq!(result["errcode"], 0, "{result}");
    }
}

#[tokio::test]
async fn the_deletion_guard_has_both_its_rules() {
    for (present, kept, code) in [
        // Fewer than 50 are deleted, more than 80 %.
        (60, 12, 0),
        (60, 11, 45026),
        (10, 2, 0),
        (10, 1, 45026),
        // No rule of the page covers exactly 50.
        (60, 10, 0),
        (55, 5, 0),
        // More than 50 are deleted, more than 20 %.
        (255, 204, 0),
        (254, 203, 45026),
        (62, 11, 45026),
    ] {
        assert_eq!(guard(present, kept).await, code, "{kept} of {present} kept");
    }
}

#[tokio::test]
async fn a_job_goes_through_its_states() {
    let rig = Rig::with(Sim::builder().job_time(Duration::from_secs(40))).await;
    let id = rig.submit_import(SYNC, "帐号,职位\nlisi,a\nwangwu,b\nzhaoliu,c\n".as_bytes()).await;
    assert!(id.len() <= 64);
    let mut seen = Vec::new();
    for _ in 0..5 {
        let result = rig.import_result(&id).await;
        seen.push((result["status"].clone(), result["total"].clone(), result["percentage"].clone()));
        if result["status"] != 3 {
            let rows = result["result"].as_array().unwrap();
            assert!(rows.iter().all(|row| *row == json!({})), "as in the official sample");
        }
        rig.sim.advance(Duration::from_secs(10));
    }
    let expected = [(1, 0, 0), (2, 3, 0), (2, 3, 33), (2, 3, 66), (3, 3, 100)];
    assert_eq!(seen, expected.map(|(status, total, done)| (json!(status), json!(total), json!(done))));
}

#[tokio::test]
async fn one_import_runs_at_a_time() {
    let rig = Rig::new().await;
    let csv = b"\xe5\xb8\x90\xe5\x8f\xb7\nlisi\n";
    let media = rig.upload("file", "a.csv", csv).await;
    let body = json!({"media_id": media["media_id"]});
    assert_eq!(rig.post(By::Contacts, SYNC, &body).await["errcode"], 0);
    assert_eq!(rig.post(By::Contacts, PARTIES, &body).await["errcode"], 302_008);
    rig.sim.advance(JOB);
    assert_eq!(rig.post(By::Contacts, SYNC, &body).await["errcode"], 0, "a file may be used again");
}

#[tokio::test]
async fn the_last_five_results_are_kept() {
    let rig = Rig::new().await;
    let mut ids = Vec::new();
    for _ in 0..6 {
        ids.push(rig.import(SYNC, "帐号\nlisi\n".as_bytes()).await.0);
    }
    assert_eq!(rig.import_result(&ids[0]).await["errcode"], 40089);
    for id in &ids[1..] {
        assert_eq!(rig.import_result(id).await["errcode"], 0);
    }
    let long = "x".repeat(65);
    for unknown in ["", "guessed", &long] {
        assert_eq!(rig.import_result(unknown).await["errcode"], 40088);
    }
}

#[tokio::test]
async fn a_request_that_cannot_be_taken_is_refused_at_once() {
    let rig = Rig::new().await;
    let file = rig.upload("file", "a.csv", b"abcdef").await["media_id"].clone();
    let image = rig.upload("image", "a.png", b"\x89PNG\r\n\x1a\n").await["media_id"].clone();
    let callback = |url: &str, token: &str, key: &str| json!({"media_id": file, "callback": {"url": url, "token": token, "encodingaeskey": key}});
    let url = "http://127.0.0.1:9/hook";
    for (body, code) in [
        (json!({}), 41006),
        (json!({"media_id": ""}), 41006),
        (json!({"media_id": "guessed"}), 40007),
        (json!({"media_id": image}), 40007),
        (callback("ftp://example.com", "t0ken", KEY), 40057),
        (callback(url, "t-ken", KEY), 40058),
        (callback(url, "t0ken", "short"), 40058),
        (callback(url, "", ""), 40058),
    ] {
        let reply = rig.post(By::Contacts, SYNC, &body).await;
        assert_eq!(reply["errcode"], code, "{body}");
    }
    let wrong = rig.post(By::Contacts, SYNC, &json!({"media_id": 7})).await;
    assert!(wrong["errmsg"].as_str().unwrap().starts_with("Warning: wrong json format."));
    for call in [SYNC, REPLACE, PARTIES] {
        assert_eq!(rig.post(By::App, call, &json!({"media_id": file})).await["errcode"], 48002);
    }
    assert_eq!(rig.get(By::App, "batch/getresult?jobid=any").await["errcode"], 48002);
    for body in [
        json!({"media_id": file, "callback": {}}),
        json!({"media_id": file, "callback": {"url": ""}, "to_invite": false}),
        callback(url, "t0ken", KEY),
    ] {
        let reply = rig.post(By::Contacts, SYNC, &body).await;
        assert_eq!(reply["errcode"], 0, "{body}");
        rig.sim.advance(JOB);
    }
    rig.sim.advance(Duration::from_secs(3 * 24 * 3600));
    let reply = rig.post(By::Contacts, SYNC, &json!({"media_id": file})).await;
    assert_eq!(reply["errcode"], 40007, "expired");
}

#[tokio::test]
async fn departments_get_the_tree_of_the_file() {
    let rig = Rig::legacy().await;
    let order = |rows: &[(u64, String, u64, u64)], id| rows.iter().find(|row| row.0 == id).unwrap().3;
    let before = rig.departments().await;
    let csv = "部门名称,部门ID,父部门ID,排序\n\
        新组,9,8,5\n\
        新部,8,1,\n\
        示例集团,1,0,0\n\
        研发中心,2,1,0\n\
        后端组,3,4,0\n\
        市场部,4,1,77\n\
        人事部,5,1,\n";
    let (_, result) = rig.import(PARTIES, csv.as_bytes()).await;
    assert_eq!(result["type"], "replace_party");
    let actions: Vec<_> = result["result"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            (
                row["partyid"].as_u64().unwrap(),
                row["action"].as_u64().unwrap(),
                row["errcode"].as_i64().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        actions,
        [(9, 1, 0), (8, 1, 0), (1, 2, 0), (2, 2, 0), (3, 4, 0), (4, 8, 0), (5, 0, 0), (1, 10, 0)],
        "in the order of the file: 1 created, 2 renamed, 4 moved, 8 reordered; one more for the root"
    );
    let after = rig.departments().await;
    let tree: Vec<_> = after.iter().map(|(id, name, parent, _)| (*id, name.as_str(), *parent)).collect();
    assert_eq!(
        tree,
        [
            (1, "示例集团", 0),
            (2, "研发中心", 1),
            (3, "后端组", 4),
            (4, "市场部", 1),
            (5, "人事部", 1),
            (8, "新部", 1),
            (9, "新组", 8),
        ]
    );
    assert_eq!(order(&after, 4), 77);
    assert_eq!(order(&after, 2), order(&before, 2), "0 leaves the order");
}

#[tokio::test]
async fn departments_may_trade_names_and_places() {
    let rig = Rig::legacy().await;
    let head = "部门名称,部门ID,父部门ID\n";
    // 2 and 4 exchange their names. 3, which was below 2, becomes its parent and takes the name of 5, which moves
    // away.
    let csv = format!("{head}市场部,2,3\n人事部,3,1\n研发部,4,1\n人事部,5,4\n");
    let (_, result) = rig.import(PARTIES, csv.as_bytes()).await;
    assert_eq!(codes(&result), ["2", "3", "4", "5", "1"].map(|id| (id.to_owned(), 0)), "{result}");
    let actions: Vec<_> =
        result["result"].as_array().unwrap().iter().map(|row| row["action"].clone()).collect();
    assert_eq!(actions, [json!(6), json!(6), json!(2), json!(4), json!(10)]);
    let tree: Vec<_> =
        rig.departments().await.into_iter().map(|(id, name, parent, _)| (id, name, parent)).collect();
    let row = |id, name: &str, parent| (id, name.to_owned(), parent);
    assert_eq!(
        tree,
        [
            row(1, "示例公司", 0),
            row(2, "市场部", 3),
            row(3, "人事部", 1),
            row(4, "研发部", 1),
            row(5, "人事部", 4),
        ]
    );
}

#[tokio::test]
async fn departments_left_out_go_when_they_are_empty() {
    let rig = Rig::legacy().await;
    let ids = |rows: Vec<(u64, String, u64, u64)>| rows.into_iter().map(|row| row.0).collect::<Vec<_>>();
    // 6 and 7 are empty, and 7 is below 6.
    let all =
        "部门名称,部门ID,父部门ID\n研发部,2,1\n后端组,3,2\n市场部,4,1\n人事部,5,1\n空部,6,1\n空组,7,6\n";
    rig.import(PARTIES, all.as_bytes()).await;
    assert_eq!(ids(rig.departments().await), [1, 2, 3, 4, 5, 6, 7]);

    let some = "部门名称,部门ID,父部门ID\n市场部,4,1\n人事部,5,1\n";
    let (_, result) = rig.import(PARTIES, some.as_bytes()).await;
    assert_eq!(result["total"], 2, "deletions are no rows");
    assert_eq!(ids(rig.departments().await), [1, 2, 3, 4, 5], "2 and 3 have members");

    let moved = "帐号,所在部门\nlisi,4\nwangwu,4\nzhaoliu,4\n";
    rig.import(SYNC, moved.as_bytes()).await;
    assert_eq!(ids(rig.departments().await), [1, 2, 3, 4, 5], "one is left in 3");
    rig.import(SYNC, "帐号,所在部门\nwujiu,4\n".as_bytes()).await;
    assert_eq!(ids(rig.departments().await), [1, 4, 5], "now they go");
}

#[tokio::test]
async fn a_department_that_a_later_file_names_again_is_spared() {
    let rig = Rig::legacy().await;
    let all = "部门名称,部门ID,父部门ID\n研发部,2,1\n后端组,3,2\n市场部,4,1\n人事部,5,1\n";
    let some = "部门名称,部门ID,父部门ID\n研发部,2,1\n后端组,3,2\n市场部,4,1\n";
    rig.import(PARTIES, some.as_bytes()).await;
    rig.import(PARTIES, all.as_bytes()).await;
    rig.import(SYNC, "帐号,所在部门\nzhouba,4\n".as_bytes()).await;
    assert!(rig.departments().await.iter().any(|row| row.0 == 5));
}

#[tokio::test]
async fn a_department_row_may_fail_alone() {
    let rig = Rig::legacy().await;
    let mut csv =
        "部门名称,部门ID,父部门ID\n研发部,2,1\n后端组,3,2\n市场部,4,1\n坏:名,10,1\n孤儿,11,10\n".to_owned();
    // 人事部 5 is missing from the file but has members, so its name is in use.
    csv.push_str("人事部,12,1\n");
    for level in 20..35 {
        let parent = if level == 20 { 1 } else { level - 1 };
        csv.push_str(&format!("层{level},{level},{parent}\n"));
    }
    let (_, result) = rig.import(PARTIES, csv.as_bytes()).await;
    let codes: Vec<_> = codes(&result).into_iter().filter(|(_, code)| *code != 0).collect();
    let expected = [("10", 60009), ("11", 60004), ("12", 60008), ("34", 81002)];
    assert_eq!(codes, expected.map(|(id, code)| (id.to_owned(), code)));
}

#[tokio::test]
async fn an_illegal_tree_changes_nothing() {
    let rig = Rig::legacy().await;
    let before = rig.departments().await;
    for (rows, code) in [
        ("甲,2,3\n乙,3,2\n", 302_004),
        ("甲,2,1\n乙,2,1\n", 302_006),
        ("甲,2,1\n甲,3,1\n", 302_007),
        ("", 40092),
    ] {
        let (_, result) = rig.import(PARTIES, format!("部门名称,部门ID,父部门ID\n{rows}").as_bytes()).await;
        assert_eq!(result["errcode"], code, "{rows}");
    }
    assert_eq!(rig.departments().await, before);
}

#[tokio::test]
async fn a_department_takes_thirty_thousand() {
    let rig = Rig::new().await;
    let rows: String =
        (0..40_000).map(|number| format!("员工{number},e{number},139{number:08},2\n")).collect();
    let id = rig.submit_import(SYNC, format!("姓名,帐号,手机号,所在部门\n{rows}").as_bytes()).await;
    rig.sim.advance(JOB);
    let result = rig.import_result(&id).await;
    let rows = result["result"].as_array().unwrap();
    assert_eq!(rows.len(), 40_000);
    // A department can have 30,000 nodes; in the default corp, 研发部 has two members and a sub-department.
    let taken = rows.iter().filter(|row| row["errcode"] == 0).count();
    assert_eq!(taken, 30_000 - 3);
    assert!(rows.iter().skip(taken).all(|row| row["errcode"] == 81001));
}

#[tokio::test]
async fn trap_04_the_end_is_told_to_the_callback_of_the_request() {
    let rig = Rig::new().await;
    let listener = Listener::start(rig.sim.corp_id()).await;
    let media = rig.upload("file", "a.csv", "帐号\nlisi\n".as_bytes()).await["media_id"].clone();
    let empty = rig.upload("file", "a.csv", b"\n\n\n\n\n\n").await["media_id"].clone();
    let callback = json!({"url": listener.url, "token": TOKEN, "encodingaeskey": LISTENER_KEY});
    for (media, code, text) in [(media, "0", "ok"), (empty, "40092", "invalid import file")] {
        let body = json!({"media_id": media, "callback": callback});
        let reply = rig.post(By::Contacts, REPLACE, &body).await;
        let id = reply["jobid"].as_str().unwrap();
        rig.sim.advance(JOB);
        assert!(rig.sim.settled().await);
        let received = listener.received();
        let event = received.last().unwrap();
        assert_eq!(event.agent_id, None);
        let xml = &event.xml;
        // The corp's creator cannot be deleted, and one of the seven members stays. The guard allows 5 deletions of
        // 7.
        for part in [
            "<FromUserName><![CDATA[sys]]></FromUserName>",
            "<Event><![CDATA[batch_job_result]]></Event>",
            &format!("<BatchJob><JobId><![CDATA[{id}]]></JobId><JobType><![CDATA[replace_user]]></JobType>"),
            &format!("<ErrCode>{code}</ErrCode><ErrMsg><![CDATA[{text}"),
        ] {
            assert!(xml.contains(part), "{part} in {xml}");
        }
    }
    assert_eq!(listener.received().len(), 2);
}

#[tokio::test]
async fn a_large_import_is_taken_over_in_slices_and_nothing_is_lost() {
    for by_itself in [false, true] {
        let rig = Rig::with(Sim::builder().legacy(true).seed(4_000, 20, 1).running_clock(by_itself)).await;
        let listed = rig.get(By::Contacts, "user/list?department_id=1&fetch_child=1").await;
        let all = listed["userlist"].as_array().unwrap();
        // Every sixth member is deleted, which is more than a slice and less than the limit of the guard; 600 members
        // are created.
        let mut csv = "姓名,帐号,手机号,所在部门\n".to_owned();
        let text = |member: &Value, key: &str| member[key].as_str().unwrap().to_owned();
        for (_, member) in all.iter().enumerate().filter(|(at, _)| at % 6 != 0) {
            csv += &format!("改名,{},{},2\n", text(member, "userid"), text(member, "mobile"));
        }
        for (at, member) in all.iter().step_by(6).enumerate().take(600) {
            csv += &format!("新人,newcomer{at},{},2\n", text(member, "mobile"));
        }
        let rows = csv.lines().count() - 1;
        let (id, mut result) = rig.import("batch/replaceuser", csv.as_bytes()).await;
        for _ in 0..1_000 {
            if result["status"] == 3 {
                break;
            }
            result = rig.import_result(&id).await;
        }
        assert_eq!(result["total"], rows, "{by_itself}");
        let results = result["result"].as_array().unwrap();
        assert_eq!(results.len(), rows);
        assert!(results.iter().all(|row| row["errcode"] == 0), "the mobiles of those who left are free");
        assert_eq!(rig.sim.state().members, rows);
    }
}
