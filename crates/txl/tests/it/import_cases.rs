//! Typical files, each with its correct result (`tests/cases/README.md`).

use std::{fs, path::Path};

use crate::run::{Ran, run};

fn case(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/cases").join(name).display().to_string()
}

/// Runs an offline dry run of the file. Returns the output and the CSV that would be sent, with all its parts.
fn dry(noun: &str, name: &str, more: &[&str]) -> (Ran, String) {
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().join("sent.csv");
    let file = case(name);
    let arguments = ["import", noun, &file, "--dry-run", "--out", out.to_str().unwrap()];
    let ran = run(&[&arguments, more].concat());
    let parts = ["sent.csv", "sent.2.csv"].map(|part| fs::read_to_string(directory.path().join(part)));
    (ran, parts.into_iter().flatten().collect())
}

#[test]
fn a_readable_file_is_read_correctly() {
    for (name, more, sent) in [
        (
            "merged-position.xlsx",
            &[][..],
            "姓名,帐号,手机号,所在部门,职位\n周婷,zhouting,13800000311,2,工程师\n周敏,zhoumin,13800000312,2,工程师\n周力,zhouli,13800000313,2,工程师\n",
        ),
        (
            "number-format-zeros.xlsx",
            &["--extra", "工号"],
            "姓名,帐号,手机号,所在部门,工号\n周婷,00007,13800000321,2,000042\n",
        ),
        ("mobile-scientific.csv", &[], "姓名,帐号,手机号,所在部门\n周婷,zhouting,13800000331,2\n"),
        ("mobile-direction-marks.csv", &[], "姓名,帐号,手机号,所在部门\n周婷,zhouting,13800000341,2\n"),
        (
            "headings-with-blanks.csv",
            &[],
            "姓名,帐号,手机号,所在部门,职位\n周婷,zhouting,13800000351,2,出纳\n",
        ),
        (
            "big5.csv",
            &[],
            "姓名,帐号,手机号,所在部门\n陳大文,chentaiman,13800000361,2\n李美玲,limeiling,13800000362,2\n",
        ),
        // An absent key does not change its field, so there are two jobs.
        (
            "rows-with-different-keys.jsonl",
            &[],
            "帐号,姓名,手机号,所在部门,职位\nzhouting,周婷,13800000401,2,出纳\n帐号,姓名,手机号,所在部门\nzhoumin,周敏,13800000402,2\n",
        ),
        // The gender is hidden, so it is not sent.
        (
            "exported-rows.jsonl",
            &[],
            "帐号,姓名,别名,所在部门,排序,是否部门内领导,职位,座机\nzhouting,周婷,,2,0,0,出纳,\nzhoumin,周敏,,2,0,0,会计,\n",
        ),
    ] {
        let (ran, csv) = dry("members", name, more);
        assert_eq!((ran.code, csv.as_str()), (0, sent), "{name}: {ran:?}");
    }
}

#[test]
fn a_harmful_file_is_refused_with_the_places() {
    for (noun, name, places, faults) in [
        ("members", "console-template.xlsx", &["line 11, 部门", "line 12, 部门"][..], "2 faults"),
        ("members", "table.xls", &["web page"], "cannot import"),
        (
            "members",
            "rows-refused-for-sure.csv",
            &[
                "line 2: 帐号",
                "line 3, 帐号",
                "line 4: 帐号",
                "line 5: 帐号",
                "line 6: 帐号",
                "line 7: 手机号",
            ],
            "10 faults",
        ),
        ("members", "one-bad-cell.csv", &["line 2, 手机号"], "has 1 fault"),
        ("members", "order-negative.csv", &["line 2, 排序", "line 3, 排序"], "2 faults"),
        (
            "departments",
            "departments-refused-for-sure.csv",
            &["line 3: 部门名称", "line 4: 部门名称", "line 19: 父部门ID", "line 20: 父部门ID"],
            "4 faults",
        ),
    ] {
        let (ran, sent) = dry(noun, name, &[]);
        ran.fails_with(1).with_remedy();
        assert_eq!(sent, "", "{name}");
        for place in places.iter().chain([&faults]) {
            assert!(ran.stderr.contains(place), "{name}, {place}: {ran:?}");
        }
        assert!(!ran.stderr.contains("has no rows"), "{name}: {ran:?}");
    }
}
