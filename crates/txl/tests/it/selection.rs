//! The flags that select data: `--columns`, `--jq`, `--raw-output`, `--no-headers`, `--quiet`, and YAML.

use std::process::Stdio;

use serde_json::{Value, json};

use crate::run::{Ran, RunningSim, txl};

const ONE: &[&str] = &["--members", "1", "--departments", "1"];

fn yaml(text: &str) -> Value {
    serde_saphyr::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn yaml_has_the_values_of_json_for_lists_records_and_ids() {
    let sim = RunningSim::start(&[]);
    for words in [
        "member list 1 -R",
        "member get zhangsan",
        "member ids",
        "department list",
        "department list-ids",
        "tag list",
        "export members",
        "errcode 60020",
        "config show",
    ] {
        let run = |format: &str| sim.run(&words.split(' ').chain(["-o", format]).collect::<Vec<_>>());
        let written = run("yaml");
        assert_eq!(written.code, 0, "{written:?}");
        assert_eq!(yaml(&written.stdout), run("json").json(), "{words}");
    }
}

#[test]
fn columns_select_fields_in_their_order_in_every_format() {
    let sim = RunningSim::start(ONE);
    let run = |words: &[&str]| {
        let ran = sim.run(words);
        assert_eq!(ran.code, 0, "{ran:?}");
        ran.stdout
    };
    let list = ["member", "list", "1", "--columns", "name,userid", "-o"];
    let with = |format: &'static str| [&list[..], &[format]].concat();
    let json: Value = serde_json::from_str(&run(&with("json"))).unwrap();
    let name = json[0]["name"].as_str().unwrap().to_owned();
    let userid = json[0]["userid"].as_str().unwrap().to_owned();
    assert_eq!(json[0].as_object().unwrap().len(), 2, "{json}");
    let jsonl = run(&with("jsonl"));
    assert_eq!(jsonl.lines().next().unwrap(), format!("{{\"name\":\"{name}\",\"userid\":\"{userid}\"}}"));
    assert!(run(&with("yaml")).starts_with("- name: "), "{}", run(&with("yaml")));
    let csv = run(&with("csv"));
    let mut lines = csv.trim_start_matches('\u{feff}').lines();
    assert_eq!((lines.next(), lines.next()), (Some("name,userid"), Some(&*format!("{name},{userid}"))));
    let table = run(&with("table"));
    let rows: Vec<Vec<&str>> = table.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(rows[..2], [vec!["name", "userid"], vec![&*name, &*userid]]);
    // A record, an export and a stream of rows.
    let record = run(&["member", "get", &userid, "--columns", "department,userid", "-o", "jsonl"]);
    assert!(
        record.starts_with("{\"department\":[") && record.ends_with(&format!("\"userid\":\"{userid}\"}}\n"))
    );
    let export = run(&["export", "members", "--columns", "userid", "-o", "csv"]);
    assert!(export.trim_start_matches('\u{feff}').starts_with("userid\n"), "{export}");
    // A field that WeCom hides from a new app is known all the same.
    let hidden = run(&["member", "list", "1", "--columns", "userid,mobile", "-o", "csv"]);
    assert!(hidden.contains(&format!("\n{userid},")), "{hidden}");
}

#[test]
fn an_unknown_column_is_refused_with_the_known_ones() {
    let sim = RunningSim::start(ONE);
    for format in ["table", "json", "jsonl", "yaml", "csv"] {
        let ran = sim.run(&["department", "list", "--columns", "id,leader", "-o", format]);
        ran.fails_with(2).with_remedy();
        assert!(ran.stdout.is_empty(), "{ran:?}");
        assert!(ran.stderr.contains("`leader`") && ran.stderr.contains("parentid"), "{ran:?}");
    }
    for columns in ["", "id,", "id,,name", "id,id"] {
        sim.run(&["department", "list", "--columns", columns]).fails_with(2).with_remedy();
    }
}

#[test]
fn headings_are_single_words_in_a_pipe_and_can_be_left_out() {
    let sim = RunningSim::start(&[]);
    let run = |words: &str| sim.run(&words.split(' ').collect::<Vec<_>>()).stdout;
    let table = run("department list");
    assert_eq!(
        table.lines().next().unwrap().split_whitespace().collect::<Vec<_>>(),
        ["id", "name", "name_en", "parentid", "order", "department_leader"]
    );
    let bare = run("department list --no-headers");
    assert_eq!(bare.lines().count() + 1, table.lines().count());
    assert!(!bare.contains("parentid"), "{bare}");
    assert!(!run("department list --no-headers -o csv").contains("parentid"));
    assert_eq!(run("member get zhangsan --columns userid --no-headers"), "zhangsan\n");
    assert!(!run("member ids --no-headers").contains("userid"));
}

#[test]
fn a_filter_gets_the_document_or_each_line() {
    let sim = RunningSim::start(&[]);
    let run = |words: &[&str]| {
        let ran = sim.run(words);
        assert_eq!(ran.code, 0, "{ran:?}");
        ran.stdout
    };
    let all = sim.run(&["department", "list", "-o", "json"]).json();
    let list = ["department", "list", "--jq"];
    let count = run(&[&list[..], &["length"]].concat());
    assert_eq!(count, format!("{}\n", all.as_array().unwrap().len()));
    let names = run(&[&list[..], &[".[].name", "--raw-output"]].concat());
    assert_eq!(names.lines().next().unwrap(), all[0]["name"].as_str().unwrap());
    let quoted = run(&[&list[..], &[".[0].name"]].concat());
    assert_eq!(quoted, format!("{}\n", all[0]["name"]));
    let each = run(&[&list[..], &["{id}", "-o", "jsonl"]].concat());
    assert_eq!(each.lines().count(), all.as_array().unwrap().len());
    assert_eq!(each.lines().next().unwrap(), format!("{{\"id\":{}}}", all[0]["id"]));
    let document = run(&[&list[..], &[".[0] | {id, name}", "-o", "yaml"]].concat());
    assert_eq!(
        yaml(document.trim_start_matches("---\n")),
        json!({"id": all[0]["id"], "name": all[0]["name"]})
    );
    // A record, the reply to a change, an export, and ids.
    assert_eq!(run(&["member", "get", "zhangsan", "--jq", ".userid", "--raw-output"]), "zhangsan\n");
    assert_eq!(run(&["member", "get", "zhangsan", "--jq", ".userid", "-r"]), "zhangsan\n");
    assert_eq!(run(&["tag", "create", "羽毛球", "--id", "71", "--jq", ".[]"]), "71\n");
    assert_eq!(run(&["tag", "delete", "71", "--jq", ".deleted"]), "71\n");
    assert_eq!(run(&["export", "departments", "--jq", "length"]), count);
    let ids = run(&["export", "departments", "-o", "jsonl", "--jq", ".id"]);
    assert_eq!(ids.lines().count(), all.as_array().unwrap().len());
}

#[test]
fn a_filter_that_is_wrong_is_refused_before_anything_is_sent() {
    let sim = RunningSim::start(&[]);
    for filter in [".[", "no_such(1)", "$x", "{", "", "env.HOME", "import \"x\" as x; ."] {
        let ran = sim.run(&["tag", "create", "羽毛球", "--id", "71", "--jq", filter]);
        ran.fails_with(2).with_remedy();
        let first = ran.stderr.lines().next().unwrap();
        assert!(first.starts_with("error: --jq "), "{filter}: {ran:?}");
    }
    assert!(!sim.run(&["tag", "list"]).stdout.contains("71"), "the tag was created");
    let ran = sim.run(&["member", "get", "zhangsan", "--jq", ".userid.x"]);
    ran.fails_with(1).with_remedy();
    assert!(!ran.stderr.contains("zhangsan"), "{ran:?}");
}

#[test]
fn flags_that_make_no_sense_are_refused_with_one_line() {
    let sim = RunningSim::start(ONE);
    for line in [
        "sim --jq .",
        "completion bash --columns a",
        "man --no-headers",
        "help formats --jq .",
        "roster template --columns a",
        "member create x --name x --department 1 --columns userid",
        "member delete x --yes --no-headers",
        "plan x.xlsx --columns a",
        "doctor --columns check",
        "tree --no-headers",
        "member list 1 --no-headers -o json",
        "member list 1 --no-headers -o yaml",
        "member list 1 --jq . -o table",
        "member list 1 --jq . -o csv",
        "member list 1 --jq . --columns userid",
        "member list 1 --jq . --no-headers",
        "member list 1 --raw-output",
        "member list 1 --quiet --verbose",
        "export members --out x.csv --columns userid",
        "export members --out x.yaml -o yaml",
    ] {
        let ran = sim.run(&line.split(' ').collect::<Vec<_>>());
        assert_eq!(ran.code, 2, "{line}: {ran:?}");
        assert!(ran.stdout.is_empty() && ran.stderr.starts_with("error: "), "{line}: {ran:?}");
    }
}

#[test]
fn quiet_prints_data_warnings_about_it_and_errors_alone() {
    let sim = RunningSim::start(ONE);
    for words in
        ["member list 1", "tag create x --id 71", "tag delete 71 --yes", "export members -q", "auth check"]
    {
        let ran =
            sim.run(&words.split(' ').chain(["--quiet"]).filter(|word| *word != "-q").collect::<Vec<_>>());
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{words}: {ran:?}");
    }
    assert!(!sim.run(&["member", "list", "1"]).stderr.is_empty());
    let ran = sim.run(&["member", "get", "nobody", "-q"]);
    ran.fails_with(1).with_remedy();
}

#[test]
fn a_reader_that_closes_the_pipe_ends_a_filter_quietly() {
    let sim = RunningSim::start(ONE);
    let mut command = sim.txl();
    command.args(["department", "list", "--jq", "range(1000000000)"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let ran = Ran::of(child.wait_with_output().unwrap());
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{ran:?}");
}

#[cfg(unix)]
#[test]
fn an_endless_filter_ends_by_a_signal() {
    use std::process::Command;

    let sim = RunningSim::start(ONE);
    // The results arrive on stdout, so the filter runs when the signal is sent. Then it loops without a result.
    let filter = "(range(20000) | \"running\"), (def f: f; f)";
    let mut command = sim.txl();
    command.args(["department", "list", "--jq", filter]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut first = [0; 8];
    std::io::Read::read_exact(child.stdout.as_mut().unwrap(), &mut first).unwrap();
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
    let ran = Ran::of(child.wait_with_output().unwrap());
    ran.fails_with(130);
    assert!(ran.stderr.contains("interrupted by SIGINT"), "{ran:?}");
}

#[test]
fn the_topic_about_formats_names_every_flag() {
    let shown = Ran::of(txl().args(["help", "formats"]).output().unwrap()).stdout;
    for word in ["yaml", "--columns", "--jq", "--raw-output", "--no-headers", "--quiet", "stable"] {
        assert!(shown.contains(word), "{word}: {shown}");
    }
}
