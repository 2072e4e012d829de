//! The weekly job: `roster`, `plan`, `apply`, `undo` and `run`, with files as HR makes them.

use std::{fs, process::Command};

use serde_json::{Value, json};
use wecom_contacts::{
    Client, Secret,
    members::{Attribute, ExternalProfile, MemberPatch},
};
use wecom_sim::Sim;

use crate::{corp::Corp, run::Ran};

/// A corp with a mirror and its own roster, `all.csv`.
pub(crate) struct Desk(pub(crate) Corp);

impl Desk {
    pub(crate) async fn start() -> Self {
        Self::of(Sim::builder().legacy(true)).await
    }

    pub(crate) async fn of(builder: wecom_sim::SimBuilder) -> Self {
        let desk = Self(Corp::start(builder).await);
        desk.run(&["pull"]).succeeds();
        desk.run(&["roster", "export", "--out", "all.csv"]).succeeds();
        desk
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.command(arguments).output().unwrap())
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.0.command(arguments);
        command.env("TXL_MIRROR", self.0.path("m.db")).env("USER", "desk");
        command
    }

    /// The JSON that a command prints, and its exit code.
    pub(crate) fn json(&self, arguments: &[&str]) -> (Value, i32) {
        let ran = self.run(&[arguments, &["-o", "json"]].concat());
        let value = serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran:?}"));
        (value, ran.code)
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.path(name)).unwrap()
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.0.path(name), text).unwrap();
    }

    /// Writes a copy of the roster with other rows.
    pub(crate) fn roster(&self, name: &str, change: impl FnMut(&str) -> Option<String>) {
        let all = self.read("all.csv");
        let (head, rows) = all.split_once('\n').unwrap();
        let rows: Vec<_> = rows.lines().filter_map(change).collect();
        self.write(name, &format!("{head}\n{}\n", rows.join("\n")));
    }

    pub(crate) fn member(&self, userid: &str) -> Value {
        self.0.run(&["member", "get", userid, "-o", "json"]).json()
    }

    pub(crate) fn contacts(&self) -> Client {
        let secret = Secret::contacts_sync(self.0.sim.contacts_secret());
        Client::builder(self.0.sim.corp_id(), secret).base_url(self.0.sim.url()).build().unwrap()
    }
}

impl Ran {
    #[track_caller]
    fn succeeds(&self) -> &Self {
        assert_eq!(self.code, 0, "{self:?}");
        self
    }
}

/// The policy of a corp that disables leavers.
const POLICY: &str = "[roster]\nscope = [\"示例公司\"]\nleavers = \"disable\"\nprotected = [\"zhangsan\"]\n";

/// The rows of a week: 吴九 leaves, 李四 gets another position, and a newcomer arrives.
pub(crate) fn week(desk: &Desk) {
    let all = desk.read("all.csv");
    let headings: Vec<&str> = all.lines().next().unwrap().trim_start_matches('\u{feff}').split(',').collect();
    let position = headings.iter().position(|heading| *heading == "职位").unwrap();
    desk.roster("week.csv", |row| {
        let mut cells: Vec<&str> = row.split(',').collect();
        match cells[0] {
            "wujiu" => return None,
            "lisi" => cells[position] = "首席顾问",
            _ => {}
        }
        Some(cells.join(","))
    });
    let newcomer: Vec<&str> = headings
        .iter()
        .map(|heading| match *heading {
            "帐号" => "xinren",
            "姓名" => "新人",
            "手机号" => "13900000001",
            "部门" => "示例公司",
            _ => "",
        })
        .collect();
    desk.write("week.csv", &format!("{}{}\n", desk.read("week.csv"), newcomer.join(",")));
    desk.write("roster.toml", POLICY);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exported_roster_planned_again_changes_nothing() {
    for desk in [Desk::start().await, Desk::of(Sim::builder().legacy(true).seed(60, 12, 3)).await] {
        let before = desk.0.sim.digest();
        let (plan, code) = desk.json(&["plan", "all.csv", "--detailed-exit-code"]);
        assert_eq!(code, 0, "{plan:#}");
        for count in ["create", "update", "move", "disable", "enable", "remove"] {
            assert_eq!(plan[count], 0, "{plan:#}");
        }
        assert_eq!(desk.0.sim.digest(), before, "a plan sends nothing");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_json_of_a_plan_is_the_contract() {
    let desk = Desk::start().await;
    week(&desk);
    let (plan, code) = desk.json(&["plan", "week.csv", "--out", "plan.json", "--detailed-exit-code"]);
    assert_eq!(code, 10, "{plan:#}");
    let keys: Vec<&str> = plan.as_object().unwrap().keys().map(String::as_str).collect();
    let expected = [
        "create",
        "update",
        "move",
        "disable",
        "enable",
        "remove",
        "not_writable",
        "invites",
        "unchecked",
        "departments",
        "tags",
        "findings",
        "gate",
    ];
    assert_eq!(keys, expected);
    let counts = ["create", "update", "move", "disable", "enable", "remove", "invites"].map(|key| &plan[key]);
    assert_eq!(
        counts,
        [&json!(1), &json!(1), &json!(0), &json!(1), &json!(0), &json!(0), &json!(0)],
        "{plan:#}"
    );
    assert_eq!(plan["gate"], json!({"verdict": "pass", "reasons": []}));
    assert_eq!(desk.json(&["plan", "show", "plan.json"]), (plan, 0));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(desk.0.path("plan.json")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_week_is_planned_applied_and_then_there_is_nothing_to_do() {
    let desk = Desk::start().await;
    week(&desk);
    desk.run(&["plan", "week.csv", "--out", "plan.json"]).succeeds();
    let (ended, code) = desk.json(&["apply", "plan.json", "--yes", "--write-ids", "ids.csv"]);
    assert_eq!(code, 0, "{ended:#}");
    assert_eq!(ended, json!({"run": 1, "done": 3, "refused": 0, "stale": 0, "unknown": 0}));
    assert_eq!(desk.member("lisi")["position"], "首席顾问");
    assert_eq!(desk.member("wujiu")["status"], 2);
    assert_eq!(desk.member("xinren")["name"], "新人");
    assert!(desk.read("ids.csv").contains("新人,xinren"), "{}", desk.read("ids.csv"));
    let (again, code) = desk.json(&["plan", "week.csv", "--detailed-exit-code"]);
    assert_eq!(code, 0, "{again:#}");
    let runs = desk.json(&["run", "list"]).0;
    assert_eq!(
        (&runs[0]["state"], &runs[0]["operator"], &runs[0]["done"]),
        (&json!("done"), &json!("desk"), &json!(3))
    );
    let history = desk.json(&["history", "lisi"]).0;
    assert!(history[0]["cause"].as_str().unwrap().starts_with("run 1 step "), "{history:#}");
    // A plan is applied once.
    let twice = desk.run(&["apply", "plan.json", "--yes"]);
    twice.fails_with(1).with_remedy();
    assert!(twice.stderr.contains("applied already, as run 1"), "{twice:?}");
    assert_eq!(twice.stdout, "", "a plan that cannot be applied is not shown");
    let planned = desk.run(&["plan", "plan.json"]);
    planned.fails_with(2).with_remedy();
    assert!(planned.stderr.contains("plan.json is a plan"), "{planned:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undo_brings_the_week_back() {
    let desk = Desk::start().await;
    week(&desk);
    let before = ["lisi", "wujiu"].map(|userid| desk.member(userid));
    desk.run(&["apply", "week.csv", "--yes"]).succeeds();
    let (ended, code) = desk.json(&["undo", "1", "--yes", "--remove-created"]);
    assert_eq!(code, 0, "{ended:#}");
    assert_eq!((&ended["run"], &ended["refused"]), (&json!(2), &json!(0)), "{ended:#}");
    assert_eq!(["lisi", "wujiu"].map(|userid| desk.member(userid)), before);
    desk.0.run(&["member", "get", "xinren"]).fails_with(1);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_terminal_and_yes_nothing_is_sent() {
    let desk = Desk::start().await;
    week(&desk);
    desk.run(&["plan", "week.csv", "--out", "plan.json"]).succeeds();
    let before = desk.0.sim.digest();
    for arguments in [&["apply", "plan.json"][..], &["apply", "week.csv"], &["undo", "1"]] {
        let ran = desk.run(arguments);
        ran.fails_with(2).with_remedy();
        assert!(ran.stderr.contains("--yes"), "{ran:?}");
    }
    assert_eq!(desk.0.sim.digest(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_does_not_exist_is_said_before_the_corp_is_read() {
    let desk = Desk::start().await;
    week(&desk);
    let requests = desk.0.sim.requests().len();
    for arguments in
        [&["undo", "7", "--yes"][..], &["apply", "--resume", "7", "--yes"], &["run", "show", "7"]]
    {
        let ran = desk.run(arguments);
        ran.fails_with(1).with_remedy();
        assert!(ran.stderr.contains("no run 7") && ran.stderr.contains("txl run list"), "{ran:?}");
    }
    assert_eq!(desk.0.sim.requests().len(), requests);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_gate_stops_a_truncated_roster_and_an_allowance_is_for_one_plan() {
    let desk = Desk::start().await;
    desk.write("roster.toml", POLICY);
    desk.roster("few.csv", |row| {
        (row.starts_with("zhangsan") || row.starts_with("lisi")).then(|| row.to_owned())
    });
    let before = desk.0.sim.digest();
    let (plan, code) = desk.json(&["plan", "few.csv", "--out", "plan.json", "--detailed-exit-code"]);
    assert_eq!(code, 4, "{plan:#}");
    assert_eq!(plan["gate"]["verdict"], "stop");
    let flag = plan["gate"]["reasons"][0]["flag"].as_str().unwrap().to_owned();
    assert!(flag.starts_with("--allow members_disabled="), "{plan:#}");
    let stopped = desk.run(&["apply", "plan.json", "--yes"]);
    stopped.fails_with(4).with_remedy();
    assert!(stopped.stdout.contains(&format!("txl apply plan.json {flag}")), "{stopped:?}");
    let for_scripts = desk.run(&["apply", "plan.json", "--yes", "-o", "json"]);
    assert!(for_scripts.fails_with(4).stderr.contains(&flag), "{for_scripts:?}");
    desk.run(&["apply", "few.csv", "--yes"]).fails_with(4).with_remedy();
    let allow: Vec<&str> = flag.split(' ').collect();
    desk.run(&[&["apply", "few.csv", "--yes"][..], &allow].concat()).fails_with(2).with_remedy();
    assert_eq!(desk.0.sim.digest(), before, "nothing was sent");
    // The roster was compared with a newer pull meanwhile.
    desk.run(&["plan", "few.csv", "--out", "plan.json"]).fails_with(4);
    desk.run(&[&["apply", "plan.json", "--yes"][..], &allow].concat()).succeeds();
    assert_eq!(desk.member("wujiu")["status"], 2);
    assert_eq!(desk.member("lisi")["status"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_was_changed_or_has_expired_is_refused_in_one_line() {
    let desk = Desk::start().await;
    week(&desk);
    desk.run(&["plan", "week.csv", "--out", "plan.json"]).succeeds();
    let text = desk.read("plan.json");
    desk.write("edited.json", &text.replace("首席顾问", "总经理"));
    desk.write("newer.json", &text.replacen("\"version\": 1", "\"version\": 9", 1));
    desk.run(&["plan", "week.csv", "--max-age", "0d", "--out", "old.json"]).succeeds();
    let before = desk.0.sim.digest();
    for (file, words) in [
        ("edited.json", "was changed after it was made"),
        ("newer.json", "version 9"),
        ("old.json", "expired"),
    ] {
        let ran = desk.run(&["apply", file, "--yes"]);
        ran.fails_with(1).with_remedy();
        assert!(ran.stderr.contains(words), "{file}: {ran:?}");
    }
    desk.run(&["pull"]).succeeds();
    let older = desk.run(&["apply", "plan.json", "--yes"]);
    older.fails_with(1).with_remedy();
    assert!(older.stderr.contains("plan again"), "{older:?}");
    assert_eq!(desk.0.sim.digest(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_others_changed_since_the_plan_is_stale_and_stays() {
    let desk = Desk::start().await;
    week(&desk);
    desk.run(&["plan", "week.csv", "--only", "update", "--out", "plan.json"]).succeeds();
    desk.contacts().members().update("lisi", MemberPatch::new().position("总监")).await.unwrap();
    let ran = desk.run(&["apply", "plan.json", "--yes"]);
    ran.fails_with(1).with_remedy();
    assert_eq!(desk.member("lisi")["position"], "总监");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_is_shown_in_each_format() {
    let desk = Desk::start().await;
    week(&desk);
    let text = desk.run(&["plan", "week.csv", "--out", "plan.json"]);
    for part in
        ["+ 1 create", "~ 1 update", "- 1 disable", "新人 (xinren)", "Gate: pass.", "txl apply plan.json"]
    {
        assert!(text.stdout.contains(part), "{part}: {text:?}");
    }
    assert!(!text.stdout.contains("13900000001"), "{text:?}");
    for (format, start) in
        [("markdown", "# Plan for"), ("html", "<!doctype html>"), ("csv", "\u{feff}change,")]
    {
        let shown = desk.run(&["plan", "show", "plan.json", "--format", format]);
        assert!(shown.stdout.starts_with(start), "{format}: {shown:?}");
        assert!(!shown.stdout.contains("13900000001"), "{format}");
    }
    desk.run(&["plan", "show", "plan.json", "--format", "xlsx", "--out", "plan.xlsx"]).succeeds();
    assert!(fs::read(desk.0.path("plan.xlsx")).unwrap().starts_with(b"PK"));
    let unmasked = desk.run(&["plan", "show", "plan.json", "--unmask"]);
    assert!(unmasked.stdout.contains("13900000001"), "{unmasked:?}");
    desk.run(&["plan", "show", "week.csv"]).fails_with(1).with_remedy();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_of_the_policy_has_its_line_and_a_remedy() {
    let desk = Desk::start().await;
    for (policy, words) in [
        ("[roster]\nleavers = \"delete\"\n", "roster.toml, line 2"),
        ("[roster]\nkeys = \"工号\"\n", "keys"),
        ("profile = \"production\"\n", "profile production"),
        ("[columns]\nmobile = \"没有\"\n", "没有"),
    ] {
        desk.write("roster.toml", policy);
        let ran = desk.run(&["plan", "all.csv", "--offline"]);
        ran.fails_with(2).with_remedy();
        assert!(ran.stderr.contains(words), "{ran:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_bad_row_does_not_stop_the_others_and_is_named_with_its_line() {
    let desk = Desk::start().await;
    week(&desk);
    let again =
        desk.read("week.csv").lines().find(|row| row.starts_with("sunqi,")).unwrap().replace("孙七", "孙八");
    desk.write("week.csv", &format!("{}{again}\n", desk.read("week.csv")));
    let last = desk.read("week.csv").lines().count();
    let (plan, code) = desk.json(&["plan", "week.csv"]);
    assert_eq!(code, 0, "{plan:#}");
    let finding =
        plan["findings"].as_array().unwrap().iter().find(|finding| finding["kind"] == "rows_disagree");
    let lines = &finding.unwrap()["places"];
    assert_eq!(lines[1]["line"], last, "{plan:#}");
    // The rows may be any member's: no leaver is acted on.
    assert_eq!((&plan["create"], &plan["update"], &plan["disable"]), (&json!(1), &json!(1), &json!(0)));
    desk.run(&["plan", "week.csv", "--strict"]).fails_with(1).with_remedy();
    let both = format!("{},{last}", lines[0]["line"]);
    let accepted = desk.json(&["plan", "week.csv", "--ignore-rows", &both]).0;
    assert_eq!(accepted["disable"], 1, "{accepted:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_roster_without_its_key_or_without_a_file_is_refused_in_one_line() {
    let desk = Desk::start().await;
    desk.write("nokey.csv", "姓名,手机号\n王芳,13800000000\n");
    let ran = desk.run(&["plan", "nokey.csv", "--offline"]);
    ran.fails_with(1).with_remedy();
    assert!(ran.stderr.contains("帐号"), "{ran:?}");
    desk.run(&["plan", "missing.csv", "--offline"]).fails_with(1).with_remedy();
    desk.run(&["plan"]).fails_with(2);
    desk.run(&["apply", "--resume"]).fails_with(1).with_remedy();
    desk.run(&["run", "show", "7"]).fails_with(1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_has_the_attributes_of_the_corp_and_can_be_planned() {
    let desk = Desk::start().await;
    desk.run(&["roster", "template", "--out", "new.csv"]).succeeds();
    let text = desk.read("new.csv");
    assert!(text.starts_with("\u{feff}帐号,姓名,手机号") && text.contains("工号"), "{text}");
    let (plan, _) = desk.json(&["plan", "new.csv", "--offline"]);
    assert_eq!(plan["create"], 1, "{plan:#}");
    desk.run(&["roster", "template", "--out", "new.xlsx"]).succeeds();
    desk.run(&["roster", "template", "--out", "new.pdf"]).fails_with(2).with_remedy();
}

#[tokio::test(flavor = "multi_thread")]
async fn leavers_are_written_as_a_roster_that_states_their_leaving() {
    let desk = Desk::start().await;
    week(&desk);
    desk.run(&["plan", "week.csv", "--write-leavers", "leavers.csv"]).succeeds();
    let leavers = desk.read("leavers.csv");
    assert!(leavers.contains("wujiu,吴九,离职"), "{leavers}");
    let (plan, _) = desk.json(&["plan", "week.csv", "leavers.csv", "--offline", "--only", "disable"]);
    assert_eq!(plan["disable"], 1, "{plan:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_the_corp_lacks_is_linked_by_name_and_department() {
    let desk = Desk::start().await;
    desk.write("roster.toml", "[roster]\nkey = \"HR编号\"\n");
    desk.write("hr.csv", "HR编号,姓名,部门,职位\nH-1,吴九,示例公司/行政部,顾问\n");
    let member = desk.member("wujiu");
    let department = desk.json(&["sql", "select departments from members where userid = 'wujiu'"]).0;
    let path = department[0]["departments"].as_str().unwrap().split("; ").next().unwrap().to_owned();
    desk.write(
        "hr.csv",
        &format!("HR编号,姓名,部门,职位\nH-1,{},{path},顾问\n", member["name"].as_str().unwrap()),
    );
    desk.run(&["roster", "link", "hr.csv"]).fails_with(2).with_remedy();
    let linked = desk.run(&["roster", "link", "hr.csv", "--yes"]);
    linked.succeeds();
    assert!(linked.stdout.contains("wujiu") && linked.stderr.contains("stored 1 link"), "{linked:?}");
    assert!(desk.run(&["roster", "link", "hr.csv", "--yes"]).stderr.contains("nothing to link"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hidden_mobile_that_a_run_wrote_counts_as_checked_by_a_private_key() {
    let desk = Desk::of(Sim::builder()).await;
    let row = |mobile: &str| format!("帐号,姓名,手机号,部门\nxinren,新人,{mobile},示例公司\n");
    desk.write("new.csv", &row("13900000001"));
    desk.run(&["apply", "new.csv", "--yes"]).succeeds();
    let key = desk.0.path("state/fingerprint.key");
    let text = fs::read_to_string(&key).unwrap();
    #[cfg(unix)]
    assert_eq!(
        std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&key).unwrap().permissions()) & 0o777,
        0o600
    );
    let (plan, code) = desk.json(&["plan", "new.csv", "--detailed-exit-code", "--out", "plan.json"]);
    assert_eq!((plan["unchecked"].as_u64(), code), (Some(0), 0), "{plan:#}");
    assert!(!desk.read("plan.json").contains(text.trim()), "the key is in no plan");
    desk.write("new.csv", &row("13900000002"));
    let (plan, code) = desk.json(&["plan", "new.csv", "--detailed-exit-code"]);
    assert_eq!((plan["update"].as_u64(), code), (Some(1), 10), "{plan:#}");
    // Without the key nothing shows what was written.
    fs::remove_file(&key).unwrap();
    let (plan, code) = desk.json(&["plan", "new.csv", "--detailed-exit-code"]);
    assert_eq!((plan["unchecked"].as_u64(), code), (Some(1), 0), "{plan:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn departments_by_level_are_planned_as_paths_from_the_root() {
    let desk = Desk::start().await;
    desk.write(
        "levels.csv",
        "帐号,姓名,一级部门,二级部门\nwangwu,王五,研发部,后端组\nsunqi,孙七,市场部,\nzhouba,周八,人事部,\nwujiu,吴九,研发部,测试组\n\
         zhaoliu,赵六,示例公司,研发部\n",
    );
    let ran = desk.run(&["plan", "levels.csv", "--out", "plan.json"]);
    let plan: Value = serde_json::from_str(&desk.read("plan.json")).unwrap();
    assert!(ran.stderr.contains("columns 一级部门, 二级部门 → department"), "{ran:?}");
    assert_eq!(plan["counts"]["departments"]["create"], 1, "{ran:?}");
    assert_eq!(plan["counts"]["move"], 2, "{ran:?}");
    assert_eq!(plan["findings"], json!([]), "{ran:?}");
    desk.write("both.csv", "帐号,姓名,部门,一级部门,二级部门\nwangwu,王五,后端组,研发部,后端组\n");
    let ran = desk.run(&["plan", "both.csv"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.stderr.contains("部门, 一级部门, 二级部门") && ran.stderr.contains("--map"), "{ran:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_external_profile_is_exported_planned_and_undone() {
    let desk = Desk::start().await;
    let profile = ExternalProfile::new([Attribute::text("热线", "400-1")]).external_corp_name("示例");
    let patch = MemberPatch::new().external_profile(profile);
    desk.contacts().members().update("lisi", patch).await.unwrap();
    desk.run(&["pull"]).succeeds();
    desk.run(&["roster", "export", "--out", "all.csv"]).succeeds();
    let head = desk.read("all.csv").lines().next().unwrap().to_owned();
    assert!(head.ends_with("企业对外简称,对外属性.热线"), "{head}");
    let (plan, code) = desk.json(&["plan", "all.csv", "--detailed-exit-code"]);
    assert_eq!(code, 0, "{plan:#}");
    desk.roster("week.csv", |row| Some(row.replace(",示例,400-1", ",示例集团,400-2")));
    let shown = desk.run(&["plan", "week.csv", "--all", "--unmask"]);
    assert!(shown.stdout.contains("400-1 → 400-2") && shown.stdout.contains("示例 → 示例集团"), "{shown:?}");
    desk.run(&["apply", "week.csv", "--yes"]).succeeds();
    let lisi = desk.member("lisi");
    assert_eq!(lisi["external_profile"]["external_corp_name"], "示例集团");
    assert_eq!(lisi["external_profile"]["external_attr"][0]["text"]["value"], "400-2");
    desk.run(&["undo", "1", "--yes"]).succeeds();
    let lisi = desk.member("lisi");
    assert_eq!(lisi["external_profile"]["external_corp_name"], "示例");
    assert_eq!(lisi["external_profile"]["external_attr"][0]["text"]["value"], "400-1");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exclusion_of_nobody_is_refused_by_its_name() {
    let desk = Desk::start().await;
    week(&desk);
    let ran = desk.run(&["plan", "week.csv", "--offline", "--exclude", "lisi,lisl"]);
    ran.fails_with(2).with_remedy();
    assert!(ran.stderr.contains("--exclude lisl"), "{ran:?}");
    // A member in capitals, a new person and a leaver.
    for (userid, kind) in [("LISI", "update"), ("xinren", "create"), ("wujiu", "disable")] {
        let (plan, code) = desk.json(&["plan", "week.csv", "--offline", "--exclude", userid]);
        assert_eq!((code, &plan[kind]), (0, &json!(0)), "{userid}: {plan:#}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_without_a_roster_uses_the_policy_of_the_current_directory() {
    let desk = Desk::start().await;
    week(&desk);
    let arguments = ["plan", "--remove-disabled-since", "30d", "--offline"];
    let ran = desk.run(&arguments);
    assert!(ran.stderr.contains("policy: ./roster.toml"), "{ran:?}");
    fs::remove_file(desk.0.path("roster.toml")).unwrap();
    let ran = desk.run(&arguments);
    assert!(ran.stderr.contains("no roster.toml in the current directory"), "{ran:?}");
    let chinese = Ran::of(desk.command(&arguments).env("TXL_LANG", "zh").output().unwrap());
    assert!(chinese.stdout.contains("移除已停用 30 天的成员"), "{chinese:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_time_of_a_run_is_on_one_line_of_a_table_and_whole_as_data() {
    let desk = Desk::start().await;
    week(&desk);
    desk.run(&["apply", "week.csv", "--yes"]).succeeds();
    let (runs, _) = desk.json(&["run", "list"]);
    let whole = runs[0]["started_at"].as_str().unwrap();
    let minute = format!("{}Z", whole[..16].replace('T', " "));
    let shown = desk.run(&["run", "list"]);
    assert!(shown.stdout.contains(&minute) && !shown.stdout.contains(whole), "{whole}: {shown:?}");
}
