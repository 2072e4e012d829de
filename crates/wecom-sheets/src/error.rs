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
    #[error("{}{}", no_headings(*.rows, .wanted), looks_like(.like))]
    NoHeadings {
        /// The heading looked for, as WeCom's template spells it.
        wanted: &'static str,
        /// How many rows were looked at.
        rows: usize,
        /// Headings beside known ones that look like an id, such as 工号; a mapping can say that one is.
        like: Vec<String>,
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

fn no_headings(rows: usize, wanted: &str) -> String {
    match rows {
        1 => format!("the first row does not have the heading {wanted}"),
        rows => format!("none of the first {rows} rows has the heading {wanted}"),
    }
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
