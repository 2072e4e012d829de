//! Imports of typical spreadsheets.

use std::{
    fs,
    path::{Path, PathBuf},
};

use encoding_rs::GB18030;
use rust_xlsxwriter::Workbook;
use serde_json::{Value, json};

use crate::run::{Ran, RunningSim, run};

const CSV: &str =
    "姓名,账号,手机号,所在部门\n王敏 ,wang.min,'139 0000 0001,2、4\n李雷,li.lei,+8613900000002,2\n";

struct Folder {
    directory: tempfile::TempDir,
}

impl Folder {
    fn new() -> Self {
        Self { directory: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn put(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        let path = self.path(name);
        fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn text(&self, name: &str) -> String {
        read(&self.path(name))
    }
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn member(sim: &RunningSim, userid: &str) -> Value {
    sim.run(&["member", "get", userid, "-o", "json"]).json()
}

/// Returns the CSV that would be sent.
fn dry(folder: &Folder, arguments: &[&str]) -> (Ran, String) {
    let out = folder.path("out.csv");
    let mut all = arguments.to_vec();
    all.extend(["--dry-run", "--out", out.to_str().unwrap()]);
    let ran = run(&all);
    let text = if ran.code == 0 { read(&out) } else { String::new() };
    (ran, text)
}

#[test]
fn trap_38_a_spreadsheet_is_imported_in_each_encoding_and_as_a_workbook() {
    let utf16: Vec<u8> =
        std::iter::once(0xfeff).chain(CSV.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (row, line) in CSV.lines().enumerate() {
        sheet.write_row(row as u32, 0, line.split(',')).unwrap();
    }
    sheet.write(2, 2, 13_900_000_002_f64).unwrap();
    let folder = Folder::new();
    let expected = "姓名,帐号,手机号,所在部门\n王敏,wang.min,13900000001,2;4\n李雷,li.lei,13900000002,2\n";
    for (name, bytes) in [
        ("utf8.csv", CSV.into()),
        ("bom.csv", [b"\xef\xbb\xbf", CSV.as_bytes()].concat()),
        ("utf16.csv", utf16),
        ("gbk.csv", GB18030.encode(CSV).0.into_owned()),
        ("tabs.txt", CSV.replace(',', "\t").into()),
        ("book.xlsx", book.save_to_buffer().unwrap()),
    ] {
        let file = folder.put(name, bytes);
        let (ran, text) = dry(&folder, &["import", "members", &file]);
        assert_eq!((ran.code, text.as_str()), (0, expected), "{name}: {ran:?}");
        assert!(ran.stderr.contains("账号 → userid") && ran.stderr.contains("2 rows"), "{name}: {ran:?}");
        assert!(ran.stderr.contains("手机号: leading apostrophe removed (1 cell)"), "{name}: {ran:?}");
    }

    let sim = RunningSim::start(&[]);
    let file = folder.put("gbk.csv", GB18030.encode(CSV).0);
    let ran = sim.run(&["import", "members", &file, "--no-invite", "-o", "json"]);
    let ending = ran.json();
    assert_eq!(
        (&ending["total"], &ending["ok"], &ending["failed"]),
        (&json!(2), &json!(2), &json!(0)),
        "{ran:?}"
    );
    assert!(!folder.path("gbk.refused.csv").exists());
    // If the command is interrupted, the job can be resumed by its id.
    assert!(ran.stderr.lines().any(|line| line.starts_with("job ")), "{ran:?}");
    let wang = member(&sim, "wang.min");
    assert_eq!((&wang["name"], &wang["department"]), (&json!("王敏"), &json!([2, 4])));
}

#[test]
fn ambiguous_cells_stop_the_import_before_anything_is_sent() {
    let sim = RunningSim::start(&[]);
    let folder = Folder::new();
    let rows = "王敏,wang.min,1.39E+10,2\n李雷,li.lei,13900000002,研发部/测试组\n韩梅梅,han,13900000003,2\n";
    let file = folder.put("members.csv", format!("姓名,帐号,手机号,所在部门\n{rows}"));
    let ran = sim.run(&["import", "members", &file]);
    ran.fails_with(1).with_remedy();
    for part in ["line 2, 手机号", "line 3, 所在部门", "nothing was sent: ", "members.csv has 2 faults"]
    {
        assert!(ran.stderr.contains(part), "{part}: {ran:?}");
    }
    sim.run(&["member", "get", "han"]).fails_with(1);

    let twice = folder
        .put("twice.csv", "姓名,帐号,邮箱\n王敏,a,a@example.com\n李雷,A,b@example.com\n,c,c@example.com\n");
    let ran = sim.run(&["import", "members", &twice]);
    ran.fails_with(1).with_remedy();
    assert!(ran.stderr.contains("302003") && ran.stderr.contains("line 4"), "{ran:?}");
}

#[test]
fn custom_headings_can_be_mapped_and_the_rest_is_reported() {
    let folder = Folder::new();
    let file = folder.put("hr.csv", "Staff,Name,Cell,Badge,Notes\nwang,王敏,13900000001,A-17,x\n");
    let map = ["--map", "Staff=userid", "--map", "Cell=mobile"];
    let (ran, text) = dry(&folder, &[&["import", "members", &file, "--extra", "Badge"], &map[..]].concat());
    assert_eq!(text, "帐号,姓名,手机号,Badge\nwang,王敏,13900000001,A-17\n", "{ran:?}");
    assert!(ran.stderr.contains("warning: ignored columns: Notes"), "{ran:?}");

    let usage = |arguments: &[&str]| {
        let ran = run(&[&["import", "members", &file, "--dry-run"], arguments].concat());
        ran.fails_with(2).with_remedy();
        ran.stderr
    };
    assert!(usage(&["--map", "Staff=user"]).contains("userid"));
    assert!(usage(&["--map", "Staff=userid", "--map", "Nobody=mobile"]).contains("Nobody"));
    assert!(usage(&["--sheet", "x", "--map", "Staff=userid"]).contains("not a workbook"));
    let ran = run(&["import", "members", &file, "--dry-run"]);
    ran.fails_with(1).with_remedy();
    assert!(ran.stderr.contains("帐号") && ran.stderr.contains("--map"), "{ran:?}");
}

#[test]
fn refused_rows_are_saved_corrected_and_imported() {
    let sim = RunningSim::start(&[]);
    let folder = Folder::new();
    let taken = "13700000001";
    let holder =
        ["member", "create", "holder", "张三", "--mobile", taken, "--department", "2", "--no-invite"];
    assert_eq!(sim.run(&holder).code, 0);
    let rows = format!("王敏,wang.min,13900000001,2,\"a,\"\"b\"\"\"\n李雷,li.lei,{taken},2,c\n");
    let file = folder.put("members.csv", format!("说明\n\n姓名,帐号,手机号,所在部门,备注\n{rows}"));
    let ran = sim.run(&["import", "members", &file, "--no-invite", "-o", "json"]);
    ran.fails_with(1).with_remedy();
    let ending: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((&ending["ok"], &ending["failed"]), (&json!(1), &json!(1)), "{ran:?}");
    let row = &ending["refused"][0];
    assert_eq!(
        (&row["line"], &row["userid"], &row["errcode"]),
        (&json!(5), &json!("li.lei"), &json!(60104)),
        "{ran:?}"
    );
    assert!(!row["remedy"].as_str().unwrap().is_empty());

    let refused = folder.text("members.refused.csv");
    assert!(refused.starts_with("\u{feff}姓名,帐号,手机号,所在部门,备注,"), "{refused}");
    assert!(refused.contains("李雷") && refused.contains("60104") && !refused.contains("王敏"), "{refused}");
    let corrected = folder.put("members.refused.csv", refused.replace(taken, "13900000002"));
    let ran = sim.run(&["import", "members", &corrected, "--no-invite"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stderr.contains("imported 1 row"), "{ran:?}");
    assert_eq!(member(&sim, "li.lei")["name"], "李雷");
}

#[test]
fn members_are_deleted_only_after_confirmation() {
    let sim = RunningSim::start(&[]);
    let folder = Folder::new();
    let ids = |sim: &RunningSim| sim.run(&["member", "ids", "-o", "json"]).json().as_array().unwrap().len();
    let before = ids(&sim);
    let exported = folder.path("all.jsonl");
    sim.run(&["export", "members", "--out", exported.to_str().unwrap()]);
    let all = read(&exported);
    let rows: Vec<_> = all.lines().filter(|line| !line.contains("\"userid\":\"lisi\"")).collect();
    assert_eq!(rows.len() + 1, all.lines().count(), "{all}");
    let file = folder.put("rest.jsonl", rows.join("\n"));
    let ran = sim.run(&["import", "members", &file, "--replace", "--no-invite"]);
    ran.fails_with(2).with_remedy();
    assert!(ran.stderr.contains("1 member is not in the file and will be DELETED"), "{ran:?}");
    assert!(ran.stderr.contains("--yes"), "{ran:?}");
    assert_eq!(ids(&sim), before);
    let ran = sim.run(&["import", "members", &file, "--replace", "--no-invite", "--yes"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    sim.run(&["member", "get", "lisi"]).fails_with(1);

    // WeCom's own protection is applied in advance.
    let few = folder.put("few.jsonl", rows[0]);
    let ran = sim.run(&["import", "members", &few, "--replace", "--yes"]);
    ran.fails_with(1).with_remedy();
    assert!(ran.stderr.contains("45026") && ran.stderr.contains("nothing was sent"), "{ran:?}");
}

#[test]
fn an_export_is_imported_unchanged() {
    let sim = RunningSim::start(&[]);
    let folder = Folder::new();
    let formats =
        ["jsonl", "json", "csv"].map(|extension| [("members", extension), ("departments", extension)]);
    for (noun, extension) in formats.concat() {
        let name = format!("{noun}.{extension}");
        let path = folder.path(&name);
        let path = path.to_str().unwrap();
        let before = sim.run(&["export", noun, "--out", path]);
        assert_eq!(before.code, 0, "{before:?}");
        let exported = folder.text(&name);
        let no_invite: &[&str] = if noun == "members" { &["--no-invite"] } else { &[] };
        let ran = sim.run(&[&["import", noun, path], no_invite].concat());
        assert_eq!(ran.code, 0, "{name}: {ran:?}");
        sim.run(&["export", noun, "--out", path]);
        assert_eq!(folder.text(&name), exported, "{name}");
    }
}

#[test]
fn departments_are_imported_and_deleted_only_after_confirmation() {
    let sim = RunningSim::start(&[]);
    let folder = Folder::new();
    let path = folder.path("departments.jsonl");
    sim.run(&["export", "departments", "--out", path.to_str().unwrap()]);
    let rows = read(&path);
    let more = format!("{rows}{}\n", json!({"id": 900, "name": "新部门", "parentid": 1}));
    let file = folder.put("more.jsonl", &more);
    let ran = sim.run(&["import", "departments", &file]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let list = || sim.run(&["department", "list", "-o", "json"]).stdout;
    assert!(list().contains("新部门"));
    let ran = sim.run(&["import", "departments", path.to_str().unwrap()]);
    ran.fails_with(2).with_remedy();
    assert!(ran.stderr.contains("1 department is not in the file"), "{ran:?}");
    let ran = sim.run(&["import", "departments", path.to_str().unwrap(), "--yes"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(!list().contains("新部门"));
    let cycle = folder.put("cycle.csv", "部门名称,部门ID,父部门ID\na,2,3\nb,3,2\n");
    let ran = sim.run(&["import", "departments", &cycle, "--yes"]);
    ran.fails_with(1).with_remedy();
    assert!(ran.stderr.contains("302004"), "{ran:?}");
}

#[test]
fn garbage_is_refused_with_a_remedy() {
    let folder = Folder::new();
    for (name, bytes) in [
        ("empty.csv", &b""[..]),
        ("noise.bin", b"\x00\x01\x02"),
        ("half.xlsx", b"PK\x03\x04half"),
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and more"),
        ("text.txt", b"hello\nworld\n"),
        ("half.json", b"[{\"userid\":\"a\""),
        ("latin.csv", b"\xd0\xd5\xc3\xfb,\xd5\xca\xba\xc5\na\xff,b\n"),
    ] {
        let file = folder.put(name, bytes);
        run(&["import", "members", &file, "--dry-run"]).fails_with(1).with_remedy();
    }
    run(&["import", "members", folder.path("none.csv").to_str().unwrap(), "--dry-run"])
        .fails_with(1)
        .with_remedy();
}
