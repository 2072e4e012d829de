//! Import files: the check reports the same faults as the simulator. The corp contains nothing that conflicts with the
//! rows.

use proptest::{collection::vec, prelude::*, sample::Index};
use wecom_contacts::{
    Error,
    imports::{MemberColumn as Column, *},
};
use wecom_sim::Sim;

use crate::{
    imports::{SOON, run},
    rig::Rig,
};

const ROWS_REFUSED_FOR_SURE: &str = include_str!("../../../../tests/cases/rows-refused-for-sure.csv");
const DEPARTMENTS_REFUSED_FOR_SURE: &str =
    include_str!("../../../../tests/cases/departments-refused-for-sure.csv");
const ONE_BAD_CELL: &str = include_str!("../../../../tests/cases/one-bad-cell.csv");

/// Reads the rows of a case unchanged, without the cleaning of spreadsheets.
fn read<R: Default, C: Copy>(
    csv: &str,
    column: impl Fn(&str) -> Option<C>,
    set: impl Fn(&mut R, C, &str),
) -> (Vec<C>, Vec<R>) {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let columns: Vec<C> = reader.headers().unwrap().iter().map(|heading| column(heading).unwrap()).collect();
    let row = |record: csv::StringRecord| {
        let mut row = R::default();
        columns.iter().zip(&record).for_each(|(column, cell)| set(&mut row, *column, cell));
        row
    };
    let rows = reader.records().map(|record| row(record.unwrap())).collect();
    (columns, rows)
}

fn members(csv: &str) -> Checked<ImportFile> {
    let set = |row: &mut ImportMember, column, cell: &str| row.set(column, cell).unwrap();
    let (columns, rows) = read(csv, Column::from_heading, set);
    ImportFile::members().columns(columns).rows(rows)
}

fn departments(csv: &str) -> Checked<ImportFile> {
    let set = |row: &mut ImportDepartment, column, cell: &str| row.set(column, cell).unwrap();
    let (_, rows) = read(csv, DepartmentColumn::from_heading, set);
    ImportFile::departments().rows(rows)
}

fn said(checked: &Checked<ImportFile>) -> Vec<String> {
    checked.violations().iter().map(ToString::to_string).collect()
}

#[test]
fn rows_that_break_written_rules_are_found_before_anything_is_sent() {
    let account = "allowed: letters, digits and _ - @ . (errcode 40003)";
    let mobile = "allowed: digits, blanks, + and - (errcode 60103)";
    assert_eq!(
        said(&members(ROWS_REFUSED_FOR_SURE)),
        [
            format!("line 2: 帐号 has a character that is not allowed; {account}"),
            format!("line 3: 帐号 has a blank, which is not allowed; {account}"),
            "line 4: 帐号 must begin with a letter or a digit (errcode 40003)".into(),
            format!("line 5: 帐号 has the character +, which is not allowed; {account}"),
            "line 6: 帐号 has 65 bytes, and at most 64 are allowed (errcode 40058)".into(),
            format!("line 7: 手机号 has a character that is not allowed; {mobile}"),
            format!("line 8: 手机号 has a character that is not allowed; {mobile}"),
            "line 9: 邮箱 must be one valid mail address of 6 to 64 bytes (errcode 60105)".into(),
            "line 10: 邮箱 has the character ;, which is not allowed; allowed: letters, digits and the symbols of mail \
             addresses (errcode 60105)"
                .into(),
            "line 11: 姓名 has 65 characters, and at most 64 are allowed (errcode 60112)".into(),
        ]
    );
    assert_eq!(
        said(&members(ONE_BAD_CELL)),
        [format!("line 2: 手机号 has the character ., which is not allowed; {mobile}")]
    );
}

#[test]
fn departments_that_break_written_rules_are_found_before_anything_is_sent() {
    assert_eq!(
        said(&departments(DEPARTMENTS_REFUSED_FOR_SURE)),
        [
            "line 3: 部门名称 has the character :, which is not allowed; allowed: all except \\ : * ? \" < > | \
             (errcode 60009)",
            "line 4: 部门名称 has 65 characters, and at most 64 are allowed (errcode 60001)",
            "line 19: 父部门ID puts the department on level 16, and at most 15 levels are allowed (errcode 81002)",
            "line 20: 父部门ID puts the department on level 17, and at most 15 levels are allowed (errcode 81002)",
        ]
    );
}

/// Returns a corp without members, so that refusals depend on the file alone.
async fn empty() -> Rig {
    Rig::with(Sim::builder().legacy(true).seed(0, 1, 1)).await
}

/// A change of one value of a valid row.
#[derive(Clone, Debug)]
enum Strange {
    /// One character, repeated this many times.
    Repeated(char, usize),
    /// One additional character at some position.
    Inserted(char, Index),
    Text(String),
}

impl Strange {
    fn apply(&self, value: &mut String) {
        match self {
            Self::Repeated(char, length) => *value = char.to_string().repeat(*length),
            Self::Inserted(char, place) => {
                let places: Vec<usize> =
                    value.char_indices().map(|(at, _)| at).chain([value.len()]).collect();
                value.insert(*place.get(&places), *char);
            }
            Self::Text(text) => text.clone_into(value),
        }
    }
}

/// Returns a character of each class that a rule may distinguish.
fn character() -> impl Strategy<Value = char> {
    prop_oneof![
        Just('a'),
        Just('Z'),
        Just('7'),
        (0x20_u8..0x7f).prop_map(char::from),
        (0_u8..0x20).prop_map(char::from),
        (0x7f_u32..0xa2).prop_map(|point| char::from_u32(point).unwrap()),
        prop_oneof![Just('王'), Just('é'), Just('𠮷'), Just('（'), Just('７'), Just('｜'), Just('\u{301}')],
        prop_oneof![Just('\u{fffd}'), Just('\u{feff}'), Just('\u{200b}'), Just('\u{202d}'), Just('\u{3000}')],
        any::<char>(),
    ]
}

fn strange() -> impl Strategy<Value = Strange> {
    let lengths = prop_oneof![
        0_usize..8,
        prop_oneof![Just(31_usize), Just(32), Just(33), Just(63), Just(64), Just(65)],
        prop_oneof![Just(127_usize), Just(128), Just(129), Just(300)],
    ];
    prop_oneof![
        (character(), lengths).prop_map(|(char, length)| Strange::Repeated(char, length)),
        (character(), any::<Index>()).prop_map(|(char, place)| Strange::Inserted(char, place)),
        vec(character(), 0..12).prop_map(|chars| Strange::Text(chars.into_iter().collect())),
        Just(Strange::Text("a@b.c".into())),
        Just(Strange::Text(format!("{}@example.com", "a".repeat(52)))),
        Just(Strange::Text(format!("{}@example.com", "a".repeat(53)))),
        Just(Strange::Text("+86 138-0000 0000".into())),
        Just(Strange::Text("a@b@example.com".into())),
    ]
}

/// A row that is valid except for some values.
#[derive(Clone, Debug)]
struct Sketch {
    changes: Vec<(usize, Strange)>,
    departments: Vec<u32>,
    leads: usize,
    places: usize,
}

impl Sketch {
    fn row(&self, number: u32) -> ImportMember {
        let mut row = ImportMember::new("", "王芳")
            .mobile(format!("139{number:08}"))
            .email(format!("user{number:03}@example.com"))
            .department(self.departments.clone())
            .position("工程师")
            .is_leader_in_dept(vec![true; self.leads])
            .order(vec![7; self.places])
            .alias("Fang")
            .address("北京")
            .telephone("010-1234");
        let (mut userid, mut attribute) = (format!("user{number:03}"), "A17".to_owned());
        for (field, strange) in &self.changes {
            strange.apply(match field {
                0 => &mut userid,
                1 => &mut row.name,
                2 => &mut row.mobile,
                3 => &mut row.email,
                4 => &mut row.position,
                5 => &mut row.alias,
                6 => &mut row.address,
                7 => &mut row.telephone,
                _ => &mut attribute,
            });
        }
        row.userid = userid.into();
        row.extra([attribute])
    }
}

fn member() -> impl Strategy<Value = Sketch> {
    let lists = prop_oneof![
        8 => Just((vec![2, 3], 0, 0)),
        1 => (vec(prop_oneof![0_u32..9, Just(u32::MAX)], 0..4), 0_usize..4, 0_usize..4),
        1 => (99_u32..103).prop_map(|count| ((2..2 + count).collect(), 0, 0)),
    ];
    (vec((0_usize..9, strange()), 0..2), lists).prop_map(|(changes, (departments, leads, places))| Sketch {
        changes,
        departments,
        leads,
        places,
    })
}

/// Compares the outcome of an import with the violations that the check found.
fn compare(violations: &Violations, end: Result<ImportOutcome, Error>) -> Result<(), TestCaseError> {
    let of = |severity| violations.iter().filter(move |violation| violation.severity() == severity);
    let outcome = match end {
        Ok(outcome) => outcome,
        Err(error) => {
            let is_foreseen = of(Severity::Job).any(|violation| violation.code() == error.code());
            prop_assert!(is_foreseen, "{}: {}", error, violations);
            return Ok(());
        }
    };
    prop_assert_eq!(violations.count(Severity::Job), 0, "{}", violations);
    let rows: Vec<_> = outcome.rows().iter().filter(|row| row.line.is_some()).collect();
    for row in &rows {
        let Some(code) = row.refusal() else { continue };
        let mut foreseen =
            of(Severity::Row).filter(|violation| violation.line() == row.line).map(Violation::code);
        let is_foreseen = match code.0 {
            // The row of the parent department was refused.
            60004 => violations.worst() >= Some(Severity::Row),
            // The code for an invalid address differs if there is no mobile number.
            60141 => foreseen.any(|code| code.is_none_or(|code| code.0 == 60105)),
            // A damaged text may also break a rule.
            _ => foreseen.any(|found| found.is_none_or(|found| found == code)),
        };
        prop_assert!(is_foreseen, "line {:?}: {:?} {:?}: {}", row.line, code, row.errmsg, violations);
    }
    for violation in of(Severity::Row).filter(|violation| violation.code().is_some()) {
        // A duplicate is valid if the first row is refused for another reason.
        if matches!(violation.problem(), Problem::DuplicateMobile | Problem::DuplicateEmail) {
            continue;
        }
        let row = rows.iter().find(|row| row.line == violation.line());
        prop_assert!(row.is_some_and(|row| row.refusal().is_some()), "{} is taken", violation);
    }
    Ok(())
}

fn department() -> impl Strategy<Value = (Option<Strange>, Index, u32)> {
    (proptest::option::weighted(0.2, strange()), any::<Index>(), 0_u32..100)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn members_whom_the_file_alone_condemns_are_found_and_no_others_are_refused(
        rows in vec(member(), 1..12),
        replace: bool,
    ) {
        let rows: Vec<_> = rows.iter().zip(0..).map(|(sketch, number)| sketch.row(number)).collect();
        let builder = ImportFile::members().columns(Column::ALL).extra(["工号"]);
        let checked = if replace { builder.replaces_all().rows(&rows) } else { builder.rows(&rows) };
        let violations = checked.violations().clone();
        let file = checked.into_file_anyway();
        let end = tokio::runtime::Runtime::new().unwrap().block_on(async {
            let rig = empty().await;
            let imports = rig.contacts.imports();
            if replace {
                run(&rig, imports.replace_members(file).outcome(SOON)).await
            } else {
                run(&rig, imports.sync_members(file).outcome(SOON)).await
            }
        });
        compare(&violations, end)?;
    }

    #[test]
    fn departments_that_the_file_alone_condemns_are_found_and_no_others_are_refused(
        rows in vec(department(), 1..40),
        deep: bool,
    ) {
        let mut ids = vec![1_u32];
        let mut tree = Vec::new();
        for (number, (strange, parent, odd)) in rows.iter().enumerate() {
            let id = number as u32 + 2;
            // A chain or a tree, with an occasional row that has no valid parent.
            let parent = if deep { id - 1 } else { *parent.get(&ids) };
            let (id, parent) = match odd {
                0 => (id, id + 7),
                1 => (2, parent),
                2 => (id, 0),
                _ => (id, parent),
            };
            let mut name = format!("部门{number:02}");
            strange.iter().for_each(|strange| strange.apply(&mut name));
            tree.push(ImportDepartment::new(name, id, parent));
            ids.push(id);
        }
        let checked = ImportFile::departments().rows(&tree);
        let violations = checked.violations().clone();
        let file = checked.into_file_anyway();
        let end = tokio::runtime::Runtime::new().unwrap().block_on(async {
            let rig = empty().await;
            run(&rig, rig.contacts.imports().replace_departments(file).outcome(SOON)).await
        });
        compare(&violations, end)?;
    }
}
