//! Why a file cannot be read at all. What is wrong with one cell is a [`SheetProblem`](crate::SheetProblem).

use std::io;

use crate::{Encoding, Format};

/// The result of reading a file.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a file cannot be read. No text quotes a cell: sheets hold people's data.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The system cannot read it.
    #[error("the file cannot be read")]
    Io(#[source] io::Error),
    /// There is nothing in it.
    #[error("the file is empty")]
    Empty,
    /// The sheet of the workbook is empty, and there are others.
    #[error("the sheet {sheet:?} is empty; the workbook also has {}", list(.others))]
    EmptySheet {
        /// The sheet that was read.
        sheet: String,
        /// The other sheets.
        others: Vec<String>,
    },
    /// It is neither text nor a workbook.
    #[error("the file is neither text nor a workbook")]
    Binary,
    /// It is something that has no rows, or none that are read here.
    #[error("the file is {what}, whatever its name says: save it as .xlsx")]
    NotASheet {
        /// What it is, with its article.
        what: &'static str,
    },
    /// It is a web page, as many systems export tables under the name of a workbook.
    #[error(
        "the file is a web page (HTML), whatever its name says: open it in Excel or WPS and save it as .xlsx"
    )]
    WebPage,
    /// It has a password.
    #[error("the workbook has a password: save it without one")]
    Password,
    /// It changed between one reading and the next, or while it was read.
    #[error("the file changed while it was read: try again when it is complete")]
    Changed,
    /// A byte is illegal in the encoding of its text.
    #[error("the text is not {encoding} throughout (byte {offset}): save it as UTF-8")]
    Encoding {
        /// The encoding that was named, or that the rest of the text speaks for.
        encoding: Encoding,
        /// Where the first illegal byte is, counted from 0.
        offset: u64,
    },
    /// Its text is no UTF-8, and too little of it speaks for one encoding.
    #[error(
        "the encoding of the text is not known for sure{}: save it as UTF-8, or name the encoding",
        .likely.map(|likely| format!(" ({likely} is a guess)")).unwrap_or_default()
    )]
    Ambiguous {
        /// The likeliest encoding, if any is possible.
        likely: Option<&'static str>,
    },
    /// Its text, read in the encoding that it seems to have, has characters of private use, which no table has.
    #[error(
        "the text seems to be {encoding}, but has characters of private use then: save it as UTF-8, or name the encoding"
    )]
    PrivateUse {
        /// The encoding.
        encoding: Encoding,
    },
    /// There is no encoding of that name.
    #[error("there is no encoding {name:?}; there are {}", Encoding::NAMES)]
    NoEncoding {
        /// The name given.
        name: String,
    },
    /// Its text is UTF-8 but for some bytes; read as GB18030 it would be nonsense.
    #[error("the text is UTF-8 but for byte {offset}: the file is damaged, export it again")]
    BrokenUtf8 {
        /// Where the first illegal byte is, counted from 0.
        offset: u64,
    },
    /// A row is longer than any row can be.
    #[error("the row at line {line} does not end: is a quotation mark (\") left open?")]
    EndlessRow {
        /// Where the row begins.
        line: u64,
    },
    /// A row, or the headings, have more columns than Excel knows.
    #[error("the row at line {line} has more than 16,384 columns")]
    TooWide {
        /// Where the row begins.
        line: u64,
    },
    /// The workbook is damaged, or not one.
    #[error("the workbook cannot be read: {0}")]
    Workbook(String),
    /// The workbook has more of something than any directory needs.
    #[error("the file has more than {limit} {what}")]
    TooMany {
        /// What there is too much of, in the plural.
        what: &'static str,
        /// The limit.
        limit: u64,
    },
    /// Rows are hidden, by hand or by a filter, and it was not said what becomes of them.
    #[error("{} hidden, the first is row {first_line}: show them, or say whether they are to be read", rows(*.count))]
    HiddenRows {
        /// How many rows that are not blank are hidden.
        count: u64,
        /// The number of the first.
        first_line: u64,
    },
    /// The workbook would unpack to more than any directory needs.
    #[error("`{part}` in the workbook unpacks to more than {limit} bytes")]
    TooLarge {
        /// The part of the workbook.
        part: String,
        /// The limit, in bytes.
        limit: u64,
    },
    /// There is no sheet of that name.
    #[error("the workbook has no sheet {name:?}; it has {}", list(.sheets))]
    NoSheet {
        /// The name asked for.
        name: String,
        /// The sheets there are.
        sheets: Vec<String>,
    },
    /// A sheet is named, but the file is no workbook.
    #[error("the file is no workbook: it has no sheets to choose from")]
    NotAWorkbook,
    /// A record is not JSON, or not an object.
    #[error("line {line} is not a JSON object")]
    Json {
        /// Where the record begins.
        line: u64,
        /// What the parser says.
        #[source]
        source: Option<serde_json::Error>,
    },
    /// None of the first rows has the heading without which people cannot be distinguished.
    #[error("{}{}", no_headings(*.rows, .wanted, *.is_json), looks_like(.like))]
    NoHeadings {
        /// The heading looked for, as WeCom's template spells it; of JSON the key.
        wanted: &'static str,
        /// How many rows were looked at.
        rows: usize,
        /// The file holds JSON objects.
        is_json: bool,
        /// No row of the text has a second cell: something else than a comma, a semicolon or a tab is between the cells.
        is_undivided: bool,
        /// The sheets of the workbook that were not read.
        other_sheets: Vec<String>,
        /// Headings beside known ones that look like an id, such as 工号; a mapping can say that one is.
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
    /// Only the column of ids is understood: importing the file would change nothing.
    #[error("{} is the only column that is understood{}", .wanted, others(.headings))]
    OnlyIds {
        /// The heading of the ids, as WeCom's template spells it.
        wanted: &'static str,
        /// The headings that are not understood.
        headings: Vec<String>,
    },
    /// The rows are the members and departments of a tag, as `txl export tag` writes them.
    #[error("the file looks like the export of a tag, whose rows are not whole members or departments")]
    TagExport,
    /// The headings take two rows that do not fit together.
    #[error("the headings of lines {line} and {next} do not fit together ({}): leave one row of headings", list(.headings))]
    TwoHeadings {
        /// The line of the upper headings.
        line: u64,
        /// The line of the lower headings.
        next: u64,
        /// The upper and the lower heading of the column that does not fit.
        headings: Vec<String>,
    },
    /// Two columns give one field.
    #[error("the columns {} are all {field}: leave one, or name one to be ignored", list(.headings))]
    SameField {
        /// The field.
        field: String,
        /// The columns' headings.
        headings: Vec<String>,
    },
    /// A mapping names a field that there is not.
    #[error("there is no field {target:?}; there are {}, extra:NAME and ignore", list(.known))]
    NoField {
        /// The name given.
        target: String,
        /// The fields there are.
        known: Vec<String>,
    },
    /// A mapping names a column that there is not.
    #[error("there is no column {heading:?}; there are {}", list(.headings))]
    NoColumn {
        /// The heading given.
        heading: String,
        /// The headings there are.
        headings: Vec<String>,
    },
}

impl Error {
    /// What is wrong with a file or a sheet without rows.
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
        [one] => format!("; {} may be meant for it", short(one)),
        several => format!("; one of {} may be meant for it", list(several)),
    }
}

fn others(headings: &[String]) -> String {
    match headings {
        [] => ": nothing would change".to_owned(),
        unknown => format!(" (not {}): nothing would change", list(unknown)),
    }
}

fn rows(count: u64) -> String {
    if count == 1 { "1 row is".to_owned() } else { format!("{count} rows are") }
}

/// Names for a person, as many as one can take in.
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
    /// Our own readers speak through `io::Error`, as what reads from them knows no other.
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
