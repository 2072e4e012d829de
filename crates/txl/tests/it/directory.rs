//! The commands of the mirror: `pull`, `status`, `find`, `tree`, `history`, `diff`, `sql`, `mirror`.

use std::path::Path;

use private_servers::postgres::TestDatabase;
use serde_json::{Value, json};
use wecom_contacts::{Client, CorpId, Secret, members::MemberPatch};
use wecom_directory::store::{PullRecord, Store, sqlite::SqliteStore};
use wecom_sim::Sim;

use crate::{corp::Corp, run::Ran};

struct Mirrored(Corp);

impl Mirrored {
    /// Starts a corp without a mirror.
    async fn start() -> Self {
        Self(Corp::start(Sim::builder()).await)
    }

    /// Starts a corp with a mirror.
    async fn pulled() -> Self {
        let corp = Self::start().await;
        let ran = corp.run(&["pull"]);
        assert_eq!(ran.code, 0, "{ran:?}");
        corp
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        let mut command = self.0.command(arguments);
        command.env("TXL_MIRROR", self.0.path("m.db"));
        Ran::of(command.output().unwrap())
    }

    fn json(&self, arguments: &[&str]) -> Value {
        self.run(&[arguments, &["-o", "json"]].concat()).json()
    }

    fn contacts(&self) -> Client {
        let secret = Secret::contacts_sync(self.0.sim.contacts_secret());
        Client::builder(self.0.sim.corp_id(), secret).base_url(self.0.sim.url()).build().unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pull_reports_its_coverage() {
    let corp = Mirrored::start().await;
    let report = corp.json(&["pull"]);
    assert_eq!(
        report["coverage"],
        json!({"members": "complete", "departments": "complete", "tags": "complete"})
    );
    assert_eq!((&report["existence"], &report["complete"]), (&json!(true), &json!(true)));
    let again = corp.run(&["pull"]);
    assert!(again.stderr.contains("members: ") && again.stderr.contains("unchanged"), "{again:?}");
    assert_eq!(again.stdout, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn status_has_the_coverage_of_each_corp_and_fails_when_the_mirror_is_old() {
    let corp = Mirrored::pulled().await;
    let status = corp.json(&["status"]);
    assert_eq!(status[0]["corp_id"], "ww1234567890abcdef");
    assert_eq!(status[0]["coverage"]["members"], "complete");
    assert_eq!(status[0]["existence"], true);
    assert!(status[0]["pulled_at"].is_string() && status[0]["members"].as_u64().unwrap() > 0);
    assert_eq!(corp.run(&["status", "--max-age", "24h"]).code, 0);
    let old = corp.run(&["status", "--max-age", "0s"]);
    old.fails_with(1).with_remedy();
    assert!(old.stderr.contains("last complete pull"), "{old:?}");
    let wrong = corp.run(&["status", "--max-age", "5x"]);
    wrong.fails_with(2);
    assert!(wrong.stderr.contains("`5x` is not a duration such as 24h"), "{wrong:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pull_from_the_future_has_no_age() {
    let corp = Mirrored::pulled().await;
    let store = SqliteStore::open(corp.0.path("m.db")).await.unwrap();
    let pulled = store.corps().await.unwrap().remove(0).last_complete.unwrap();
    let later = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24 * 400);
    let id = CorpId::from(corp.0.sim.corp_id());
    let mut transaction = store.begin(&id).await.unwrap();
    let mut pull = PullRecord { id: 0, started_at: later, ended_at: later, ..pulled };
    // A pull has its number before its end.
    pull.id = transaction.put_pull(&pull).await.unwrap();
    transaction.put_pull(&pull).await.unwrap();
    transaction.commit().await.unwrap();
    let ran = corp.run(&["status", "--max-age", "24h"]);
    ran.fails_with(1).with_remedy();
    assert!(ran.stderr.contains("in the future"), "{ran:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn sql_reads_the_views_and_nothing_else() {
    let corp = Mirrored::pulled().await;
    let count = corp.json(&["sql", "select count(*) as n from members"]);
    assert_eq!(count, json!([{ "n": corp.json(&["status"])[0]["members"] }]));
    for statement in ["delete from member", "attach 'x.db' as x", "pragma user_version = 3", "selec", ""] {
        let ran = corp.run(&["sql", statement]);
        ran.fails_with(2).with_remedy();
        assert!(ran.stderr.contains("the statement cannot be run"), "{ran:?}");
    }
    assert!(!corp.0.path("x.db").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn many_rows_of_a_statement_are_printed_as_they_come() {
    const ROWS: &str = "with recursive n(i) as (select 1 union all select i + 1 from n where i < 2500)
                        select i, 'a' || char(10) || 'b' as text, null as none from n";
    let corp = Mirrored::pulled().await;
    let json = corp.run(&["sql", ROWS, "-o", "json"]);
    let rows = json.json();
    assert_eq!(rows.as_array().unwrap().len(), 2_500);
    assert_eq!(rows[2_499], json!({"i": 2_500, "text": "a\nb", "none": null}));
    let in_order = json.stdout.find("\"i\"") < json.stdout.find("\"text\"");
    assert!(in_order && json.stdout.starts_with("[\n  {\n    \"i\": 1,"), "{}", &json.stdout[..60]);
    let lines = |format: &str| corp.run(&["sql", ROWS, "-o", format]).stdout.lines().count();
    assert_eq!(lines("jsonl"), 2_500);
    assert_eq!(lines("csv"), 1 + 2 * 2_500);
    let table = corp.run(&["sql", "select 1 as one, 'x' as two", "-o", "table"]);
    assert_eq!(table.stdout, "one  two\n1    x\n");
    let many =
        "with recursive n(i) as (select 1 union all select i + 1 from n where i < 2500) select i from n";
    let table = corp.run(&["sql", many]);
    assert_eq!(table.stdout.lines().count(), 2_501, "the rows behind the measured ones come, too");
    assert!(table.stderr.contains("2500"), "{}", table.stderr);
    assert_eq!(corp.run(&["sql", "select 1 where 0", "-o", "json"]).stdout, "[]\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_found_with_their_departments() {
    let corp = Mirrored::pulled().await;
    let found = corp.json(&["find", "zhangs"]);
    assert_eq!((&found[0]["userid"], &found[0]["name"]), (&json!("zhangsan"), &json!("张三")));
    assert!(found[0]["departments"][0].as_str().unwrap().starts_with("示例公司"), "{found}");
    let none = corp.run(&["find", "qqqq"]);
    none.fails_with(1).with_remedy();
    assert_eq!(none.stdout, "");
    assert_eq!(corp.run(&["find", "qqqq", "-o", "json"]).stdout.trim(), "[]");
}

#[tokio::test(flavor = "multi_thread")]
async fn history_lists_changes_in_order_with_their_cause() {
    let corp = Mirrored::pulled().await;
    let members = corp.contacts();
    for position in ["顾问", "总监"] {
        members.members().update("lisi", MemberPatch::new().position(position)).await.unwrap();
        assert_eq!(corp.run(&["pull"]).code, 0);
    }
    let history = corp.json(&["history", "LiSi"]);
    let after: Vec<_> =
        history.as_array().unwrap().iter().map(|change| &change["fields"]["position"]["after"]).collect();
    assert_eq!(after, [&json!("顾问"), &json!("总监")]);
    assert_eq!(history[1]["cause"], "pull 3");
    for key in ["seq", "at", "action", "fields", "cause", "operator"] {
        assert!(history[0].get(key).is_some(), "{key}: {history}");
    }
    assert_eq!(corp.json(&["history", "--department", "2"]), json!([]));
    corp.run(&["history"]).fails_with(2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_difference_is_shown_and_the_mirror_stays() {
    let corp = Mirrored::pulled().await;
    assert_eq!(corp.json(&["diff"]), json!([]));
    corp.contacts().members().update("lisi", MemberPatch::new().position("总监")).await.unwrap();
    let difference = corp.json(&["diff"]);
    assert_eq!((&difference[0]["id"], &difference[0]["action"]), (&json!("lisi"), &json!("changed")));
    assert_eq!(corp.json(&["history", "lisi"]), json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tree_has_leaders_and_head_counts() {
    let corp = Mirrored::pulled().await;
    let tree = corp.run(&["tree"]);
    assert!(tree.stdout.starts_with("示例公司 ("), "{tree:?}");
    assert!(tree.stdout.contains("├── ") && tree.stdout.contains("└── "), "{tree:?}");
    let part = corp.run(&["tree", "研发部", "--members"]);
    assert!(part.stdout.starts_with("研发部 (") && part.stdout.contains("wangwu"), "{part:?}");
    corp.run(&["tree", "没有的部门"]).fails_with(1).with_remedy();
    let page = corp.run(&["tree", "--members", "--format", "html"]).stdout;
    assert!(page.contains("<title>示例公司</title>") && page.contains("王五 wangwu"), "{page}");
    let chart = corp.run(&["tree", "研发部", "--format", "svg"]).stdout;
    assert!(chart.starts_with("<?xml") && chart.contains("研发部") && !chart.contains("示例公司"), "{chart}");
    assert_eq!(corp.run(&["tree", "--format", "json"]).json(), corp.json(&["tree"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_member_can_be_forgotten_and_a_present_one_cannot() {
    let corp = Mirrored::pulled().await;
    let present = corp.run(&["mirror", "forget", "lisi", "--yes"]);
    present.fails_with(1).with_remedy();
    corp.contacts().members().delete("lisi").await.unwrap();
    assert_eq!(corp.run(&["pull"]).code, 0);
    let ran = corp.run(&["mirror", "forget", "lisi", "--yes"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(!corp.run(&["mirror", "export"]).stdout.contains("lisi"));
}

#[tokio::test(flavor = "multi_thread")]
async fn members_who_were_removed_long_ago_are_forgotten() {
    let corp = Mirrored::pulled().await;
    corp.contacts().members().delete("lisi").await.unwrap();
    assert_eq!(corp.run(&["pull"]).code, 0);
    let recent = corp.json(&["mirror", "forget", "--removed-for", "180 days", "--yes"]);
    assert_eq!(recent, json!({ "forgotten": 0 }));
    assert!(corp.run(&["mirror", "export"]).stdout.contains("lisi"));
    corp.run(&["mirror", "forget", "lisi", "--removed-for", "1d", "--yes"]).fails_with(2);
    corp.run(&["mirror", "forget", "--removed-for", "soon", "--yes"]).fails_with(2);

    let sim = &corp.0.sim;
    let profile = format!(
        "[profile.p]\ncorp_id = \"{}\"\ncontacts_secret = \"{}\"\nbase_url = \"{}\"\nforget_after = \"0s\"\n",
        sim.corp_id(),
        sim.contacts_secret(),
        sim.url()
    );
    let config = corp.0.path("txl.toml");
    std::fs::write(&config, &profile).unwrap();
    #[cfg(unix)]
    std::fs::set_permissions(&config, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let pull = |config: &Path| {
        let mut command = crate::run::txl();
        let flags = ["pull", "--profile", "p", "--config", config.to_str().unwrap()];
        command.args(flags).env("TXL_MIRROR", corp.0.path("m.db"));
        Ran::of(command.output().unwrap())
    };
    let ran = pull(&config);
    assert!(ran.code == 0 && ran.stderr.contains("erased 1 removed member"), "{ran:?}");
    assert!(!corp.run(&["mirror", "export"]).stdout.contains("lisi"));
    std::fs::write(&config, profile.replace("0s", "a while")).unwrap();
    let wrong = pull(&config);
    wrong.fails_with(2).with_remedy();
    assert!(wrong.stderr.contains("`a while` is not a duration"), "{wrong:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mirror_is_copied_whole() {
    let corp = Mirrored::pulled().await;
    let ran = corp.run(&["mirror", "migrate", "copy.db"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let exported = corp.run(&["mirror", "export"]).stdout;
    let copy = corp.run(&["mirror", "export", "--mirror", "copy.db"]).stdout;
    assert_eq!(copy, exported);
    corp.run(&["mirror", "migrate", "copy.db"]).fails_with(2).with_remedy();
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_fails_leaves_nothing_behind() {
    let corp = Mirrored::pulled().await;
    let before = files(&corp);
    // The file size is limited to 64 KiB. A larger write is an error instead of a signal.
    let script = r#"trap "" XFSZ; ulimit -f 64; exec "$@""#;
    let mut command = crate::run::in_a_shell(script, &["mirror", "migrate", "copy.db"]);
    command.env("TXL_MIRROR", corp.0.path("m.db")).current_dir(corp.0.directory.path());
    let ran = Ran::of(command.output().unwrap());
    ran.fails_with(1).with_remedy();
    assert!(ran.stderr.contains("the mirror's database failed"), "{ran:?}");
    assert_eq!(files(&corp), before);
}

#[cfg(unix)]
fn files(corp: &Mirrored) -> std::collections::BTreeSet<std::ffi::OsString> {
    std::fs::read_dir(corp.0.directory.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_use_is_one_clear_line_with_a_remedy() {
    let corp = Mirrored::start().await;
    corp.run(&["status"]).fails_with(1).with_remedy();
    std::fs::write(corp.0.path("m.db"), "not a database ".repeat(500)).unwrap();
    let ran = corp.run(&["pull"]);
    ran.fails_with(1).with_remedy();
    assert!(ran.stderr.contains("is no SQLite database"), "{ran:?}");
}

/// A corp whose mirror is in a database.
struct InDatabase {
    corp: Mirrored,
    database: TestDatabase,
}

impl InDatabase {
    async fn start() -> Self {
        Self { corp: Mirrored::start().await, database: TestDatabase::create().unwrap() }
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        let mut command = self.corp.0.command(arguments);
        command.env("TXL_MIRROR", self.database.url());
        let ran = Ran::of(command.output().unwrap());
        let password = self.database.url();
        let password = password.split(['@', '/']).nth(2).and_then(|user| user.split_once(':'));
        if let Some((_, password)) = password {
            assert!(!ran.stderr.contains(password) && !ran.stdout.contains(password), "{ran:?}");
        }
        ran
    }

    fn json(&self, arguments: &[&str]) -> Value {
        self.run(&[arguments, &["-o", "json"]].concat()).json()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mirror_in_a_database_answers_as_a_file_does() {
    let mirror = InDatabase::start().await;
    let missing = mirror.run(&["status"]);
    missing.fails_with(1).with_remedy();
    assert!(missing.stderr.contains("no mirror at postgres://"), "{missing:?}");
    for pull in [mirror.run(&["pull"]), mirror.corp.run(&["pull"])] {
        assert_eq!(pull.code, 0, "{pull:?}");
    }
    for command in [
        &["sql", "select count(*) as n from members"][..],
        &[
            "sql",
            "select userid, name, departments, leader_name, seats, hidden, status from members order by userid",
        ],
        &["sql", "select * from departments order by id"],
        &["sql", "select tag_id, tag_name, userid, name, members_complete from tag_members order by 1, 3"],
        &["find", "zhangs"],
        &["tree"],
    ] {
        let (found, expected) = (mirror.run(command), mirror.corp.run(command));
        assert_eq!((found.code, &found.stdout), (0, &expected.stdout), "{found:?}");
    }
    mirror.corp.contacts().members().update("lisi", MemberPatch::new().position("总监")).await.unwrap();
    assert_eq!(mirror.json(&["diff"])[0]["id"], "lisi");
    assert_eq!(mirror.run(&["pull"]).code, 0);
    assert_eq!(mirror.json(&["history", "LISI"])[0]["fields"]["position"]["after"], "总监");
    assert_eq!(mirror.json(&["status"])[0]["coverage"]["members"], "complete");
    mirror.corp.contacts().members().delete("lisi").await.unwrap();
    assert_eq!(mirror.run(&["pull"]).code, 0);
    assert_eq!(mirror.run(&["mirror", "forget", "lisi", "--yes"]).code, 0);
    assert!(!mirror.run(&["mirror", "export"]).stdout.contains("lisi"));
    for statement in ["delete from member", "select 1; select 2", "copy member to stdout", "selec", ""] {
        mirror.run(&["sql", statement]).fails_with(2).with_remedy();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mirror_moves_into_a_database_and_back() {
    let mirror = InDatabase::start().await;
    let (corp, url) = (&mirror.corp, mirror.database.url());
    assert_eq!(corp.run(&["pull"]).code, 0);
    let exported = corp.run(&["mirror", "export"]).stdout;
    let ran = corp.run(&["mirror", "migrate", &url]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(mirror.run(&["mirror", "export"]).stdout, exported);
    let again = corp.run(&["mirror", "migrate", &url]);
    again.fails_with(2).with_remedy();
    assert!(again.stderr.contains("has a mirror"), "{again:?}");

    assert_eq!(mirror.run(&["mirror", "migrate", "back.db"]).code, 0);
    assert_eq!(corp.run(&["mirror", "export", "--mirror", "back.db"]).stdout, exported);
    // What an interrupted copy left is no mirror, and the next copy replaces it.
    mirror.database.run("DELETE FROM wecom_mirror.corp").unwrap();
    assert_eq!(corp.run(&["mirror", "migrate", &url]).code, 0);
    assert_eq!(mirror.run(&["mirror", "export"]).stdout, exported);
    assert_eq!(mirror.run(&["pull"]).code, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_cannot_be_used_is_one_clear_line_with_a_remedy() {
    let corp = Mirrored::start().await;
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for (url, code, reason) in [
        (
            format!("postgres://txl:hunter2@{closed}/corp"),
            1,
            format!("the mirror at postgres://txl@{closed}/corp cannot be reached"),
        ),
        ("postgres://txl:hun@ter2@localhost/corp".to_owned(), 2, "the database URL is invalid".to_owned()),
        ("postgres://localhost/corp".to_owned(), 2, "it names no user".to_owned()),
    ] {
        for command in [["pull", "--mirror", &url], ["status", "--mirror", &url]] {
            let ran = corp.run(&command);
            ran.fails_with(code).with_remedy();
            assert!(ran.stderr.contains(&reason) && !ran.stderr.contains("ter2"), "{ran:?}");
        }
    }
}
