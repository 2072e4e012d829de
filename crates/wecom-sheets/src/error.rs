//! Errors of a whole file. A [`SheetProblem`](crate::SheetProblem) is the fault of one cell.

use std::io;

use crate::{Encoding, Format, OtherFile, Quantity};

/// The result of reading a file.
pub type Result<T> = std::result::Result<T, Error>;

/// The reason that a file cannot be read. No message quotes a cell, because sheets contain personal data.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The operating system cannot read the file.
    #[error("the file cannot be read")]
    Io(#[source] io::Error),
    /// The file is empty.
    #[error("the file is empty")]
    Empty,
    /// The selected sheet of the workbook is empty, and the workbook has other sheets.
    #[error("the sheet {sheet:?} is empty; the workbook also has {}", list(.others))]
    EmptySheet {
        /// The sheet that was read.
        sheet: String,
        /// The other sheets.
        others: Vec<String>,
    },
    /// The file is neither text nor a workbook.
    #[error("the file is neither text nor a workbook")]
    Binary,
    /// The file is of another kind, without rows or with rows that this crate cannot read.
    #[error("the file is {what}, regardless of its name: save it as .xlsx")]
    NotASheet {
        /// What the file is.
        what: OtherFile,
    },
    /// The file is a web page. Many systems export tables as web pages that are named like workbooks.
    #[error(
        "the file is a web page (HTML), regardless of its name: open it in Excel or WPS and save it as .xlsx"
    )]
    WebPage,
    /// The workbook has a password.
    #[error("the workbook has a password: save it without a password")]
    Password,
    /// The file changed between two readings, or while it was read.
    #[error("the file changed while it was read: try again when it is complete")]
    Changed,
    /// A byte is invalid in the encoding of the text.
    #[error("byte {offset} is invalid in {encoding}: save the file as UTF-8")]
    Encoding {
        /// The encoding that was set, or that the rest of the text suggests.
        encoding: Encoding,
        /// The offset of the first invalid byte, counted from 0.
        offset: u64,
    },
    /// The text is not UTF-8, and has too little evidence for one encoding.
    #[error(
        "the encoding of the text is uncertain{}: save the file as UTF-8, or set the encoding",
        .likely.map(|likely| format!(" (probably {likely})")).unwrap_or_default()
    )]
    Ambiguous {
        /// The most likely encoding, if any is possible.
        likely: Option<&'static str>,
    },
    /// The text, decoded with the most likely encoding, has private-use characters. Tables do not contain them.
    #[error(
        "the text seems to be {encoding}, but then it has private-use characters: save the file as UTF-8, or set the encoding"
    )]
    PrivateUse {
        /// The encoding.
        encoding: Encoding,
    },
    /// The name of the encoding is unknown.
    #[error("unknown encoding {name:?}; supported: {}", Encoding::NAMES)]
    NoEncoding {
        /// The name.
        name: String,
    },
    /// The text is UTF-8 except for a few bytes. Decoded as GB18030, it would be nonsense.
    #[error("byte {offset} is invalid UTF-8: the file is damaged; export it again")]
    BrokenUtf8 {
        /// The offset of the first invalid byte, counted from 0.
        offset: u64,
    },
    /// A row is longer than the limit.
    #[error("the row at line {line} does not end: look for an unclosed quotation mark (\")")]
    EndlessRow {
        /// The line where the row begins.
        line: u64,
    },
    /// A row, or the row of headings, has more columns than Excel allows.
    #[error("the row at line {line} has more than 16,384 columns")]
    TooWide {
        /// The line where the row begins.
        line: u64,
    },
    /// The workbook is damaged, or the file is not a workbook.
    #[error("the workbook cannot be read: {0}")]
    Workbook(String),
    /// The file exceeds a limit that is larger than any directory needs.
    #[error("the file has more than {limit} {what}")]
    TooMany {
        /// The items that exceed the limit.
        what: Quantity,
        /// The limit.
        limit: u64,
    },
    /// Rows are hidden by hand or by a filter, and [`Options::hidden_rows`](crate::Options::hidden_rows) does not say how to treat them.
    #[error("{} hidden, the first is row {first_line}: unhide them, or choose whether to read them", rows(*.count))]
    HiddenRows {
        /// The number of hidden rows that are not blank.
        count: u64,
        /// The number of the first hidden row.
        first_line: u64,
    },
    /// A part of the workbook exceeds the limit of unpacked bytes.
    #[error("`{part}` in the workbook unpacks to more than {limit} bytes")]
    TooLarge {
        /// The part of the workbook.
        part: String,
        /// The limit, in bytes.
        limit: u64,
    },
    /// The workbook has no sheet with this name.
    #[error("unknown sheet {name:?}; the workbook has: {}", list(.sheets))]
    NoSheet {
        /// The name.
        name: String,
        /// The sheets of the workbook.
        sheets: Vec<String>,
    },
    /// A sheet is selected, but the file is not a workbook.
    #[error("the file is not a workbook, so no sheet can be selected")]
    NotAWorkbook,
    /// A record is not valid JSON, or is not an object.
    #[error("line {line} is not a JSON object")]
    Json {
        /// The line where the record begins.
        line: u64,
        /// The error of the parser.
        #[source]
        source: Option<serde_json::Error>,
    },
    /// None of the first rows has the heading that identifies people.
    #[error("{}{}", no_headings(*.rows, .wanted, *.is_json), looks_like(.like))]
    NoHeadings {
        /// The required heading, as in WeCom's template. For JSON, the required key.
        wanted: &'static str,
        /// The number of rows that were searched.
        rows: usize,
        /// The file contains JSON objects.
        is_json: bool,
        /// No row of the text has a second cell: the delimiter is not a comma, a semicolon or a tab.
        is_undivided: bool,
        /// The other sheets of the workbook.
        other_sheets: Vec<String>,
        /// Headings beside known ones that look like an id, for example 工号. A mapping can assign them.
        like: Vec<String>,
    },
    /// No row contains the heading of the column that identifies a person, and another known heading.
    #[error("{}", no_key(.key, *.fewest, *.rows, .headings, .other_sheets))]
    NoKey {
        /// The heading of the key.
        key: String,
        /// The number of known headings that a row of headings needs, with the key.
        fewest: usize,
        /// The number of rows that were searched.
        rows: usize,
        /// The row with the most known headings; empty if no row has any.
        headings: Vec<String>,
        /// The other sheets of the workbook.
        other_sheets: Vec<String>,
    },
    /// Only the column of ids is recognized, so the import would change nothing.
    #[error("{} is the only recognized column{}", .wanted, others(.headings))]
    OnlyIds {
        /// The heading of the ids, as in WeCom's template.
        wanted: &'static str,
        /// The headings that are not recognized.
        headings: Vec<String>,
    },
    /// The rows are members and departments of a tag, as `txl export tag` writes them.
    #[error("the file looks like the export of a tag: its rows are not complete members or departments")]
    TagExport,
    /// The headings occupy two rows that conflict.
    #[error("the headings of lines {line} and {next} conflict ({}): keep one row of headings", list(.headings))]
    TwoHeadings {
        /// The line of the upper headings.
        line: u64,
        /// The line of the lower headings.
        next: u64,
        /// The upper and the lower heading of the column that conflicts.
        headings: Vec<String>,
    },
    /// Several columns map to one field.
    #[error("several columns map to {field}: {}; keep one and ignore the others", list(.headings))]
    SameField {
        /// The field.
        field: String,
        /// The headings of the columns.
        headings: Vec<String>,
    },
    /// A mapping names an unknown field.
    #[error("unknown field {target:?}; supported: {}, extra:NAME and ignore", list(.known))]
    NoField {
        /// The name.
        target: String,
        /// The supported fields.
        known: Vec<String>,
    },
    /// A mapping names a column that the file does not have.
    #[error("unknown column {heading:?}; the file has: {}", list(.headings))]
    NoColumn {
        /// The heading in the mapping.
        heading: String,
        /// The headings of the file.
        headings: Vec<String>,
    },
}

impl Error {
    /// Returns the error for a file or a sheet without rows.
    pub(crate) fn empty(format: &Format) -> Self {
        let others: Vec<String> = format.other_sheets().map(str::to_owned).collect();
        match format {
            Format::Xlsx { sheet, .. } | Format::Ods { sheet, .. } | Format::Xls { sheet, .. }
                if !others.is_empty() =>
            {
                Self::EmptySheet { sheet: sheet.clone(), others }
            }
            _ => Self::Empty,
        }
    }
}

fn no_headings(rows: usize, wanted: &str, is_json: bool) -> String {
    match rows {
        _ if is_json => format!("no object has the key {wanted}"),
        1 => format!("the first row does not have the heading {wanted}"),
        rows => format!("none of the first {rows} rows has the heading {wanted}"),
    }
}

fn no_key(key: &str, fewest: usize, rows: usize, headings: &[String], other_sheets: &[String]) -> String {
    let another = if fewest > 1 { " and another known heading" } else { "" };
    let place = match rows {
        1 => "the first row does not contain".to_owned(),
        rows => format!("none of the first {rows} rows contains"),
    };
    let found = match headings {
        [] => String::new(),
        headings => format!("; the likeliest row contains {}", list(headings)),
    };
    let sheets = match other_sheets {
        [] => String::new(),
        sheets => format!("; the workbook also has the sheets {}", list(sheets)),
    };
    format!("{place} the heading {key}{another}{found}{sheets}")
}

fn looks_like(headings: &[String]) -> String {
    match headings {
        [] => String::new(),
        [one] => format!("; possible match: {}", short(one)),
        several => format!("; possible matches: {}", list(several)),
    }
}

fn others(headings: &[String]) -> String {
    match headings {
        [] => ": the import would change nothing".to_owned(),
        unknown => format!(" (not recognized: {}): the import would change nothing", list(unknown)),
    }
}

fn rows(count: u64) -> String {
    if count == 1 { "1 row is".to_owned() } else { format!("{count} rows are") }
}

/// Joins names, at most 30 of them.
fn list(names: &[String]) -> String {
    const SHOWN: usize = 30;
    let mut text = names.iter().take(SHOWN).map(|name| short(name)).collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN {
        text.push_str(&format!(" and {} more", names.len() - SHOWN));
    }
    if text.is_empty() { "none".to_owned() } else { text }
}

fn short(name: &str) -> String {
    const LENGTH: usize = 40;
    match name.char_indices().nth(LENGTH) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name.to_owned(),
    }
}

impl From<io::Error> for Error {
    /// Errors of this crate's readers pass through `io::Error`, the only error type that their consumers know.
    fn from(error: io::Error) -> Self {
        match error.downcast::<Self>() {
            Ok(error) => error,
            Err(error) => Self::Io(error),
        }
    }
}

impl From<Error> for io::Error {
    fn from(error: Error) -> Self {
        Self::new(io::ErrorKind::InvalidData, error)
    }
}
