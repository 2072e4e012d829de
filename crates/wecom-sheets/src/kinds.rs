//! The kind of a file, detected from its first bytes. The name is ignored, because many systems name a web page `.xls`.

use crate::{Error, OtherFile};

/// Number of bytes that are examined.
pub(crate) const HEAD: usize = 4096;

/// The reader for a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A ZIP archive: XLSX, ODS, or another file.
    Zip,
    /// An OLE container: XLS, a workbook with a password, or another file.
    Ole,
    /// CSV or JSON.
    Text,
}

/// Detects the kind of a file.
///
/// # Errors
///
/// Returns an error if the file is empty, or is of a known kind without rows. The error names the kind.
pub(crate) fn kind(head: &[u8]) -> Result<Kind, Error> {
    match head {
        [] => Err(Error::Empty),
        [b'P', b'K', 3, 4, ..] => Ok(Kind::Zip),
        [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, ..] => Ok(Kind::Ole),
        _ => match named(head) {
            Some(error) => Err(error),
            None => Ok(Kind::Text),
        },
    }
}

/// Kinds of files that users confuse with tables.
const BINARY: &[(&[u8], OtherFile)] = &[
    (b"PK\x05\x06", OtherFile::EmptyZip),
    (b"PK\x07\x08", OtherFile::ZipPart),
    (b"\x09\x00\x04\x00", OtherFile::Excel2),
    (b"\x09\x02\x06\x00", OtherFile::Excel3),
    (b"\x09\x04\x06\x00", OtherFile::Excel4),
    (b"%PDF-", OtherFile::Pdf),
    (b"{\\rtf", OtherFile::Rtf),
    (b"\x89PNG", OtherFile::Picture),
    (b"\xff\xd8\xff", OtherFile::Picture),
    (b"GIF8", OtherFile::Picture),
    (b"II*\0", OtherFile::Picture),
    (b"MM\0*", OtherFile::Picture),
    (b"\x1f\x8b", OtherFile::Gzip),
    (b"7z\xbc\xaf\x27\x1c", OtherFile::SevenZip),
    (b"Rar!\x1a\x07", OtherFile::Rar),
    (b"BZh", OtherFile::Bzip2),
    (b"\xfd7zXZ", OtherFile::Xz),
    (b"b\x14#e", OtherFile::Protected),
    (b"SQLite format 3\0", OtherFile::Sqlite),
    (b"\0\x01\0\0Standard", OtherFile::Access),
    (b"ID;P", OtherFile::Sylk),
    (b"\xff\xfe\0\0", OtherFile::Utf32),
    (b"\0\0\xfe\xff", OtherFile::Utf32),
];

/// Beginnings of texts that are not tables.
const TEXTS: &[(&str, OtherFile)] = &[
    ("mime-version:", OtherFile::WebArchive),
    ("from: <saved by", OtherFile::WebArchive),
    ("from: \"saved by", OtherFile::WebArchive),
    ("begin:vcard", OtherFile::Vcard),
    ("table\n0,1", OtherFile::Dif),
];

fn named(head: &[u8]) -> Option<Error> {
    if let Some((_, what)) = BINARY.iter().find(|(magic, _)| head.starts_with(magic)) {
        return Some(Error::NotASheet { what: *what });
    }
    if let [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] = head {
        return Some(Error::NotASheet { what: OtherFile::Picture });
    }
    // The searched words are ASCII. In UTF-16 each of their bytes has a NUL beside it.
    let text: Vec<u8> = head
        .strip_prefix(b"\xef\xbb\xbf")
        .or(head.strip_prefix(b"\xff\xfe"))
        .or(head.strip_prefix(b"\xfe\xff"))
        .unwrap_or(head)
        .iter()
        .filter(|byte| !matches!(byte, 0 | b'\r'))
        .map(u8::to_ascii_lowercase)
        .collect();
    let text = text.trim_ascii_start();
    if let Some((_, what)) = TEXTS.iter().find(|(begin, _)| text.starts_with(begin.as_bytes())) {
        return Some(Error::NotASheet { what: *what });
    }
    let rest = text.strip_prefix(b"<")?;
    let has = |part: &str| memchr::memmem::find(text, part.as_bytes()).is_some();
    // A heading can be in angle brackets, but the tag of a page never begins with a Chinese character.
    if !matches!(rest, [b'a'..=b'z' | b'!' | b'?', ..]) {
        return None;
    }
    if has("urn:schemas-microsoft-com:office:spreadsheet") && !has("<html") {
        return Some(Error::NotASheet { what: OtherFile::Excel2003Xml });
    }
    const PAGE: [&str; 10] =
        ["<html", "<!doctype html", "<table", "<head", "<body", "<meta", "<style", "<div", "<script", "<tr"];
    if PAGE.iter().any(|tag| has(tag)) || rest.starts_with(b"!--") {
        return Some(Error::WebPage);
    }
    // Another tag. A cell can contain a tag, but does not begin with these.
    let is_markup = rest.starts_with(b"?xml") || rest.starts_with(b"!doctype");
    is_markup.then_some(Error::NotASheet { what: OtherFile::Xml })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(head: &[u8]) -> String {
        match kind(head) {
            Ok(kind) => format!("{kind:?}"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn trap_45_the_error_for_a_file_without_a_table_names_its_kind() {
        let utf16: Vec<u8> = "\u{feff}<html><table>".encode_utf16().flat_map(u16::to_le_bytes).collect();
        for (head, expected) in [
            (&b"<html><body><table><tr><td>a"[..], "a web page"),
            (b"\xef\xbb\xbf\r\n <!DOCTYPE HTML PUBLIC", "a web page"),
            (b"<meta http-equiv=Content-Type><table>", "a web page"),
            (b"<TABLE border=1>", "a web page"),
            (&utf16, "a web page"),
            (
                b"<html xmlns:x=\"urn:schemas-microsoft-com:office:excel\"><head>",
                "a web page",
            ),
            (
                b"<?xml version=\"1.0\"?><?mso-application progid=\"Excel.Sheet\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\">",
                "an XML spreadsheet",
            ),
            (b"<?xml version=\"1.0\"?><members/>", "an XML document"),
            (b"MIME-Version: 1.0\r\nContent-Type: multipart/related", "a web archive"),
            (b"%PDF-1.7", "a PDF"),
            (b"{\\rtf1", "an RTF"),
            (b"\x89PNG\r\n", "a picture"),
            (b"PK\x03\x04", "Zip"),
            (b"<\xe5\xa7\x93\xe5\x90\x8d>,userid", "Text"),
            (b"<a>,userid", "Text"),
            (b"userid,name", "Text"),
        ] {
            let said = said(head);
            assert!(said.contains(expected), "{}: {said}", String::from_utf8_lossy(head));
        }
    }
}
