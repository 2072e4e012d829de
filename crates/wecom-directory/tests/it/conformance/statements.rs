//! Statements of users, and the views that they read.

use serde_json::{Value, json};
use wecom_contacts::CorpId;
use wecom_directory::{Error, store::Store};

use super::{
    home::Home,
    records::{change, corp, department, full_member, member, put, rows, tag},
};

/// A mirror with a member of each kind, and another corp.
async fn filled(home: &impl Home) -> std::sync::Arc<dyn Store> {
    let store = home.open().await.unwrap();
    let mut transaction = store.begin(&corp()).await.unwrap();
    let lisi = member("LiSi", "李四");
    transaction.put_members(vec![lisi, full_member("ZhangSan")]).await.unwrap();
    transaction.put_departments(vec![department(1, "示例公司", 0)]).await.unwrap();
    transaction.put_tags(vec![tag(1, &["lisi", "nobody"])]).await.unwrap();
    transaction.put_changes(vec![change(None, "LiSi", json!({"name": {"after": "李四"}}))]).await.unwrap();
    transaction.commit().await.unwrap();
    let other = CorpId::new("ww2");
    let mut transaction = store.begin(&other).await.unwrap();
    transaction.put_members(vec![member("other", "别人")]).await.unwrap();
    transaction.commit().await.unwrap();
    store
}

async fn refused(store: &dyn Store, statement: &str) {
    match rows(store, Some(&corp()), statement).await {
        Err(Error::Statement(why)) => assert!(!why.is_empty(), "{statement}"),
        Err(error) => panic!("{statement}: {error:?}"),
        Ok(rows) => panic!("{statement} ran: {rows:?}"),
    }
}

pub(super) async fn a_statement_that_writes_is_refused(home: &impl Home) {
    let store = filled(home).await;
    for statement in [
        "DELETE FROM member",
        "UPDATE member SET name = ''",
        "INSERT INTO corp (corp_id) VALUES ('x')",
        "DROP VIEW members",
        "CREATE TABLE t (x integer)",
        "CREATE TEMP TABLE t (x integer)",
        "WITH gone AS (DELETE FROM member RETURNING 1) SELECT * FROM gone",
        "SELECT 1 AS x INTO t",
        "VACUUM",
        "BEGIN",
        "COMMIT",
        "PRAGMA user_version = 7",
        "ATTACH ':memory:' AS other",
        "SET TRANSACTION READ WRITE",
        "DO 'BEGIN DELETE FROM member; END'",
        "COPY member TO STDOUT",
        "COPY member TO PROGRAM 'true'",
        "COPY member FROM STDIN",
        "LOCK TABLE member",
        "NOTIFY x",
        "LISTEN x",
        "CALL x()",
        "EXPLAIN ANALYZE DELETE FROM member",
        "SELECT nextval('pull_pull_seq')",
        "SELECT set_config('transaction_read_only', 'off', false)",
    ] {
        refused(&*store, statement).await;
    }
    let (_, rows) = rows(&*store, None, "SELECT count(*) FROM members").await.unwrap();
    assert_eq!(rows, [[json!(3)]]);
}

pub(super) async fn several_statements_are_refused(home: &impl Home) {
    let store = filled(home).await;
    for statement in ["SELECT 1; SELECT 2", "SELECT 1; DELETE FROM member", ";SELECT 1; COMMIT"] {
        refused(&*store, statement).await;
    }
    for statement in ["SELECT 1;", "SELECT ';'", "VALUES (1)", "SELECT 1 -- ; a comment"] {
        assert_eq!(rows(&*store, None, statement).await.unwrap().1.len(), 1, "{statement}");
    }
}

pub(super) async fn a_statement_that_does_not_parse_is_refused(home: &impl Home) {
    let store = filled(home).await;
    for statement in
        ["", " ", "-- nothing", "not sql", "SELECT", "SELECT * FROM nothing", "SELECT ?1 +", "SELECT 'a"]
    {
        refused(&*store, statement).await;
    }
}

pub(super) async fn a_statement_shows_one_corp_or_all(home: &impl Home) {
    let store = filled(home).await;
    let count = async |corp: Option<&CorpId>, view: &str| {
        rows(&*store, corp, &format!("SELECT count(*) FROM {view}")).await.unwrap().1[0][0].clone()
    };
    for view in ["members", "members_unmasked"] {
        assert_eq!(count(Some(&corp()), view).await, json!(2));
        assert_eq!(count(Some(&CorpId::new("ww2")), view).await, json!(1));
        assert_eq!(count(None, view).await, json!(3));
    }
    for (view, all) in [("departments", 1), ("tag_members", 2), ("changes", 1)] {
        assert_eq!(count(Some(&CorpId::new("ww2")), view).await, json!(0), "{view}");
        assert_eq!(count(None, view).await, json!(all), "{view}");
    }
}

pub(super) async fn an_unknown_corp_is_an_error(home: &impl Home) {
    let store = filled(home).await;
    let error = rows(&*store, Some(&CorpId::new("x' OR '1'='1")), "SELECT 1").await.unwrap_err();
    assert!(matches!(error, Error::UnknownCorp(_)), "{error:?}");
}

pub(super) async fn values_are_null_numbers_and_texts(home: &impl Home) {
    let store = home.open().await.unwrap();
    let statement = "SELECT NULL AS a, 7 AS b, 1.5 AS c, '文' AS d, 1 = 1 AS e, sum(x) AS f, avg(x) AS \"G\"
                     FROM (VALUES (1), (2)) AS v (x)";
    // SQLite has no names for the columns of a list of values.
    let statement =
        statement.replace("(VALUES (1), (2)) AS v (x)", "(SELECT 1 AS x UNION ALL SELECT 2) AS v");
    let (columns, found) = rows(&*store, None, &statement).await.unwrap();
    assert_eq!(columns, ["a", "b", "c", "d", "e", "f", "G"]);
    assert_eq!(found, [[json!(null), json!(7), json!(1.5), json!("文"), json!(1), json!(3), json!(1.5)]]);
}

pub(super) async fn a_reader_can_stop_a_statement(home: &impl Home) {
    let store = home.open().await.unwrap();
    let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n";
    let mut read = 0;
    let mut each = |_: wecom_directory::store::QueryRow<'_>| {
        read += 1;
        if read < 1_000 { Ok(()) } else { Err(Error::NoCredential) }
    };
    let error = store.query(None, endless, &mut each).await.unwrap_err();
    assert!(matches!(error, Error::NoCredential), "{error:?}");
    assert_eq!(read, 1_000);
    put(&*store, vec![member("lisi", "李四")]).await;
}

pub(super) async fn the_views_have_their_columns(home: &impl Home) {
    let store = filled(home).await;
    for (view, columns) in [
        ("departments", "corp_id id name path depth parent_id order leaders state members_direct"),
        (
            "members_unmasked",
            "corp_id person userid name alias mobile email biz_mail position gender telephone address status enable \
             leader_userid leader_name departments seats main_department external_position extattr external_profile state \
             hidden stale read_at",
        ),
        (
            "members",
            "corp_id person userid name alias mobile email biz_mail position gender telephone address status enable \
             leader_userid leader_name departments seats main_department external_position state hidden stale read_at",
        ),
        ("tag_members", "corp_id tag_id tag_name userid name members_complete"),
        ("changes", "corp_id seq at kind id person action fields cause operator"),
    ] {
        let (found, _) = rows(&*store, None, &format!("SELECT * FROM {view}")).await.unwrap();
        assert_eq!(found.join(" "), columns, "{view}");
    }
}

pub(super) async fn the_view_of_members_masks_personal_values(home: &impl Home) {
    let store = home.open().await.unwrap();
    let mut short = full_member("short");
    let known = |text: &str| wecom_contacts::Seen::Known(text.to_owned());
    short.record.member.mobile = known("12");
    short.record.member.email = known("no mail");
    short.record.member.telephone = known("");
    short.record.member.address = known("一条街");
    put(&*store, vec![full_member("ZhangSan"), short]).await;
    let statement = "SELECT mobile, email, biz_mail, telephone, address FROM members ORDER BY person";
    let (_, found) = rows(&*store, Some(&corp()), statement).await.unwrap();
    let null = Value::Null;
    assert_eq!(found[0], [json!("****0000"), json!("z***@example.com"), json!("***"), null.clone(), null]);
    assert_eq!(found[1], [json!("****"), json!("***"), json!("***"), json!(""), json!("***")]);
    let statement = "SELECT mobile, email FROM members_unmasked ORDER BY person";
    let (_, found) = rows(&*store, Some(&corp()), statement).await.unwrap();
    assert_eq!(found[0], [json!("13800000000"), json!("zhangsan@example.com")]);
}

pub(super) async fn the_views_join_leaders_departments_and_tags(home: &impl Home) {
    let store = filled(home).await;
    let one = async |statement: &str| rows(&*store, Some(&corp()), statement).await.unwrap().1.remove(0);
    let member = one(
        "SELECT leader_userid, leader_name, departments, seats, main_department, status, enable, hidden <> 0, stale <> 0, read_at
         FROM members WHERE userid = 'ZhangSan'",
    )
    .await;
    let expected = json!(["LiSi", "李四", "示例公司; id 7", 2, "id 7", 4, 1, 1, 1, 1_700_000_000_000_i64]);
    assert_eq!(Value::from(member), expected);
    let department =
        one("SELECT id, path, depth, parent_id, \"order\", leaders, members_direct FROM departments").await;
    assert_eq!(Value::from(department), json!([1, "示例公司", 0, 0, 100, "[\"LiSi\"]", 1]));
    let tag =
        one("SELECT tag_id, tag_name, userid, name, members_complete FROM tag_members ORDER BY userid").await;
    assert_eq!(Value::from(tag), json!([1, "骨干", "lisi", "李四", 1]));
    let change = one("SELECT at, kind, id, person, action, fields, cause, operator FROM changes").await;
    let fields = "{\"name\":{\"after\":\"李四\"}}";
    let expected = json!([1_700_000_001_000_i64, "member", "LiSi", null, "changed", fields, "pull 1", null]);
    assert_eq!(Value::from(change), expected);
}
