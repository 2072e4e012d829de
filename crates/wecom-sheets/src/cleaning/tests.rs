use proptest::prelude::*;

use super::*;

fn text(wanted: Wanted, text: &str) -> Result<(String, Vec<Change>), Doubt> {
    clean(wanted, Kind::Text, text).map(|(value, changes)| (value.into_owned(), changes.iter().collect()))
}

fn becomes(wanted: Wanted, from: &str, to: &str, changes: &[Change]) {
    assert_eq!(text(wanted, from), Ok((to.to_owned(), changes.to_vec())), "{from:?}");
}

#[test]
fn trap_38_what_a_spreadsheet_did_to_a_mobile_is_undone() {
    use Change::*;
    for (from, changes) in [
        ("13800000001", &[][..]),
        (" 13800000001\u{3000}", &[Blanks]),
        ("\u{a0}13800000001\u{feff}", &[Blanks]),
        ("１３８０００００００１", &[HalfWidth]),
        ("'13800000001", &[Apostrophe]),
        ("‘13800000001", &[Apostrophe]),
        ("' 13800000001", &[Apostrophe]),
        ("+86 138-0000-0001", &[CountryCode, Separators]),
        ("＋８６１３８０００００００１", &[HalfWidth, CountryCode]),
        ("0086-138 0000 0001", &[CountryCode, Separators]),
        ("' '13800000001", &[Apostrophe]),
        ("8613800000001", &[CountryCode]),
        ("1.3800000001E+10", &[Scientific]),
    ] {
        becomes(Wanted::Mobile, from, "13800000001", changes);
    }
    becomes(Wanted::Mobile, "13800000001.0", "13800000001", &[Change::Number]);
    becomes(Wanted::Mobile, "+852 6123 4567", "+85261234567", &[Separators]);
    becomes(Wanted::Mobile, "unknown", "unknown", &[]);
}

#[test]
fn trap_38_nothing_ambiguous_is_guessed() {
    for (wanted, cell, doubt) in [
        (Wanted::Mobile, "1.38E+10", Doubt::LostDigits),
        (Wanted::Id, "1E+10", Doubt::LostDigits),
        (Wanted::Attribute, "1.10101E+17", Doubt::LostDigits),
        (Wanted::Mobile, "1.23456789012345678E+17", Doubt::TooManyDigits),
        (Wanted::Mobile, "1.234E+2", Doubt::NotWhole),
        (Wanted::Mobile, "13800000001/13900000001", Doubt::SeveralNumbers),
        (Wanted::Mobile, "13800000001 13900000001", Doubt::SeveralNumbers),
        (Wanted::Words, "#N/A", Doubt::Failed),
        (Wanted::Mobile, "########", Doubt::Failed),
        (Wanted::Departments, "1,234", Doubt::Thousands),
        (Wanted::Departments, "研发部/测试组", Doubt::DepartmentNames),
        (Wanted::Departments, "2/7", Doubt::DepartmentNames),
        (Wanted::Departments, "2.7", Doubt::NotWhole),
        (Wanted::Departments, "7-Feb", Doubt::DepartmentNames),
    ] {
        assert_eq!(text(wanted, cell), Err(doubt), "{cell:?}");
    }
    for (wanted, kind, doubt) in [
        (Wanted::Mobile, Kind::Number(1.234_567_890_123_45e17), Doubt::TooManyDigits),
        (Wanted::Attribute, Kind::Number(1.234_567_890_123_45e17), Doubt::TooManyDigits),
        (Wanted::Id, Kind::Number(1.5), Doubt::NotWhole),
        (Wanted::Departments, Kind::Date, Doubt::Date),
        (Wanted::Words, Kind::Bool(true), Doubt::Bool),
        (Wanted::Words, Kind::Error, Doubt::Failed),
        (Wanted::Attribute, Kind::Duration, Doubt::Duration),
    ] {
        assert_eq!(clean(wanted, kind, "x"), Err(doubt), "{kind:?}");
    }
}

#[test]
fn trap_38_a_workbooks_numbers_flags_and_dates_become_text() {
    let cleaned = |wanted, kind, shown: &str| {
        let (value, changes) = clean(wanted, kind, shown).unwrap();
        (value.into_owned(), changes.iter().collect::<Vec<_>>())
    };
    assert_eq!(
        cleaned(Wanted::Mobile, Kind::Number(13_800_000_001.0), "13800000001"),
        ("13800000001".into(), vec![Change::Number])
    );
    assert_eq!(cleaned(Wanted::Departments, Kind::Number(2.0), "2"), ("2".into(), vec![Change::Number]));
    assert_eq!(cleaned(Wanted::Attribute, Kind::Number(2.5), "2.5"), ("2.5".into(), vec![Change::Number]));
    assert_eq!(cleaned(Wanted::Flag, Kind::Bool(true), "TRUE"), ("1".into(), vec![Change::Flag]));
    assert_eq!(
        cleaned(Wanted::Attribute, Kind::Date, "2026-01-02"),
        ("2026-01-02".into(), vec![Change::Date])
    );
    becomes(Wanted::Flag, "false", "0", &[Change::Flag]);
}

#[test]
fn trap_38_lists_are_joined_by_semicolons() {
    for list in ["2;7", "2,7", "2、7", "2；7", "２；７", "2 ; 7", "2|7", "2;7;", "2\n7"] {
        assert_eq!(text(Wanted::Departments, list).unwrap().0, "2;7", "{list:?}");
    }
    becomes(Wanted::Departments, "2;7", "2;7", &[]);
    becomes(Wanted::Departments, "2.0;7.0", "2;7", &[Change::Number]);
    becomes(Wanted::Flags, "TRUE;FALSE", "1;0", &[Change::Flag]);
    becomes(Wanted::Flags, "是;否", "是;否", &[]);
    becomes(Wanted::Departments, "1234", "1234", &[]);
}

#[test]
fn trap_38_names_keep_what_is_theirs() {
    for name in ["'t Hooft", "王 芳", "王芳（Ａ）", "O'Neil, \"Jim\"", "1E+10", "＃1"] {
        becomes(Wanted::Words, name, name, &[]);
    }
    becomes(Wanted::Words, "\u{3000}王芳 ", "王芳", &[Change::Blanks]);
    becomes(
        Wanted::Mail,
        " ｗａｎｇ＠example．com",
        "wang@example.com",
        &[Change::Blanks, Change::HalfWidth],
    );
    becomes(Wanted::Id, "1E10", "1E10", &[]);
    becomes(Wanted::Id, "1001.0", "1001.0", &[]);
    becomes(Wanted::Phone, "０２０-1234", "020-1234", &[Change::HalfWidth]);
}

const WANTED: [Wanted; 12] = [
    Wanted::Name,
    Wanted::Words,
    Wanted::Id,
    Wanted::Mobile,
    Wanted::Phone,
    Wanted::Mail,
    Wanted::Number,
    Wanted::Numbers,
    Wanted::Flag,
    Wanted::Flags,
    Wanted::Gender,
    Wanted::Departments,
];

proptest! {
    #[test]
    fn cleaning_twice_is_cleaning_once(at in 0..WANTED.len(), cell in "[ '‘＋+0-9０-９a-zE.,;；、|王#/\u{3000}\u{a0}-]{0,16}|\\PC{0,12}") {
        let wanted = WANTED[at];
        if let Ok((once, _)) = clean(wanted, Kind::Text, &cell) {
            let twice = clean(wanted, Kind::Text, &once);
            prop_assert_eq!(twice, Ok((once.clone(), Changes::default())), "{:?} {:?}", wanted, cell);
        }
    }

    #[test]
    fn a_clean_value_is_never_changed(
        name in "[\\p{Han}A-Za-z'（）,\"][\\p{Han}A-Za-z' ,\"（）]{0,8}[\\p{Han}A-Za-z'（）,\"]",
        userid in "[A-Za-z0-9][A-Za-z0-9._@-]{0,20}",
        mobile in "1[0-9]{10}|\\+[1-79][0-9]{6,10}",
        mail in "[a-z0-9._+-]{1,10}@[a-z0-9-]{1,10}\\.com",
        ids in "[1-9][0-9]{0,8}(;[1-9][0-9]{0,8}){0,4}",
        phone in "0[0-9]{2,3}-[0-9]{7,8}(-[0-9]{1,4})?",
    ) {
        for (wanted, cell) in [
            (Wanted::Words, &name),
            (Wanted::Id, &userid),
            (Wanted::Mobile, &mobile),
            (Wanted::Mail, &mail),
            (Wanted::Departments, &ids),
            (Wanted::Phone, &phone),
            (Wanted::Attribute, &name),
        ] {
            prop_assert_eq!(clean(wanted, Kind::Text, cell), Ok((Cow::Borrowed(cell.as_str()), Changes::default())));
        }
    }
}
