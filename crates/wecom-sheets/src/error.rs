//! Why a file cannot be read at all. What is wrong with one cell is a [`Finding`](crate::Finding).

use std::io;

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
    /// It is neither text nor a workbook.
    #[error("the file is neither text nor an XLSX workbook")]
    Binary,
    /// It is of Excel 97–2003, or encrypted, which look alike from outside.
    #[error(
        "the file is an Excel 97–2003 workbook (.xls), or one with a password: save it as .xlsx without one"
    )]
    OldWorkbook,
    /// Its text is neither UTF-8 nor GB18030.
    #[error("the text is neither UTF-8 nor GB18030 (byte {offset}): save it as UTF-8")]
    Encoding {
        /// Where the first illegal byte is, counted from 0.
        offset: u64,
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
    /// None of the first rows has the heading without which nobody can be told from anybody.
    #[error("no row of the first {rows} has the heading {wanted}")]
    NoHeadings {
        /// The heading looked for, as WeCom's template spells it.
        wanted: &'static str,
        /// How many rows were looked at.
        rows: usize,
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
