//! Exports to files: formats, directories, cleanup after failures, and resumed jobs.

use std::{
    collections::BTreeSet,
    fs,
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use axum::{Json, Router, routing::any};
use serde_json::{Value, json};
use wecom_sim::{Sim, SimBuilder};

use crate::{
    corp::command_at,
    run::{Ran, SECRET, txl},
};

const KEY: &str = "IJUiXNpvGbODwKEBSEsAeOAPAhkqHqNCF6g19t9wfg2";
/// 新员工: the first tag of a seeded corp.
const TAG: &str = "1";

/// A corp, and a directory for the output.
struct Corp {
    sim: Sim,
    directory: tempfile::TempDir,
}

impl Corp {
    async fn start(builder: SimBuilder) -> Self {
        Self { sim: builder.start().await.unwrap(), directory: tempfile::tempdir().unwrap() }
    }

    /// Starts a corp of forty people in four departments. Its export files have at least ten rows.
    async fn of_forty() -> Self {
        let builder = Sim::builder().seed(40, 4, 7).legacy(true).smallest_export_block(10);
        Self::start(builder.running_clock(true)).await
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Returns the names of the files in a directory.
    fn names(&self, directory: &str) -> Vec<String> {
        let names = fs::read_dir(self.path(directory)).unwrap().map(|entry| entry.unwrap().file_name());
        let names: BTreeSet<_> = names.map(|name| name.into_string().unwrap()).collect();
        names.into_iter().collect()
    }

    fn command(&self, words: &str) -> Command {
        let mut command = command_at(&self.sim, self.directory.path());
        command.args(words.split(' '));
        command
    }

    fn run(&self, words: &str) -> Ran {
        Ran::of(self.command(words).output().unwrap())
    }

    /// Runs a command that must succeed without output on stdout.
    #[track_caller]
    fn write(&self, words: &str) -> Ran {
        let ran = self.run(words);
        assert_eq!((ran.code, ran.stdout.as_str()), (0, ""), "{ran:?}");
        assert!(!ran.stderr.contains(|letter: char| letter.is_control() && letter != '\n'), "{ran:?}");
        ran
    }

    fn lines(&self, name: &str) -> Vec<Value> {
        let text = fs::read_to_string(self.path(name)).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    fn sheet(&self, name: &str) -> Table {
        Table::of(&fs::read(self.path(name)).unwrap())
    }
}

/// A CSV file as another program reads it.
struct Table {
    headings: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    fn of(bytes: &[u8]) -> Self {
        let text = bytes.strip_prefix("\u{feff}".as_bytes()).expect("a BOM, or Excel takes it for GBK");
        let mut reader = csv::Reader::from_reader(text);
        let texts = |record: &csv::StringRecord| record.iter().map(str::to_owned).collect();
        let headings = texts(reader.headers().unwrap());
        Self { headings, rows: reader.records().map(|row| texts(&row.unwrap())).collect() }
    }

    #[track_caller]
    fn column(&self, heading: &str) -> Vec<&str> {
        let place = self.headings.iter().position(|one| one == heading);
        let place = place.unwrap_or_else(|| panic!("no {heading} in {:?}", self.headings));
        self.rows.iter().map(|row| row[place].as_str()).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_kind_has_the_same_rows_in_each_format() {
    let corp = Corp::of_forty().await;
    let kinds = [
        ("members", "userid", "帐号"),
        ("members-simple", "userid", "帐号"),
        ("departments", "id", "部门ID"),
        (&format!("tag {TAG}"), "userid", "帐号"),
    ];
    for (kind, field, heading) in kinds {
        let shown = corp.run(&format!("export {kind} -o json")).json();
        let shown = shown.as_array().unwrap();
        assert!(!shown.is_empty(), "{kind}");
        // The file extension or the flag selects the format.
        corp.write(&format!("export {kind} --out a.jsonl"));
        corp.write(&format!("export {kind} --out a.json"));
        corp.write(&format!("export {kind} --out a.CSV"));
        corp.write(&format!("export {kind} --out a --format csv"));
        assert_eq!(&corp.lines("a.jsonl"), shown, "{kind}");
        let array: Value = serde_json::from_slice(&fs::read(corp.path("a.json")).unwrap()).unwrap();
        assert_eq!(array.as_array().unwrap(), shown, "{kind}");
        let sheet = corp.sheet("a.CSV");
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let ids: Vec<_> = shown.iter().map(|row| text(&row[field])).collect();
        assert_eq!(sheet.column(heading), ids, "{kind}");
        assert_eq!(fs::read(corp.path("a")).unwrap(), fs::read(corp.path("a.CSV")).unwrap(), "{kind}");
        let piped = corp.command(&format!("export {kind} --format csv")).output().unwrap();
        assert_eq!(piped.stdout, fs::read(corp.path("a")).unwrap(), "{kind}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ids_are_exported_in_each_format() {
    let corp = Corp::of_forty().await;
    let ids = corp.run("export members-simple --ids -o json").json();
    let rows = corp.run("export members-simple -o json").json();
    let expected: Vec<_> = rows.as_array().unwrap().iter().map(|row| row["userid"].clone()).collect();
    assert_eq!(ids, Value::Array(expected));
    let lines = corp.run("export members --ids");
    assert_eq!(lines.stdout.lines().map(Value::from).collect::<Value>(), ids);
    corp.write("export departments --ids --out ids.csv");
    assert_eq!(corp.sheet("ids.csv").column("部门ID"), ["1", "2", "3", "4"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_gets_a_file_for_each_of_the_exports() {
    let corp = Corp::of_forty().await;
    corp.write("export members --out all.jsonl --block-size 15");
    let ran = corp.write("export members --out new/ --block-size 15 --files-at-once 3");
    assert!(ran.stderr.contains("40 rows in new"), "{ran:?}");
    let files = ["members-0001.jsonl", "members-0002.jsonl", "members-0003.jsonl"];
    assert_eq!(corp.names("new"), files);
    let rows: Vec<_> = files.iter().map(|name| corp.lines(&format!("new/{name}"))).collect();
    assert_eq!(rows.iter().map(Vec::len).collect::<Vec<_>>(), [15, 15, 10]);
    assert_eq!(rows.concat(), corp.lines("all.jsonl"));
    // If there are fewer files than last time, old rows would remain among the new ones.
    let ran = corp.run("export members --out new --block-size 20");
    ran.fails_with(1).with_remedy();
    assert!(ran.stderr.contains("members-0003.jsonl"), "{ran:?}");
    corp.write("export members --out new --block-size 20 --format json");
    assert_eq!(corp.names("new").len(), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_38_a_spreadsheet_preserves_its_cells() {
    let corp = Corp::start(Sim::builder().legacy(true).running_clock(true)).await;
    let odd = "=1+1, \"总监\"; a";
    let create = corp
        .command("member create odd --mobile 13900000077 --department 2 --department 3 --leads 3 --attribute 爱好=围棋,象棋")
        .args(["奇, \"怪\"", "--position", odd])
        .output()
        .unwrap();
    assert!(create.status.success(), "{create:?}");
    corp.write("export members --out a.csv");
    corp.write("export members --out a.jsonl");
    let sheet = corp.sheet("a.csv");
    let place = sheet.column("帐号").iter().position(|id| *id == "odd").unwrap();
    for (heading, cell) in [
        ("姓名", "奇, \"怪\""),
        ("职位", odd),
        ("手机号", "13900000077"),
        ("所在部门", "2;3"),
        ("是否部门内领导", "0;1"),
    ] {
        assert_eq!(sheet.column(heading)[place], cell, "{heading}");
    }
    assert!(sheet.headings[0] == "姓名" && sheet.headings[1] == "帐号", "{:?}", sheet.headings);
    let member = corp.lines("a.jsonl").into_iter().find(|row| row["userid"] == "odd").unwrap();
    assert!(member.pointer("/extattr/attrs").is_some_and(Value::is_array), "{member}");
    assert_eq!(sheet.column("爱好")[place], "围棋,象棋");
}

/// Returns the rows of a workbook, headings first.
fn workbook(path: &Path) -> Vec<Vec<String>> {
    let sheet = wecom_sheets::Sheet::open(path, &wecom_sheets::Options::default(), &|_| true).unwrap();
    let texts = |row: wecom_sheets::Row| {
        assert!((0..row.len()).all(|at| row.kind(at) == wecom_sheets::Kind::Text), "line {}", row.line());
        row.texts().map(str::to_owned).collect()
    };
    sheet.rows().map(|row| texts(row.unwrap())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workbook_has_words_and_paths_and_the_headings_of_the_csv_file() {
    let corp = Corp::start(Sim::builder().legacy(true).running_clock(true)).await;
    let create = corp
        .command("member create 007 --mobile 13900000077 --department 2 --department 3 --leads 3 --attribute 工号=042")
        .args(["=1+1", "--position", "+总监", "--gender", "female"])
        .output()
        .unwrap();
    assert!(create.status.success(), "{create:?}");
    corp.write("export members --out a.xlsx");
    corp.write("export members --out a.csv");
    let (rows, sheet) = (workbook(&corp.path("a.xlsx")), corp.sheet("a.csv"));
    let headings: Vec<&str> =
        sheet.headings.iter().map(|one| if one == "status" { "激活状态" } else { one }).collect();
    assert_eq!(rows[0], headings);
    assert_eq!(rows.len(), sheet.rows.len() + 1);
    let row = rows.iter().find(|row| row[1] == "007").unwrap();
    let departments = corp.run("department list -o json").json();
    let name = |id: u64| {
        let found = departments.as_array().unwrap().iter().find(|one| one["id"] == id).unwrap();
        (found["name"].as_str().unwrap().to_owned(), found["parentid"].as_u64().unwrap())
    };
    let path = |id: u64| {
        let (mut path, mut parent) = name(id);
        while parent != 0 {
            let (above, next) = name(parent);
            (path, parent) = (format!("{above}/{path}"), next);
        }
        path
    };
    for (heading, cell) in [
        ("姓名", "=1+1"),
        ("职位", "+总监"),
        ("手机号", "13900000077"),
        ("性别", "女"),
        ("所在部门", &format!("{};{}", path(2), path(3))),
        ("是否部门内领导", "否;是"),
        ("禁用", "否"),
        ("激活状态", "未激活"),
        ("main_department", &path(2)),
        ("工号", "042"),
    ] {
        let at = headings
            .iter()
            .position(|one| *one == heading)
            .unwrap_or_else(|| panic!("{heading}: {headings:?}"));
        assert_eq!(row[at], cell, "{heading}");
    }
    corp.write("export departments --out d.xlsx");
    let departments = workbook(&corp.path("d.xlsx"));
    assert_eq!(departments[0][..4], ["部门名称", "部门ID", "父部门ID", "排序"]);
    assert_eq!(corp.run("tag create 围棋社 --id 77 --as app").code, 0);
    corp.write("tag add 77 --member 007 --department 2 --as app");
    corp.write("export tag 77 --out t.xlsx");
    let tag = workbook(&corp.path("t.xlsx"));
    assert_eq!(tag[0], ["姓名", "帐号", "部门ID"]);
    assert!(tag.contains(&vec!["=1+1".to_owned(), "007".to_owned()]), "{tag:?}");
    assert!(tag.contains(&vec![String::new(), String::new(), "2".to_owned()]), "{tag:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_file_extension_is_refused_before_a_job_is_submitted() {
    let corp = Corp::of_forty().await;
    fs::write(corp.path("a.foo"), "previous export").unwrap();
    for words in [
        "export members --out a.foo",
        "export members --out a.xlsx -o csv",
        "export members --out a.csv --format json",
        "export members --out a --format table",
        "export departments --ids --out a.jsonl.gz",
    ] {
        let ran = corp.run(words);
        ran.fails_with(2).with_remedy();
        assert!(!ran.stderr.contains("job "), "{ran:?}");
    }
    let ran = corp.run("export members --out a.foo");
    assert!([".jsonl", ".json", ".csv", ".xlsx"].iter().all(|ending| ran.stderr.contains(ending)), "{ran:?}");
    assert_eq!(fs::read_to_string(corp.path("a.foo")).unwrap(), "previous export");
    assert_eq!(corp.names("."), ["a.foo"]);
    corp.write("export members --out a.foo -o csv");
    assert_eq!(corp.sheet("a.foo").rows.len(), 40);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dash_is_stdout() {
    let corp = Corp::of_forty().await;
    for format in ["jsonl", "json", "csv"] {
        let dashed = corp.run(&format!("export members --out - -o {format}"));
        let plain = corp.run(&format!("export members -o {format}"));
        assert_eq!((dashed.code, &dashed.stdout), (0, &plain.stdout), "{format}");
        assert!(!dashed.stdout.is_empty());
    }
    assert_eq!(corp.names("."), ["state"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn csv_safe_puts_an_apostrophe_before_formulas() {
    let corp = Corp::start(Sim::builder().legacy(true).running_clock(true)).await;
    let create =
        corp.command("member create odd =1+1 --mobile 13900000077 --department 2 --position -").output();
    assert!(create.unwrap().status.success());
    corp.write("export members --out a.csv --csv-safe");
    let sheet = corp.sheet("a.csv");
    let at = sheet.column("帐号").iter().position(|id| *id == "odd").unwrap();
    assert_eq!((sheet.column("姓名")[at], sheet.column("职位")[at]), ("'=1+1", "'-"));
    let list = corp.run("member list 2 -o csv --csv-safe").stdout;
    assert!(list.contains(",'=1+1,") && !corp.run("member list 2 -o csv").stdout.contains("'="), "{list}");
    // JSON and workbooks do not need it.
    corp.write("export members --out a.jsonl --csv-safe");
    assert!(corp.lines("a.jsonl").iter().any(|row| row["name"] == "=1+1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_column_that_is_hidden_from_the_app_is_omitted() {
    let builder = Sim::builder().seed(12, 2, 7).running_clock(true);
    let corp = Corp::start(builder).await;
    corp.write("export members --out a.csv");
    let headings = corp.sheet("a.csv").headings;
    for hidden in ["手机号", "邮箱", "性别", "地址", "avatar", "extattr"] {
        assert!(!headings.iter().any(|heading| heading == hidden), "{hidden}: {headings:?}");
    }
    assert!(headings.iter().any(|heading| heading == "main_department"), "{headings:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_is_resumed_by_its_id_until_its_rows_are_written() {
    let corp = Corp::of_forty().await;
    let submitted = corp.run("export members --no-wait");
    assert_eq!(submitted.code, 0, "{submitted:?}");
    let job = submitted.stdout.trim_end();
    assert_eq!(corp.names("state/exports").len(), 1);
    let ran = corp.run(&format!("export departments --resume {job}"));
    ran.fails_with(2).with_remedy();
    assert!(ran.stderr.contains("export members --resume"), "{ran:?}");

    corp.write(&format!("export members --resume {job} --out a.jsonl"));
    assert_eq!(corp.lines("a.jsonl").len(), 40);
    assert!(corp.names("state/exports").is_empty());
    let ran = corp.run(&format!("export members --resume {job}"));
    ran.fails_with(2).with_remedy();
    assert!(ran.stderr.contains("--key") && ran.stderr.contains("WECOM_EXPORT_KEY"), "{ran:?}");
    corp.run("export members --resume never-submitted").fails_with(2).with_remedy();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_with_a_custom_key_is_resumed_anywhere() {
    let corp = Corp::of_forty().await;
    let job = corp.run(&format!("export tag {TAG} --key {KEY} --no-wait")).stdout;
    assert!(!corp.path("state").exists(), "a custom key is not stored");
    let rows = corp.run(&format!("export tag --resume {} --key {KEY} -o json", job.trim_end())).json();
    assert!(!rows.as_array().unwrap().is_empty());
    let ran = corp.run(&format!("export tag --resume unknown --key {KEY} --out a"));
    ran.fails_with(1).with_remedy();
    assert!(ran.stderr.contains("40088") && !ran.stderr.contains(KEY), "{ran:?}");
    let other = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let ran = corp.run(&format!("export tag --resume {} --key {other} --out a", job.trim_end()));
    ran.fails_with(1).with_remedy();
    assert!(!corp.path("a").exists());
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_export_says_how_to_resume_it_and_leaves_no_partial_file() {
    // The clock is stopped, so the job does not end.
    let corp = Corp::start(Sim::builder().seed(20, 2, 7)).await;
    fs::write(corp.path("a.csv"), "previous export").unwrap();
    let mut child = corp
        .command("export members --out a.csv")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut told = String::new();
    stderr.read_line(&mut told).unwrap();
    let job = told.trim_end().strip_prefix("job ").unwrap_or_else(|| panic!("{told}")).to_owned();
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    stderr.read_to_string(&mut told).unwrap();
    let code = child.wait().unwrap().code().unwrap();
    let ran = Ran { code, stdout: String::new(), stderr: told };
    ran.fails_with(130);
    assert!(ran.stderr.contains(&format!("txl export members --resume {job}")), "{ran:?}");
    assert_eq!(fs::read_to_string(corp.path("a.csv")).unwrap(), "previous export");
    assert_eq!(corp.names("."), ["a.csv", "state"]);

    corp.sim.advance(Duration::from_secs(1));
    corp.write(&format!("export members --resume {job} --out a.csv"));
    assert_eq!(corp.sheet("a.csv").rows.len(), 20);
    assert_eq!(corp.names("."), ["a.csv", "state"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unwritable_destination_is_reported_before_a_job_is_submitted() {
    let corp = Corp::of_forty().await;
    let ran = corp.run("export members --out no/such/file");
    ran.fails_with(1).with_remedy();
    assert!(!ran.stderr.contains("job "), "{ran:?}");
    #[cfg(unix)]
    corp.run("export members --out /dev/null").fails_with(2).with_remedy();
    corp.run("export members --block-size 5 --out a").fails_with(1).with_remedy();
    assert_eq!(corp.names("."), ["state"]);
    assert!(corp.names("state/exports").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn quiet_prints_nothing_and_files_are_private() {
    let corp = Corp::of_forty().await;
    let ran = corp.write("export members --out a.json --quiet");
    assert_eq!(ran.stderr, "");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(corp.path("a.json")).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

/// A WeCom server with one completed job and this file.
async fn wecom_with(file: &'static [u8]) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let answer = |value: Value| any(async move || Json(value));
    let done = json!({"errcode": 0, "errmsg": "ok", "status": 2, "data_list": [
        {"url": format!("{url}/file"), "size": 96, "md5": "7d168078c49a140fb731448a3cc40abc"},
    ]});
    let app = Router::new()
        .route("/cgi-bin/gettoken", answer(json!({"errcode": 0, "access_token": "t", "expires_in": 7200})))
        .route("/cgi-bin/export/user", answer(json!({"errcode": 0, "jobid": "job-1"})))
        .route("/cgi-bin/export/get_result", answer(done))
        .route("/cgi-bin/department/list", answer(json!({"errcode": 0, "department": []})))
        .route("/file", any(async move || file));
    tokio::spawn(async move { axum::serve(listener, app).await });
    url
}

/// The sample of the documented scheme: one member, 王芳, encrypted with [`KEY`].
fn sample() -> Vec<u8> {
    let hex = "a8a344045901bdf34e084f6a12695483811e56150acd6565ec0ba6adef732ee1da99261dac69009644c5a7d7fcea885c\
               c94169c19a2d0b1abf6e11f1932a7ed025df521b6d265ce7039b0eb75d85b8e9cc9d56e88da66fc4bd109b9844fd0932";
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_differs_from_its_announcement_leaves_the_destination_unchanged() {
    let flipped = |at: usize| {
        let mut file = sample();
        file[at] ^= 1;
        file
    };
    let cut = sample()[..64].to_vec();
    for (name, file, is_right) in [
        ("whole", sample(), true),
        ("first byte flipped", flipped(0), false),
        ("last byte flipped", flipped(95), false),
        ("cut", cut, false),
    ] {
        let url = wecom_with(file.leak()).await;
        let directory = tempfile::tempdir().unwrap();
        for format in ["jsonl", "json", "csv", "xlsx"] {
            let out = directory.path().join(format!("a.{format}"));
            fs::write(&out, "previous export").unwrap();
            let mut command = txl();
            command.args(["export", "members", "--key", KEY, "--attempts", "1", "--out"]).arg(&out).args([
                "--base-url",
                &url,
                "--corp-id",
                "ww1",
                "--agent-id",
                "1",
                "--app-secret",
                SECRET,
            ]);
            let ran = Ran::of(command.output().unwrap());
            let left = String::from_utf8_lossy(&fs::read(&out).unwrap()).into_owned();
            if is_right {
                // The text in a workbook is compressed.
                assert!(ran.code == 0 && (format == "xlsx" || left.contains("wangfang")), "{name}: {ran:?}");
            } else {
                ran.fails_with(1).with_remedy();
                assert!(
                    ran.stderr.contains("--resume job-1") && !ran.stderr.contains(KEY),
                    "{name}: {ran:?}"
                );
                assert_eq!(left, "previous export", "{name}");
            }
        }
        assert_eq!(files_in(directory.path()), 4, "{name}");
    }
}

fn files_in(directory: &Path) -> usize {
    fs::read_dir(directory).unwrap().count()
}

/// Texts that spreadsheets or their readers can misinterpret.
const ODD: &[&str] = &[
    "=1+1",
    "+86",
    "-",
    "@SUM(A1)",
    "'引号'",
    "TRUE",
    "007",
    "2026-01-02",
    "产品（北京）",
    "甲；乙、丙,丁",
    "＝全角",
    "_x0041_",
    "“引号”",
    "😀 👩‍💻",
    "1/2",
];

#[tokio::test(flavor = "multi_thread")]
async fn trap_39_odd_names_survive_every_spreadsheet() {
    let corp = Corp::start(Sim::builder().legacy(true).running_clock(true).job_time(Duration::ZERO)).await;
    for (at, odd) in ODD.iter().enumerate() {
        let id = (100 + at).to_string();
        // Some are invalid as names of departments. Their members stay in the second department.
        let is_made =
            corp.command("department create").args([odd, "--id", &id, "--parent", "2"]).output().unwrap();
        let department = if is_made.status.success() { &id } else { "2" };
        let create = corp
            .command("member create")
            .args([format!("odd{at}").as_str(), odd, "--department", department, "--position", odd])
            .args(["--mobile", &format!("139000001{at:02}"), "--attribute", &format!("工号={odd}")])
            .output()
            .unwrap();
        assert!(create.status.success(), "{odd}: {create:?}");
    }
    let before = corp.sim.digest();
    for words in ["--out a.xlsx", "--out a.csv --csv-safe", "--out a.jsonl"] {
        corp.write(&format!("export members {words}"));
        let file = words.split(' ').nth(1).unwrap();
        let ran = corp.run(&format!("import members {file} --yes"));
        assert_eq!(ran.code, 0, "{words}: {ran:?}");
        assert_eq!(corp.sim.digest(), before, "{words}: {ran:?}");
    }
}
