//! CSV in each encoding, with each delimiter, and JSON.

use encoding_rs::GB18030;
use wecom_contacts::{DepartmentId, imports::ImportMember};
use wecom_sheets::{Encoding, Format, Mapping, Table};

use crate::{clean_members, members, told};

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
fn trap_38_the_same_rows_come_of_each_encoding_delimiter_and_line_end() {
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
                let mut rows = Vec::new();
                let reading = table.each(&mut |line, member| rows.push((line, member))).unwrap();
                assert_eq!((rows, reading.found), (expected(), 0), "{encoding} {delimiter:?}");
            }
        }
    }
}

#[test]
fn a_file_of_two_columns_is_not_taken_apart_at_its_lists() {
    let rows = clean_members("帐号,所在部门\na,1;2;3;4;5\nb,1;2;3\n".as_bytes());
    assert_eq!(rows[0].1.department.len(), 5);
}

#[test]
fn objects_are_rows_as_export_writes_them() {
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
        assert_eq!(told(&reading), [""; 0]);
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
fn a_quotation_mark_that_the_end_leaves_open_turns_no_line_back() {
    let lines: Vec<u64> =
        clean_members("帐号\r\n\rwang\r\"liu\n".as_bytes()).into_iter().map(|(line, _)| line).collect();
    assert!(lines.is_sorted(), "{lines:?}");
}
