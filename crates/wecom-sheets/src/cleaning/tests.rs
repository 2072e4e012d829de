use proptest::prelude::*;

use super::*;

fn text(wanted: Wanted, text: &str) -> Result<(String, Vec<Correction>), CellProblem> {
    clean(wanted, Kind::Text, text)
        .map(|(value, corrections)| (value.into_owned(), corrections.iter().collect()))
}

fn becomes(wanted: Wanted, from: &str, to: &str, corrections: &[Correction]) {
    assert_eq!(text(wanted, from), Ok((to.to_owned(), corrections.to_vec())), "{from:?}");
}

#[test]
fn trap_38_changes_of_a_spreadsheet_to_a_mobile_are_undone() {
    use Correction::*;
    for (from, corrections) in [
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
        becomes(Wanted::Mobile, from, "13800000001", corrections);
    }
    becomes(Wanted::Mobile, "13800000001.0", "13800000001", &[Correction::Number]);
    becomes(Wanted::Mobile, "+852 6123 4567", "+85261234567", &[Separators]);
    becomes(Wanted::Mobile, "unknown", "unknown", &[]);
}

#[test]
fn trap_38_ambiguous_cells_are_refused() {
    for (wanted, cell, problem) in [
        (Wanted::Mobile, "1.38E+10", CellProblem::LostDigits),
        (Wanted::Id, "1E+10", CellProblem::LostDigits),
        (Wanted::Attribute, "1.10101E+17", CellProblem::LostDigits),
        (Wanted::Mobile, "1.23456789012345678E+17", CellProblem::TooManyDigits),
        (Wanted::Mobile, "1.234E+2", CellProblem::NotWhole),
        (Wanted::Mobile, "13800000001/13900000001", CellProblem::SeveralNumbers),
        (Wanted::Mobile, "13800000001 13900000001", CellProblem::SeveralNumbers),
        (Wanted::Words, "#N/A", CellProblem::Failed),
        (Wanted::Mobile, "########", CellProblem::Failed),
        (Wanted::Departments, "1,234", CellProblem::Thousands),
        (Wanted::Departments, "研发部/测试组", CellProblem::DepartmentNames),
        (Wanted::Departments, "2/7", CellProblem::DepartmentNames),
        (Wanted::Departments, "2.7", CellProblem::NotWhole),
        (Wanted::Departments, "7-Feb", CellProblem::DepartmentNames),
        // An account, or a number in the notation of a program.
        (Wanted::Id, "1E10", CellProblem::MaybeNumber),
        (Wanted::Id, "1.5e3", CellProblem::MaybeNumber),
        (Wanted::Id, "1001.0", CellProblem::MaybeNumber),
        (Wanted::Id, "1.38E10", CellProblem::LostDigits),
        (Wanted::Mobile, "1.38e10", CellProblem::LostDigits),
        (Wanted::Mobile, "1E10", CellProblem::LostDigits),
        (Wanted::Mobile, "1,38E+10", CellProblem::LostDigits),
        (Wanted::Mobile, "1.38×10^10", CellProblem::LostDigits),
        (Wanted::Mobile, "+1.38E+10", CellProblem::LostDigits),
        (Wanted::Mobile, "#####", CellProblem::Failed),
        (Wanted::Name, "#名称?", CellProblem::Failed),
        (Wanted::Id, "#ПУСТО!", CellProblem::Failed),
        (Wanted::Id, "=A1&B1", CellProblem::Formula),
        (Wanted::Id, "wang fang", CellProblem::Blank),
        (Wanted::Id, "wang\u{a0}fang", CellProblem::Blank),
        (Wanted::Mail, "wang @example.com", CellProblem::Blank),
        (Wanted::Id, "wang\u{1}", CellProblem::Control),
        (Wanted::Name, "王\u{14}芳", CellProblem::Control),
        (Wanted::Name, "王芳\n(Fang)", CellProblem::LineBreak),
        (Wanted::Name, "王\u{fffd}", CellProblem::Broken),
        (Wanted::Attribute, "\u{fffd}", CellProblem::Broken),
        (Wanted::Departments, "研\u{fffd}部", CellProblem::Broken),
        // Cyrillic е, Greek ο, an Arabic digit, a dash.
        (Wanted::Id, "l\u{435}i", CellProblem::LookAlike { place: 2, character: '\u{435}' }),
        (Wanted::Mail, "wang@example.c\u{3bf}m", CellProblem::LookAlike { place: 15, character: '\u{3bf}' }),
        (Wanted::Mobile, "1380000000\u{661}", CellProblem::LookAlike { place: 11, character: '\u{661}' }),
        (Wanted::Id, "wang\u{2013}fang", CellProblem::LookAlike { place: 5, character: '\u{2013}' }),
    ] {
        assert_eq!(text(wanted, cell), Err(problem), "{cell:?}");
    }
    for (wanted, kind, problem) in [
        (Wanted::Mobile, Kind::Number(1.234_567_890_123_45e17), CellProblem::TooManyDigits),
        (Wanted::Attribute, Kind::Number(1.234_567_890_123_45e17), CellProblem::TooManyDigits),
        (Wanted::Id, Kind::Number(1.5), CellProblem::NotWhole),
        (Wanted::Gender, Kind::Bool(true), CellProblem::Bool),
        (Wanted::Departments, Kind::Date, CellProblem::Date),
        (Wanted::Words, Kind::Bool(true), CellProblem::Bool),
        (Wanted::Words, Kind::Error, CellProblem::Failed),
        (Wanted::Attribute, Kind::Duration, CellProblem::Duration),
    ] {
        assert_eq!(clean(wanted, kind, "x"), Err(problem), "{kind:?}");
    }
}

#[test]
fn trap_38_a_workbooks_numbers_flags_and_dates_become_text() {
    let cleaned = |wanted, kind, shown: &str| {
        let (value, corrections) = clean(wanted, kind, shown).unwrap();
        (value.into_owned(), corrections.iter().collect::<Vec<_>>())
    };
    assert_eq!(
        cleaned(Wanted::Mobile, Kind::Number(13_800_000_001.0), "13800000001"),
        ("13800000001".into(), vec![Correction::Number])
    );
    assert_eq!(cleaned(Wanted::Departments, Kind::Number(2.0), "2"), ("2".into(), vec![Correction::Number]));
    assert_eq!(
        cleaned(Wanted::Attribute, Kind::Number(2.5), "2.5"),
        ("2.5".into(), vec![Correction::Number])
    );
    assert_eq!(cleaned(Wanted::Flag, Kind::Bool(true), "TRUE"), ("1".into(), vec![Correction::Flag]));
    assert_eq!(
        cleaned(Wanted::Attribute, Kind::Date, "2026-01-02"),
        ("2026-01-02".into(), vec![Correction::Date])
    );
    becomes(Wanted::Flag, "false", "0", &[Correction::Flag]);
}

#[test]
fn trap_38_lists_are_joined_by_semicolons() {
    for list in ["2;7", "2,7", "2、7", "2；7", "２；７", "2 ; 7", "2|7", "2;7;", "2\n7"] {
        assert_eq!(text(Wanted::Departments, list).unwrap().0, "2;7", "{list:?}");
    }
    becomes(Wanted::Departments, "2;7", "2;7", &[]);
    becomes(Wanted::Departments, "2.0;7.0", "2;7", &[Correction::Number]);
    becomes(Wanted::Flags, "TRUE;FALSE", "1;0", &[Correction::Flag]);
    becomes(Wanted::Flags, "是;否", "是;否", &[]);
    becomes(Wanted::Departments, "1234", "1234", &[]);
}

#[test]
fn trap_38_a_number_is_read_in_every_scientific_spelling() {
    for cell in [
        "1.3800000001E10",
        "1.3800000001e10",
        "1.3800000001E+10",
        "1,3800000001E+10",
        "+1.3800000001E+10",
        "1.3800000001E+010",
        "1.38000000010000E10",
        "1.3800000001×10^10",
        "1.3800000001x10^10",
        "13.800000001E9",
        "13800000001E0",
    ] {
        becomes(Wanted::Mobile, cell, "13800000001", &[Correction::Scientific]);
    }
    becomes(Wanted::Id, "1.3800000001E10", "13800000001", &[Correction::Scientific]);
    becomes(Wanted::Attribute, "1.3800000001E10", "13800000001", &[Correction::Scientific]);
    becomes(Wanted::Mobile, "13800000001.00", "13800000001", &[Correction::Number]);
    becomes(Wanted::Mobile, "13,800,000,001", "13800000001", &[Correction::Separators]);
    becomes(Wanted::Id, "1,001", "1001", &[Correction::Separators]);
    // Free text with this form can be a name, so it is unchanged.
    for part in ["1.5E3", "1E10", "2e4", "1.0"] {
        becomes(Wanted::Attribute, part, part, &[]);
    }
}

#[test]
fn trap_38_invisible_characters_are_removed_and_emoji_are_kept() {
    use Correction::*;
    for mark in [
        '\u{200b}', '\u{200d}', '\u{2060}', '\u{feff}', '\u{ad}', '\u{200f}', '\u{202d}', '\u{2066}',
        '\u{61c}', '\u{fe0f}',
    ] {
        becomes(Wanted::Mobile, &format!("138{mark}00000001"), "13800000001", &[Invisible]);
        becomes(Wanted::Id, &format!("wang{mark}fang"), "wangfang", &[Invisible]);
        becomes(Wanted::Mail, &format!("wang@{mark}example.com"), "wang@example.com", &[Invisible]);
    }
    becomes(Wanted::Mobile, "\u{202d}13800000341\u{202c}", "13800000341", &[Blanks]);
    becomes(Wanted::Name, "王\u{200b}芳\u{202c}", "王芳", &[Blanks, Invisible]);
    becomes(Wanted::Name, "王\u{200d}芳", "王芳", &[Invisible]);
    // A family of three, a coloured heart, a flag made of tag characters, Persian.
    for name in [
        "👨\u{200d}👩\u{200d}👧",
        "王芳❤\u{fe0f}",
        "🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}",
        "نمی\u{200c}دانم",
    ] {
        becomes(Wanted::Name, name, name, &[]);
    }
}

#[test]
fn trap_38_spreadsheet_syntax_around_a_value_is_removed() {
    use Correction::*;
    for (cell, corrections) in [
        ("=\"13800000001\"", &[Wrapper][..]),
        ("=13800000001", &[Wrapper]),
        ("=\"\"13800000001\"\"", &[Wrapper]),
        ("'=\"13800000001\"", &[Apostrophe, Wrapper]),
        ("\"13800000001\"", &[Wrapper]),
        ("“13800000001”", &[Wrapper]),
    ] {
        becomes(Wanted::Mobile, cell, "13800000001", corrections);
        becomes(Wanted::Id, cell, "13800000001", corrections);
    }
    becomes(Wanted::Name, "=\"王芳\"", "王芳", &[Wrapper]);
    // Exports put an apostrophe before text that looks like a formula.
    becomes(Wanted::Name, "'=王芳", "=王芳", &[Apostrophe]);
    becomes(Wanted::Words, "'+86", "+86", &[Apostrophe]);
    // A leading apostrophe marks an account as text.
    becomes(Wanted::Id, "'1E5", "1E5", &[Apostrophe]);
    becomes(Wanted::Id, "'1001.0", "1001.0", &[Apostrophe]);
    becomes(Wanted::Phone, "010–1234", "010-1234", &[HalfWidth]);
    becomes(Wanted::Mobile, "138.0000.0001", "13800000001", &[Separators]);
    becomes(Wanted::Flag, "已禁用", "禁用", &[Flag]);
    becomes(Wanted::Numbers, "-1", "-1", &[]);
    becomes(Wanted::Numbers, "abc", "abc", &[]);
    becomes(Wanted::Departments, "-1", "-1", &[]);
}

#[test]
fn trap_38_names_keep_their_own_characters() {
    for name in ["'t Hooft", "王 芳", "王芳（Ａ）", "O'Neil, \"Jim\"", "1E+10", "＃1"] {
        becomes(Wanted::Words, name, name, &[]);
    }
    becomes(Wanted::Words, "\u{3000}王芳 ", "王芳", &[Correction::Blanks]);
    becomes(
        Wanted::Mail,
        " ｗａｎｇ＠example．com",
        "wang@example.com",
        &[Correction::Blanks, Correction::HalfWidth],
    );
    becomes(Wanted::Id, "12e5", "12e5", &[]);
    becomes(Wanted::Id, "v1.0", "v1.0", &[]);
    becomes(Wanted::Phone, "０２０-1234", "020-1234", &[Correction::HalfWidth]);
}

const WANTED: [Wanted; 13] = [
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
    Wanted::Attribute,
];

proptest! {
    #[test]
    fn cleaning_twice_is_cleaning_once(
        at in 0..WANTED.len(),
        cell in "[ '‘＋+0-9０-９a-zE.,;；、|王#/\u{3000}\u{a0}-]{0,16}|['\"“”=+×^1-3.,eE\u{200b}\u{202d} ]{0,12}|\\PC{0,12}",
    ) {
        let wanted = WANTED[at];
        // A leading apostrophe marks an account as text. The second cleaning does not see it.
        let is_marked_as_text = wanted == Wanted::Id && half_width(&cell).contains(['\'', '‘', '’', '`']);
        if let Ok((once, _)) = clean(wanted, Kind::Text, &cell) {
            let twice = clean(wanted, Kind::Text, &once);
            prop_assume!(!(is_marked_as_text && twice == Err(CellProblem::MaybeNumber)));
            prop_assert_eq!(twice, Ok((once.clone(), Corrections::default())), "{:?} {:?}", wanted, cell);
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
        prop_assume!(number::in_id(&userid) == Ok(None) && without_zero(&userid) == userid);
        for (wanted, cell) in [
            (Wanted::Name, &name),
            (Wanted::Words, &name),
            (Wanted::Id, &userid),
            (Wanted::Mobile, &mobile),
            (Wanted::Mail, &mail),
            (Wanted::Departments, &ids),
            (Wanted::Phone, &phone),
            (Wanted::Attribute, &name),
        ] {
            prop_assert_eq!(clean(wanted, Kind::Text, cell), Ok((Cow::Borrowed(cell.as_str()), Corrections::default())));
        }
    }
}
