//! CSV in each encoding and with each delimiter, and JSON.

use encoding_rs::GB18030;
use wecom_contacts::{DepartmentId, imports::ImportMember};
use wecom_sheets::{Encoding, Error, Format, Kind, Mapping, Options, Sheet, Table};

use crate::{
    clean_members, members,
    parts::{case, rows, rows_of},
    problems, read_all,
};

const CSV: &str = "姓名,帐号,手机号,邮箱,所在部门,职位,性别\n\
    王芳,wangfang,13800000001,wangfang@example.com,2;7,\"工程师, 高级\",女\n\
    \n\
    刘洋,liuyang,13800000002,,7,\"说 \"\"好\"\"\n再见\",男\n\
    赵六,zhaoliu,,zhaoliu@example.com,7,,\n";

fn encoded(text: &str) -> Vec<(Encoding, Vec<u8>)> {
    let utf16 = |order: fn(u16) -> [u8; 2]| -> Vec<u8> {
        std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(order).collect()
    };
    vec![
        (Encoding::Utf8, text.into()),
        (Encoding::Utf8, [b"\xef\xbb\xbf", text.as_bytes()].concat()),
        (Encoding::Utf16Le, utf16(u16::to_le_bytes)),
        (Encoding::Utf16Be, utf16(u16::to_be_bytes)),
        (Encoding::Gb18030, GB18030.encode(text).0.into_owned()),
    ]
}

fn expected() -> Vec<(u64, ImportMember)> {
    let member = |userid: &str, name: &str| ImportMember::new(userid, name).department([DepartmentId(7)]);
    let mut wang = member("wangfang", "王芳").department([2, 7].map(DepartmentId)).mobile("13800000001");
    wang.set(wecom_contacts::imports::MemberColumn::Gender, "女").expect("a gender");
    let mut liu = member("liuyang", "刘洋").mobile("13800000002").position("说 \"好\"\n再见");
    liu.set(wecom_contacts::imports::MemberColumn::Gender, "男").expect("a gender");
    vec![
        (2, wang.email("wangfang@example.com").position("工程师, 高级")),
        (4, liu),
        (6, member("zhaoliu", "赵六").email("zhaoliu@example.com")),
    ]
}

#[test]
fn trap_38_each_encoding_delimiter_and_line_end_gives_the_same_rows() {
    for (delimiter, name) in [(',', b','), (';', b';'), ('\t', b'\t')] {
        let mut text = CSV.to_owned();
        if delimiter != ',' {
            text = text.replace("2;7", "\"2;7\"");
            text = text
                .replace("工程师, 高级", "工程师# 高级")
                .replace(',', &delimiter.to_string())
                .replace('#', ",");
        }
        for text in [text.clone(), text.replace("\n王", "\r\n王").replace("\n赵", "\r\n赵")] {
            for (encoding, bytes) in encoded(&text) {
                let table =
                    Table::<ImportMember>::read_bytes(bytes, &wecom_sheets::Options::new(), &Mapping::new())
                        .unwrap();
                let Format::Csv { encoding: found, delimiter: between, .. } = table.sheet().format() else {
                    panic!("{:?}", table.sheet().format());
                };
                assert_eq!((*found, *between), (encoding, name), "{:?}", table.sheet().format());
                let (rows, reading) = read_all(&table).unwrap();
                assert_eq!((rows, reading.problem_count), (expected(), 0), "{encoding} {delimiter:?}");
            }
        }
    }
}

#[test]
fn a_file_of_two_columns_is_not_split_at_its_lists() {
    let rows = clean_members("帐号,所在部门\na,1;2;3;4;5\nb,1;2;3\n".as_bytes());
    assert_eq!(rows[0].1.department.len(), 5);
}

#[test]
fn objects_of_an_export_are_rows() {
    let object = |userid: &str, more: &str| {
        format!(
            r#"{{"userid":"{userid}","name":"王芳","department":[2,7],"order":[0,5],"is_leader_in_dept":[0,1],"gender":"2","enable":1{more}}}"#
        )
    };
    let attributes = r#","extattr":{"attrs":[{"type":0,"name":"工号","text":{"value":"A-17"}}]}"#;
    let (one, other) = (object("a", r#","mobile":"13800000001","status":1"#), object("b", attributes));
    let lines = format!("{one}\n{other}\n");
    let array = format!("[\n  {one},\n  {other}\n]\n");
    let mapping = Mapping::new().extra("工号");
    for (text, lines) in [(lines, [1, 2]), (array, [2, 3])] {
        let (rows, reading) = members(text.into_bytes(), &mapping).unwrap();
        assert_eq!(problems(&reading), [""; 0]);
        assert_eq!(rows.iter().map(|(line, _)| *line).collect::<Vec<_>>(), lines);
        let (first, second) = (&rows[0].1, &rows[1].1);
        assert_eq!((first.mobile.as_str(), second.mobile.as_str()), ("13800000001", ""));
        assert_eq!((&first.extra, &second.extra), (&vec![None], &vec![Some("A-17".to_owned())]));
        assert_eq!(first.department, [DepartmentId(2), DepartmentId(7)]);
        assert_eq!(
            (&first.is_leader_in_dept, &first.order, first.enabled),
            (&vec![false, true], &vec![0, 5], Some(true))
        );
    }
}

#[test]
fn a_quotation_mark_that_takes_in_other_rows_is_an_error_with_its_line() {
    for (text, line) in [
        ("帐号,别名\r\n\rwang,\r\"liu,\n", 2),
        ("帐号,姓名,职位\na,王芳,总监\nb,刘洋,\"设计师\nc,陈晨,出纳\n", 3),
        ("帐号;姓名;职位\na;王芳;\"总监\nb;刘洋;\"设计师\"\nc;陈晨;出纳\n", 2),
    ] {
        let rows = |text: &str| {
            let sheet = Sheet::read(text.as_bytes(), &Options::new(), &|cell| cell == "帐号")?;
            sheet.rows().map(|row| row.map(drop)).collect::<Result<Vec<_>, _>>()
        };
        let error = rows(text).unwrap_err();
        assert!(matches!(error, Error::EndlessRow { line: found } if found == line), "{error}: {text}");
    }
}

#[test]
fn trap_41_missing_cells_of_a_line_are_absent_and_empty_cells_are_not() {
    let sheet =
        Sheet::read("帐号,姓名,职位\na,王芳\nb,刘洋,\n".as_bytes(), &Options::new(), &|_| false).unwrap();
    let kinds = sheet.rows().map(|row| row.map(|row| (row.kind(2), row.text(2).to_owned())));
    let kinds: Vec<_> = kinds.collect::<Result<_, _>>().unwrap();
    assert_eq!(kinds[1..], [(Kind::Absent, String::new()), (Kind::Text, String::new())]);
}

#[test]
fn a_first_line_can_declare_the_delimiter() {
    for (text, delimiter) in [
        ("sep=;\n帐号;姓名\na;王, 芳\n", b';'),
        ("\u{feff}SEP=|\r\n帐号|姓名\r\na|王, 芳\r\n", b'|'),
        ("sep=\t\n帐号\t姓名\na\t王, 芳\n", b'\t'),
        ("\"sep=;\"\n帐号;姓名\na;王, 芳\n", b';'),
    ] {
        let sheet = Sheet::read(text.as_bytes(), &Options::new(), &|_| false).unwrap();
        assert!(
            matches!(sheet.format(), Format::Csv { delimiter: found, .. } if *found == delimiter),
            "{text:?}: {:?}",
            sheet.format()
        );
        let rows = rows_of(&sheet).unwrap();
        let texts: Vec<_> =
            rows.iter().map(|(line, cells)| (*line, cells[0].1.as_str(), cells[1].1.as_str())).collect();
        assert_eq!(texts, [(2, "帐号", "姓名"), (3, "a", "王, 芳")], "{text:?}");
    }
    let plain = rows("sep=,姓名\na,b\n".as_bytes(), &Options::new()).unwrap();
    assert_eq!(plain[0].1[0].1, "sep=");
}

#[test]
fn trap_45_the_names_of_the_big5_case_are_correct() {
    let rows = clean_members(case("big5.csv"));
    let names: Vec<_> = rows.iter().map(|(_, member)| member.name.as_str()).collect();
    assert_eq!(names, ["陳大文", "李美玲"]);
}

#[test]
fn trap_45_a_named_encoding_needs_no_evidence() {
    for (encoding, label) in [
        (Encoding::Big5, encoding_rs::BIG5),
        (Encoding::Gb18030, GB18030),
        (Encoding::Windows1252, encoding_rs::WINDOWS_1252),
    ] {
        let name = if encoding == Encoding::Windows1252 { "Zoë" } else { "陳" };
        let bytes = label.encode(&format!("userid,name\na,{name}\n")).0.into_owned();
        if encoding != Encoding::Windows1252 {
            let error = rows(bytes.clone(), &Options::new()).unwrap_err();
            assert!(matches!(error, Error::Ambiguous { .. }), "{error}");
            assert!(error.to_string().contains("set the encoding"), "{error}");
        }
        assert_eq!(rows(bytes, &Options::new().encoding(encoding)).unwrap()[1].1[1].1, name);
    }
    let error = rows(&b"userid\n\xff\n"[..], &Options::new().encoding(Encoding::Big5)).unwrap_err();
    assert!(matches!(error, Error::Encoding { encoding: Encoding::Big5, offset: 7 }), "{error}");
}

#[test]
fn trap_45_a_web_page_that_is_named_like_a_workbook_is_reported_as_a_web_page() {
    let error = members(case("table.xls"), &Mapping::new()).unwrap_err();
    assert!(matches!(error, Error::WebPage), "{error}");
    assert!(error.to_string().contains("save it as .xlsx"), "{error}");
}

#[test]
fn csv_that_is_named_like_a_workbook_is_read_as_csv() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["members.xls", "members.xlsx"] {
        let path = folder.path().join(name);
        std::fs::write(&path, "帐号,姓名\na,王芳\n").unwrap();
        let sheet = Sheet::open(&path, &Options::new(), &|_| false).unwrap();
        assert_eq!(rows_of(&sheet).unwrap().len(), 2);
    }
}

/// A file that changes between two readings is an error, for each kind of change.
#[test]
fn a_file_that_changes_while_it_is_read_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let text = "帐号,姓名\n".to_owned() + &"a,王芳\n".repeat(100_000);
    let path = folder.path().join("members.csv");
    type Change = fn(&std::path::Path);
    let changes: [Change; 4] = [
        |path| std::fs::OpenOptions::new().write(true).open(path).unwrap().set_len(500_000).unwrap(),
        |path| std::fs::write(path, "").unwrap(),
        |path| {
            let mut file = std::fs::OpenOptions::new().append(true).open(path).unwrap();
            std::io::Write::write_all(&mut file, b"b,x\n").unwrap();
        },
        |path| {
            let other = path.with_extension("new");
            std::fs::write(&other, std::fs::read(path).unwrap()).unwrap();
            std::fs::rename(other, path).unwrap();
        },
    ];
    for (number, change) in changes.into_iter().enumerate() {
        // Before a reading, and during one.
        for at in [0, 10] {
            std::fs::write(&path, &text).unwrap();
            let sheet = Sheet::open(&path, &Options::new(), &|_| false).unwrap();
            if at == 0 {
                change(&path);
            }
            let mut rows = sheet.rows();
            if at > 0 {
                assert_eq!(rows.by_ref().take(at).filter(Result::is_ok).count(), at);
                change(&path);
            }
            let last = rows.by_ref().last();
            assert!(matches!(last, Some(Err(Error::Changed))), "change {number} at row {at}: {last:?}");
            assert!(rows.next().is_none(), "an error ends the rows");
        }
    }
}

#[cfg(unix)]
#[test]
fn a_pipe_is_read_like_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
    for (bytes, lines) in [
        ("帐号,姓名\na,王芳\n".as_bytes().to_vec(), 2),
        (case("merged-position.xlsx"), 4),
        ("{\"userid\":\"a\"}\n{\"userid\":\"b\"}\n".as_bytes().to_vec(), 3),
    ] {
        let writer = std::thread::spawn({
            let path = path.clone();
            move || std::fs::write(path, bytes).unwrap()
        });
        let sheet = Sheet::open(&path, &Options::new(), &|_| false).unwrap();
        writer.join().unwrap();
        for _ in 0..2 {
            assert_eq!(rows_of(&sheet).unwrap().len(), lines);
        }
    }
}
