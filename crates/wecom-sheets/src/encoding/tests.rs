//! Texts in each encoding, and the results of decoding.

use super::*;

fn read(bytes: &[u8]) -> Result<(Encoding, String)> {
    let (encoding, bom) = detect(bytes)?;
    let mut text = String::new();
    decoded(Box::new(io::Cursor::new(bytes.to_vec())), encoding, bom, true)?.read_to_string(&mut text)?;
    Ok((encoding, text))
}

fn utf16(text: &str, order: fn(u16) -> [u8; 2]) -> Vec<u8> {
    std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(order).collect()
}

#[test]
fn trap_38_a_text_is_read_the_same_in_each_encoding() {
    let text = "姓名,帐号\n王芳𠮷,wangfang\n".repeat(9_000);
    let gbk = GB18030.encode(&text).0.into_owned();
    for (bytes, encoding) in [
        (text.clone().into_bytes(), Encoding::Utf8),
        ([UTF8_BOM, text.as_bytes()].concat(), Encoding::Utf8),
        (utf16(&text, u16::to_le_bytes), Encoding::Utf16Le),
        (utf16(&text, u16::to_be_bytes), Encoding::Utf16Be),
        (gbk, Encoding::Gb18030),
    ] {
        assert!(read(&bytes).unwrap() == (encoding, text.clone()), "{encoding}");
    }
}

#[test]
fn invalid_bytes_are_refused_with_their_offset() {
    let broken = b"userid,name\n\x81\x20,a\n";
    assert!(matches!(read(broken), Err(Error::Ambiguous { .. })), "{:?}", read(broken));
    let mut text = "王芳,刘洋\n".repeat(30_000).into_bytes();
    text[200_000] = 0xff;
    assert!(matches!(read(&text), Err(Error::BrokenUtf8 { .. })));
    assert!(matches!(read(b""), Err(Error::Empty)));
    assert!(matches!(read(UTF8_BOM), Err(Error::Empty)));
    assert!(matches!(read(b"PK\0\0"), Err(Error::Binary)));
    let lone = utf16("a", u16::to_le_bytes).into_iter().chain([0x00, 0xd8]).collect::<Vec<_>>();
    assert!(matches!(read(&lone), Err(Error::Encoding { .. })), "{:?}", read(&lone));
}

#[test]
fn a_character_split_between_chunks_is_decoded() {
    for shift in 0..3 {
        let text = "a".repeat(shift) + &"王".repeat(CHUNK);
        assert_eq!(read(text.as_bytes()).unwrap().0, Encoding::Utf8);
    }
    let cut = &"王芳".as_bytes()[..5];
    assert!(
        matches!(read(cut), Err(Error::BrokenUtf8 { offset: 3 } | Error::Ambiguous { .. })),
        "{:?}",
        read(cut)
    );
}

#[test]
fn trap_45_the_encoding_is_detected_from_the_bytes() {
    let western = "userid,name\nmueller,Jürgen Müller\njose,José\nfrancois,François\nhelene,Hélène\n";
    for (text, label, expected) in [
        ("name,userid\n陳大文,a\n李美玲,b\n", BIG5, Some(Encoding::Big5)),
        ("姓名,帳號,手機\n陳大文,a,1\n", BIG5, Some(Encoding::Big5)),
        ("姓名,帐号\n王芳,a\n", GB18030, Some(Encoding::Gb18030)),
        ("帐号\na\n", GB18030, Some(Encoding::Gb18030)),
        ("name,userid\n李伟,a\n王芳,b\n", GB18030, Some(Encoding::Gb18030)),
        // Traditional and rare characters in GBK.
        ("姓名,帐号,职务\n陳大文,a,經理\n黃曉明,b,\n", GB18030, Some(Encoding::Gb18030)),
        ("姓名,帐号\n王喆,a\n李淏,b\n张堃𠮷,c\n朱镕,d\n", GB18030, Some(Encoding::Gb18030)),
        (western, WINDOWS_1252, Some(Encoding::Windows1252)),
        ("userid,name\nmueller,Jürgen Müller\njose,José\n", WINDOWS_1252, Some(Encoding::Windows1252)),
        // One character is too little evidence.
        ("name,userid\n陈,a\n", GB18030, None),
        ("name,userid\n陳,a\n", BIG5, None),
        ("name,userid\n镕,a\n", GB18030, None),
        // Encodings that are not supported.
        ("이름,부서\n김철수,개발\n박영희,영업\n", encoding_rs::EUC_KR, None),
        ("名前,部署\nやまだたろう,かいはつ\nさとう,えいぎょう\n", encoding_rs::SHIFT_JIS, None),
        ("名前,部署\nやまだたろう,かいはつ\nさとう,えいぎょう\n", encoding_rs::EUC_JP, None),
        ("имя,отдел\nИванов Иван,Продажи\nПетров Пётр,Бухгалтерия\n", encoding_rs::WINDOWS_1251, None),
        ("имя,отдел\nИванов Иван,Продажи\nПетров Пётр,Бухгалтерия\n", encoding_rs::KOI8_R, None),
        ("όνομα,τμήμα\nΓιώργος,Πωλήσεις\nΜαρία,Λογιστήριο\n", encoding_rs::WINDOWS_1253, None),
        ("jméno,oddělení\nJiří Dvořák,účetní\nLukáš Šťastný,prodej\n", encoding_rs::WINDOWS_1250, None),
        ("ชื่อ,แผนก\nสมชาย,ฝ่ายขาย\nสมหญิง,บัญชี\n", encoding_rs::WINDOWS_874, None),
    ] {
        let (bytes, _, has_lost) = label.encode(text);
        assert!(!has_lost, "{text}");
        match (read(&bytes), expected) {
            (Ok((found, read)), Some(expected)) => assert_eq!((found, read.as_str()), (expected, text)),
            (Err(Error::Ambiguous { .. }), None) => {}
            (read, expected) => panic!("{text} in {}: {read:?} instead of {expected:?}", label.name()),
        }
    }
}

#[test]
fn trap_45_a_guessed_encoding_never_yields_private_use_characters() {
    let mut bytes = GB18030.encode(&"姓名,帐号\n王芳,wangfang\n".repeat(20_000)).0.into_owned();
    // A user-defined character of GBK.
    bytes.extend(b"\xaa\xa1,a\n");
    assert!(matches!(read(&bytes), Err(Error::PrivateUse { encoding: Encoding::Gb18030 })));
    let mut text = String::new();
    let read = decoded(Box::new(io::Cursor::new(bytes)), Encoding::Gb18030, 0, false);
    read.unwrap().read_to_string(&mut text).unwrap();
    assert!(text.ends_with("\u{e000},a\n"));
}

#[test]
fn utf_16_without_a_bom_is_detected() {
    let text = "姓名,帐号\r\n王芳,wangfang\r\n";
    for (order, encoding) in
        [(u16::to_le_bytes as fn(u16) -> [u8; 2], Encoding::Utf16Le), (u16::to_be_bytes, Encoding::Utf16Be)]
    {
        let bytes: Vec<u8> = text.encode_utf16().flat_map(order).collect();
        assert_eq!(read(&bytes).unwrap(), (encoding, text.to_owned()));
    }
}

#[test]
fn encodings_are_parsed_by_their_usual_names() {
    for (name, encoding) in [
        ("utf-8", Encoding::Utf8),
        ("UTF-16LE", Encoding::Utf16Le),
        ("utf-16be", Encoding::Utf16Be),
        ("gbk", Encoding::Gb18030),
        ("GB2312", Encoding::Gb18030),
        ("gb18030", Encoding::Gb18030),
        ("Big5", Encoding::Big5),
        ("windows-1252", Encoding::Windows1252),
        ("latin1", Encoding::Windows1252),
        ("ISO-8859-1", Encoding::Windows1252),
    ] {
        assert_eq!(name.parse::<Encoding>().unwrap(), encoding, "{name}");
    }
    let error = "ebcdic".parse::<Encoding>().unwrap_err().to_string();
    assert!(error.contains("ebcdic") && error.contains("big5"), "{error}");
}

#[test]
fn a_bom_has_priority_over_the_users_choice() {
    let bytes = [UTF8_BOM, "姓名\n".as_bytes()].concat();
    assert_eq!(named(bytes.as_slice(), Encoding::Gb18030).unwrap(), (Encoding::Utf8, 3));
    assert_eq!(named(&b"a,b\n"[..], Encoding::Big5).unwrap(), (Encoding::Big5, 0));
}
