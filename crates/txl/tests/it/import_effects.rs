//! An import shows its effects in advance, and stops if people would lose data that the file omits.

use std::fs;

use serde_json::{Value, json};
use wecom_sim::Sim;

use crate::{
    corp::Corp,
    run::{Ran, closed_port, run},
};

impl Corp {
    /// Starts the default corp of the simulator: seven people in five departments.
    async fn small() -> Self {
        Self::start(Sim::builder()).await
    }

    fn put(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    fn member(&self, userid: &str) -> Value {
        self.run(&["member", "get", userid, "-o", "json"]).json()
    }

    /// Returns the body of the call that submitted the last import.
    fn submission(&self) -> Value {
        let requests = self.sim.requests();
        let last = requests.iter().rev().find(|request| request.path.ends_with("batch/syncuser"));
        let body = last.and_then(|request| request.body.as_deref());
        serde_json::from_str(body.expect("an import was submitted")).unwrap()
    }

    fn is_untouched(&self, digest: &str) {
        assert_eq!(self.sim.digest(), digest, "the corp has changed");
    }
}

fn stdout(ran: &Ran) -> Value {
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran:?}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn trap_40_a_file_with_one_department_per_person_stops_and_lists_the_lost_departments() {
    let corp = Corp::small().await;
    corp.put("hr.csv", "姓名,帐号,部门\n王五,wangwu,3\n赵六,zhaoliu,3\n周八,zhouba,5\n");
    let before = corp.sim.digest();
    for arguments in [&["--dry-run"][..], &[]] {
        let ran = corp.run(&[&["import", "members", "hr.csv"], arguments].concat());
        ran.fails_with(1).with_remedy();
        assert!(ran.stderr.contains("line 2: 王五 (wangwu): loses department 2"), "{ran:?}");
        assert!(ran.stderr.contains("line 4: 周八 (zhouba): loses department 4"), "{ran:?}");
        assert!(!ran.stderr.contains("zhaoliu"), "{ran:?}");
        assert!(ran.stderr.contains("2 members would lose departments"), "{ran:?}");
        assert!(ran.stderr.contains("--exact-departments"), "{ran:?}");
        corp.is_untouched(&before);
    }
    let ran = corp.run(&["import", "members", "hr.csv", "--dry-run", "-o", "json"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    let shown = stdout(&ran);
    assert_eq!(
        shown["lose_departments"],
        json!([
            {"line": 2, "userid": "wangwu", "name": "王五", "departments": [2]},
            {"line": 4, "userid": "zhouba", "name": "周八", "departments": [4]},
        ])
    );
    assert_eq!((&shown["existing"], &shown["create"]), (&json!(3), &json!([])), "{shown}");

    let ran = corp.run(&["import", "members", "hr.csv", "--exact-departments"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(corp.member("wangwu")["department"], json!([3]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dry_run_with_credentials_lists_new_members_and_unknown_departments() {
    let corp = Corp::small().await;
    let before = corp.sim.digest();
    corp.put(
        "new.csv",
        "姓名,帐号,手机号,所在部门,备注\n韩梅梅,han,13900000001,2;99\n李四,LiSi,13800000002,2\n",
    );
    let ran = corp.run(&["import", "members", "new.csv", "--dry-run", "-o", "json"]);
    let shown = ran.json();
    let expected = json!({
        "rows": 2, "parts": 1, "existing": 1, "delete": [], "lose_departments": [], "unknown_departments": [99],
        "ignored_columns": ["备注"],
        "create": [{"line": 2, "userid": "han", "name": "韩梅梅"}],
    });
    for (key, value) in expected.as_object().unwrap() {
        assert_eq!(&shown[key], value, "{key}: {shown}");
    }
    assert!(ran.stderr.contains("line 2: 韩梅梅 (han)") && ran.stderr.contains("99"), "{ran:?}");
    corp.is_untouched(&before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dry_run_that_cannot_read_the_corp_reports_it_instead_of_an_empty_list() {
    let corp = Corp::small().await;
    corp.put("new.csv", "姓名,帐号,手机号,所在部门\n韩梅梅,han,13900000001,2\n");
    let file = corp.path("new.csv");
    let file = file.to_str().unwrap();
    let offline = run(&["import", "members", file, "--dry-run", "-o", "json"]);
    let told = corp.run(&["import", "members", "new.csv", "--dry-run", "--offline", "-o", "json"]);
    for ran in [offline, told] {
        let shown = ran.json();
        for key in ["create", "existing", "delete", "lose_departments", "unknown_departments"] {
            assert_eq!(shown[key], Value::Null, "{key}: {shown}");
        }
        assert_eq!(shown["rows"], json!(1));
        assert!(ran.stderr.contains("the corp was not read"), "{ran:?}");
    }
    let nowhere = format!("http://127.0.0.1:{}", closed_port());
    let ran =
        corp.run(&["import", "members", "new.csv", "--dry-run", "--base-url", &nowhere, "--attempts", "1"]);
    ran.fails_with(3).with_remedy();
    assert!(ran.stderr.contains("--offline"), "{ran:?}");
    let ran = corp.run(&["import", "members", "new.csv", "--dry-run", "--contacts-secret", "wrong"]);
    ran.fails_with(3).with_remedy();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn trap_42_a_replacement_lists_the_deleted_members_and_applies_the_protection_in_a_dry_run() {
    let corp = Corp::small().await;
    let before = corp.sim.digest();
    let rows: Vec<_> = ["zhangsan", "lisi", "wangwu", "zhaoliu", "sunqi", "zhouba"]
        .iter()
        .map(|userid| format!("{userid},{userid}@mail.example.com\n"))
        .collect();
    corp.put("six.csv", &format!("帐号,邮箱\n{}", rows.concat()));
    let ran = corp.run(&["import", "members", "six.csv", "--replace", "--dry-run", "-o", "json"]);
    let shown = ran.json();
    assert_eq!(shown["delete"], json!([{"userid": "wujiu", "name": "吴九"}]), "{shown}");
    assert!(ran.stderr.contains("1 member is not in the file and will be DELETED"), "{ran:?}");
    assert!(ran.stderr.contains("吴九 (wujiu)"), "{ran:?}");

    corp.put("one.csv", "帐号,邮箱\nzhangsan,zhangsan@mail.example.com\n");
    for arguments in [&["--dry-run"][..], &["--yes"]] {
        let ran = corp.run(&[&["import", "members", "one.csv", "--replace"], arguments].concat());
        ran.fails_with(1).with_remedy();
        assert!(ran.stderr.contains("45026") && ran.stderr.contains("lisi"), "{ran:?}");
    }
    corp.is_untouched(&before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_key_stops_before_it_creates_all_members_again() {
    let corp = Corp::start(Sim::builder().seed(20, 3, 7)).await;
    let before = corp.sim.digest();
    let rows: Vec<_> = (0..20).map(|n| format!("成员{n},A{n:04},1390000{n:04},1\n")).collect();
    corp.put("hr.csv", &format!("姓名,工号,手机号,部门\n{}", rows.concat()));
    let keyless = corp.run(&["import", "members", "hr.csv"]);
    keyless.fails_with(1).with_remedy();
    assert!(keyless.stderr.contains("工号=userid"), "{keyless:?}");
    let map = ["import", "members", "hr.csv", "--map", "工号=userid"];
    for arguments in [&["--dry-run"][..], &[]] {
        let ran = corp.run(&[&map[..], arguments].concat());
        ran.fails_with(1).with_remedy();
        assert!(ran.stderr.contains("--new-members"), "{ran:?}");
        corp.is_untouched(&before);
    }
    let ran = corp.run(&[&map[..], &["--new-members"]].concat());
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stderr.contains("20 created, 0 updated"), "{ran:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn trap_40_people_who_left_are_listed_and_not_sent() {
    let corp = Corp::small().await;
    let head = "姓名,帐号,手机号,部门,状态\n";
    corp.put("hr.csv", &format!("{head}韩梅梅,han,13900000001,2,在职\n李雷,li.lei,13900000002,2,已离职\n"));
    let ran = corp.run(&["import", "members", "hr.csv", "-o", "json"]);
    assert_eq!((ran.json()["total"].clone(), ran.code), (json!(1), 0), "{ran:?}");
    assert!(ran.stderr.contains("line 3: 李雷 (li.lei)"), "{ran:?}");
    corp.run(&["member", "get", "li.lei"]).fails_with(1);

    corp.put("odd.csv", &format!("{head}李雷,li.lei,13900000002,2,借调\n"));
    let ran = corp.run(&["import", "members", "odd.csv"]);
    ran.fails_with(1).with_remedy();
    assert!(ran.stderr.contains("line 2, 状态"), "{ran:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_column_that_affects_people_stops_until_it_is_ignored() {
    let corp = Corp::small().await;
    corp.put("hr.csv", "姓名,帐号,手机号,部门,直属上级\n韩梅梅,han,13900000001,2,李四\n");
    let ran = corp.run(&["import", "members", "hr.csv", "--dry-run"]);
    ran.fails_with(1).with_remedy();
    assert!(ran.stderr.contains("--ignore-column '直属上级'"), "{ran:?}");
    let ran = corp.run(&["import", "members", "hr.csv", "--ignore-column", "直属上级"]);
    assert_eq!(ran.code, 0, "{ran:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn new_members_are_invited_only_when_asked() {
    let corp = Corp::small().await;
    for (at, (arguments, invited)) in
        [(&[][..], false), (&["--no-invite"], false), (&["--invite"], true)].into_iter().enumerate()
    {
        corp.put("new.csv", &format!("姓名,帐号,手机号,所在部门\n韩梅梅,han{at},1390000000{at},2\n"));
        let ran = corp.run(&[&["import", "members", "new.csv"], arguments].concat());
        assert_eq!(ran.code, 0, "{ran:?}");
        assert_eq!(corp.submission()["to_invite"], json!(invited), "{arguments:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fields_of_many_members_are_cleared_only_after_consent() {
    let corp = Corp::small().await;
    let before = corp.sim.digest();
    corp.put("hr.csv", "帐号,职位\nlisi,\nwangwu,组长\n");
    let ran = corp.run(&["import", "members", "hr.csv", "--dry-run"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stderr.contains("1 of 2 rows clears 职位"), "{ran:?}");
    let ran = corp.run(&["import", "members", "hr.csv"]);
    ran.fails_with(2).with_remedy();
    assert!(ran.stderr.contains("1 of 2 rows clears 职位"), "{ran:?}");
    corp.is_untouched(&before);
    let ran = corp.run(&["import", "members", "hr.csv", "--yes"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(corp.member("lisi")["position"].as_str().unwrap_or_default(), "");
    assert_eq!(corp.member("wangwu")["position"], "组长");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn departments_can_be_paths_ends_of_paths_names_and_ids() {
    let corp = Corp::small().await;
    let rows = [
        ("a", "示例公司/研发部/后端组", 3),
        ("b", "研发部/后端组", 3),
        ("c", "后端组", 3),
        ("d", "3", 3),
        ("e", "示例公司", 1),
    ];
    let text: String = rows
        .iter()
        .enumerate()
        .map(|(at, (id, path, _))| format!("甲,{id},1390000000{at},{path}\n"))
        .collect();
    corp.put("paths.csv", &format!("姓名,帐号,手机号,部门\n{text}"));
    let ran = corp.run(&["import", "members", "paths.csv"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    for (userid, path, department) in rows {
        assert_eq!(corp.member(userid)["department"], json!([department]), "{path}");
    }

    corp.put("unknown.csv", "姓名,帐号,手机号,部门\n甲,f,13900000009,设计部\n");
    let ran = corp.run(&["import", "members", "unknown.csv"]);
    ran.fails_with(1).with_remedy();
    assert!(ran.stderr.contains("line 2, 部门"), "{ran:?}");
    // A name cannot be looked up without credentials.
    let file = corp.path("paths.csv");
    run(&["import", "members", file.to_str().unwrap(), "--dry-run"]).fails_with(1).with_remedy();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replacement_of_departments_shows_what_it_creates_and_deletes() {
    let corp = Corp::small().await;
    let before = corp.sim.digest();
    corp.put(
        "tree.csv",
        "部门名称,部门ID,父部门ID\n示例公司,1,0\n研发部,2,1\n后端组,3,2\n市场部,4,1\n设计部,9,1\n",
    );
    let ran = corp.run(&["import", "departments", "tree.csv", "--dry-run", "-o", "json"]);
    let shown = ran.json();
    assert_eq!(shown["create"], json!([{"line": 6, "id": 9, "name": "设计部"}]), "{shown}");
    assert_eq!(shown["delete"], json!([{"id": 5, "name": "示例公司/人事部"}]), "{shown}");
    assert_eq!((&shown["existing"], &shown["rows"]), (&json!(4), &json!(5)), "{shown}");
    corp.is_untouched(&before);
    let ran = corp.run(&["import", "departments", "tree.csv"]);
    ran.fails_with(2).with_remedy();
    assert!(ran.stderr.contains("1 department is not in the file and will be DELETED"), "{ran:?}");
    corp.is_untouched(&before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refused_rows_are_shown_with_name_and_text_and_counted_by_reason() {
    let corp = Corp::small().await;
    corp.put(
        "hr.csv",
        "姓名,帐号,手机号,所在部门\n韩梅梅,han,13800000001,2\n李雷,li.lei,13800000004,2\n王敏,wang.min,13900000009,2\n李四,lisi,13800000002,2\n",
    );
    let ran = corp.run(&["import", "members", "hr.csv"]);
    ran.fails_with(1).with_remedy();
    for part in ["韩梅梅", "李雷", "mobile existed"] {
        assert!(ran.stdout.contains(part), "{part}: {ran:?}");
    }
    assert!(ran.stderr.contains("60104 (2 rows):"), "{ran:?}");
    assert!(ran.stderr.contains("1 created, 1 updated"), "{ran:?}");
    assert!(ran.stderr.contains("2 of 4 rows refused"), "{ran:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_of_a_tag_cannot_be_imported() {
    let corp = Corp::small().await;
    for name in ["tag.csv", "tag.jsonl", "tag.xlsx"] {
        let ran = corp.run(&["export", "tag", "1", "--out", name]);
        assert_eq!(ran.code, 0, "{ran:?}");
        for noun in ["members", "departments"] {
            let ran = corp.run(&["import", noun, name]);
            ran.fails_with(1).with_remedy();
            assert!(ran.stderr.contains("tag"), "{ran:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn advice_on_lost_departments_names_the_files_own_column_and_works() {
    let corp = Corp::small().await;
    corp.put("hr.csv", "帐号,所在部门,职位\nwangwu,3,组长\n");
    let ran = corp.run(&["import", "members", "hr.csv"]);
    ran.fails_with(1).with_remedy();
    assert!(ran.stderr.contains("--ignore-column '所在部门'"), "{ran:?}");
    let ran = corp.run(&["import", "members", "hr.csv", "--ignore-column", "所在部门"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(corp.member("wangwu")["department"], json!([3, 2]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn advice_on_a_wrong_column_of_accounts_works_beside_that_column() {
    let corp = Corp::small().await;
    for at in 0..3 {
        let mobile = format!("1390000010{at}");
        corp.run(&["member", "create", &format!("more{at}"), "甲", "--mobile", &mobile, "--department", "2"]);
    }
    corp.put("hr.csv", "帐号,登录名,职位\n0007,lisi,经理\n");
    let ran = corp.run(&["import", "members", "hr.csv"]);
    ran.fails_with(1).with_remedy();
    assert!(ran.stderr.contains("has 0 of the 1 account in the file"), "{ran:?}");
    assert!(ran.stderr.contains("--map 'HEADING=userid' --ignore-column '帐号'"), "{ran:?}");
    let advised = ["import", "members", "hr.csv", "--map", "登录名=userid", "--ignore-column", "帐号"];
    let ran = corp.run(&advised);
    assert_eq!((ran.code, corp.member("lisi")["position"].clone()), (0, json!("经理")), "{ran:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn advice_on_columns_that_affect_people_names_all_of_them() {
    let corp = Corp::small().await;
    corp.put("hr.csv", "姓名,帐号,手机号,部门,直属上级,离职日期\n韩梅梅,han,13900000001,2,李四,\n");
    let ran = corp.run(&["import", "members", "hr.csv"]);
    ran.fails_with(1).with_remedy();
    assert!(ran.stderr.contains("--ignore-column '直属上级' --ignore-column '离职日期'"), "{ran:?}");
    let flags = ["--ignore-column", "直属上级", "--ignore-column", "离职日期"];
    let ran = corp.run(&[&["import", "members", "hr.csv"][..], &flags].concat());
    assert_eq!(ran.code, 0, "{ran:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn advice_on_two_columns_for_one_field_does_not_leave_out_both() {
    let corp = Corp::small().await;
    corp.put("same.csv", "帐号,手机号,手机号\nlisi,13900000001,13900000002\n");
    let ran = corp.run(&["import", "members", "same.csv", "--dry-run"]);
    ran.fails_with(1).with_remedy();
    assert!(!ran.stderr.contains("--ignore-column"), "{ran:?}");
    corp.put("two.csv", "帐号,手机号,手机\nlisi,13900000001,13900000002\n");
    let ran = corp.run(&["import", "members", "two.csv", "--dry-run"]);
    ran.fails_with(1).with_remedy();
    assert!(ran.stderr.contains("--ignore-column '手机号' or --ignore-column '手机'"), "{ran:?}");
    let ran = corp.run(&["import", "members", "two.csv", "--dry-run", "--ignore-column", "手机"]);
    assert_eq!(ran.code, 0, "{ran:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn imported_departments_are_counted_once() {
    let corp = Corp::small().await;
    corp.run(&["export", "departments", "--out", "tree.csv"]);
    let before = corp.sim.digest();
    let ran = corp.run(&["import", "departments", "tree.csv", "-o", "json"]);
    let ending = ran.json();
    assert_eq!((&ending["total"], &ending["ok"]), (&json!(5), &json!(5)), "{ran:?}");
    assert_eq!((&ending["created"], &ending["updated"]), (&json!(0), &json!(0)), "{ran:?}");
    assert!(ran.stderr.contains("imported 5 rows"), "{ran:?}");
    corp.is_untouched(&before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dry_run_names_each_file_that_it_writes() {
    let corp = Corp::small().await;
    let rows = "{\"userid\":\"lisi\",\"position\":\"a\"}\n{\"userid\":\"wangwu\",\"alias\":\"b\"}\n";
    corp.put("keys.jsonl", rows);
    let ran = corp.run(&["import", "members", "keys.jsonl", "--dry-run", "--out", "sent.csv"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stderr.contains("one file for each job: sent.csv, sent.2.csv"), "{ran:?}");
    assert!(corp.path("sent.csv").exists() && corp.path("sent.2.csv").exists());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_without_rows_has_its_own_error() {
    let corp = Corp::small().await;
    corp.put("heads.csv", "姓名,帐号,手机号,所在部门\n");
    let ran = corp.run(&["import", "members", "heads.csv"]);
    ran.fails_with(1).with_remedy();
    assert!(ran.stderr.contains("the file has no rows below the headings"), "{ran:?}");
    corp.put("one.csv", "帐号,职位\nlisi,\n");
    let ran = corp.run(&["import", "members", "one.csv", "--dry-run"]);
    assert!(ran.stderr.contains("1 of 1 row clears 职位"), "{ran:?}");
}

/// Starts a corp in which the mobile number is taken, so WeCom refuses its row.
async fn corp_that_refuses(mobile: &str) -> Corp {
    let corp = Corp::small().await;
    let ran = corp.run(&["member", "create", "holder", "王占", "--mobile", mobile, "--department", "2"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    corp
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn trap_41_refused_rows_lack_what_the_file_lacks() {
    // WeCom accepts a mobile number only for members who have not activated their account.
    let corp = corp_that_refuses("13900000001").await;
    let position = corp.member("wujiu")["position"].clone();
    let alias = corp.member("wangwu")["alias"].clone();
    corp.put(
        "keys.jsonl",
        "{\"userid\":\"wujiu\",\"mobile\":\"13900000001\",\"alias\":\"甲\"}\n\
         {\"userid\":\"wangwu\",\"mobile\":\"13900000002\",\"position\":\"乙\"}\n",
    );
    corp.run(&["import", "members", "keys.jsonl"]).fails_with(1).with_remedy();
    let refused = fs::read_to_string(corp.path("keys.refused.jsonl")).unwrap();
    assert!(refused.lines().count() == 1 && !refused.contains("position"), "{refused}");
    corp.put("corrected.jsonl", &refused.replace("13900000001", "13900000003"));
    let ran = corp.run(&["import", "members", "corrected.jsonl"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(
        (&corp.member("wujiu")["position"], &corp.member("wujiu")["alias"]),
        (&position, &json!("甲"))
    );
    assert_eq!(corp.member("wangwu")["alias"], alias);

    corp.put("short.csv", "帐号,手机号,职位\nwujiu,13900000001\nwangwu,13900000004,丙\n");
    corp.run(&["import", "members", "short.csv"]).fails_with(1).with_remedy();
    let refused = fs::read_to_string(corp.path("short.refused.csv")).unwrap();
    assert!(refused.lines().nth(1).unwrap().ends_with("wujiu,13900000001"), "{refused}");
    corp.put("corrected.csv", &refused.replace("13900000001", "13900000005"));
    let ran = corp.run(&["import", "members", "corrected.csv"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(corp.member("wujiu")["position"], position);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_outcome_is_shown_if_the_refused_rows_cannot_be_written() {
    let corp = corp_that_refuses("13900000001").await;
    corp.put("hr.csv", "姓名,帐号,手机号,所在部门\n韩梅梅,han,13900000001,2\n");
    let ran = corp.run(&["import", "members", "hr.csv", "--refused", "missing/refused.csv", "-o", "json"]);
    ran.fails_with(1).with_remedy();
    let ending = stdout(&ran);
    assert_eq!(
        (&ending["refused"][0]["line"], &ending["refused_file"]),
        (&json!(2), &Value::Null),
        "{ran:?}"
    );
    assert!(ran.stderr.contains("warning: the refused rows were not saved"), "{ran:?}");
    assert!(ran.stderr.contains("--refused FILE"), "{ran:?}");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refused_rows_of_a_pipe_go_into_the_working_directory() {
    let corp = corp_that_refuses("13900000001").await;
    let ran = std::process::Command::new("mkfifo").arg(corp.path("pipe")).status().unwrap();
    assert!(ran.success());
    let pipe = corp.path("pipe");
    let text = "姓名,帐号,手机号,所在部门\n韩梅梅,han,13900000001,2\n";
    let writer = std::thread::spawn(move || fs::write(pipe, text));
    let ran = corp.run(&["import", "members", "pipe"]);
    writer.join().unwrap().unwrap();
    ran.fails_with(1).with_remedy();
    assert!(corp.path("import.refused.csv").exists(), "{ran:?}");
}
