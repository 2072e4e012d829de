//! Headings: which row has them, and which column is which field.

use crate::{
    Error, Record, Result, Row,
    cleaning::{half_width, trimmed},
};

/// WeCom's own templates have lines of explanation above the headings; more than this nobody has.
pub(crate) const HEADING_ROWS: usize = 20;

/// The heading of the column in which a file of refused rows says why; a file with it can be read again as it is.
pub const REASON_HEADING: &str = "未导入原因 (why it was refused)";

/// What columns are to be taken for, where their headings do not say it by themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct Mapping {
    columns: Vec<(String, String)>,
    extras: Vec<String>,
}

impl Mapping {
    /// Nothing beyond what headings say by themselves.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the column of this heading for a field, by any of the field's known headings; for the extended attribute NAME by `extra:NAME`; for none
    /// by `ignore`.
    pub fn column(mut self, heading: impl Into<String>, target: impl Into<String>) -> Self {
        self.columns.push((heading.into(), target.into()));
        self
    }

    /// Takes the column of this heading for the extended attribute (扩展属性) of the same name.
    pub fn extra(mut self, name: impl Into<String>) -> Self {
        self.extras.push(name.into());
        self
    }

    /// Whether all targets are something.
    pub(crate) fn check<R: Record>(&self) -> Result<()> {
        self.columns.iter().try_for_each(|(_, target)| target_of::<R>(target).map(drop))
    }

    /// Whether the heading says something, by itself or by this mapping.
    pub fn knows<R: Record>(&self, heading: &str) -> bool {
        R::from_heading(&bare(heading)).is_some()
            || self.columns.iter().any(|(mapped, _)| is_same(mapped, heading))
            || self.extras.iter().any(|name| is_attribute(name, heading))
    }

    fn target<R: Record>(&self, heading: &str) -> Result<Meaning<R::Column>> {
        let bare = bare(heading);
        if let Some((_, target)) = self.columns.iter().find(|(mapped, _)| is_same(mapped, heading)) {
            return target_of::<R>(target);
        }
        if let Some(name) = self.extras.iter().find(|name| is_attribute(name, heading)) {
            return Ok(Meaning::Extra(trimmed(name).to_owned()));
        }
        Ok(match R::from_heading(&bare) {
            Some(column) => Meaning::Field(column),
            None if bare.is_empty() || R::is_no_field(&bare) || is_same(REASON_HEADING, heading) => {
                Meaning::None
            }
            None => Meaning::Ignored,
        })
    }

    /// The headings that this names and that are not among these.
    fn missing(&self, headings: &[String]) -> Option<&str> {
        let mapped = self.columns.iter().map(|(heading, _)| heading);
        let missing = mapped.clone().find(|mapped| !headings.iter().any(|heading| is_same(mapped, heading)));
        missing
            .or_else(|| {
                self.extras.iter().find(|name| !headings.iter().any(|heading| is_attribute(name, heading)))
            })
            .map(String::as_str)
    }
}

fn target_of<R: Record>(target: &str) -> Result<Meaning<R::Column>> {
    let target = trimmed(target);
    if target.eq_ignore_ascii_case("ignore") {
        return Ok(Meaning::None);
    }
    match target.strip_prefix("extra:").map(trimmed) {
        Some(name) if R::HAS_EXTRAS && !name.is_empty() => return Ok(Meaning::Extra(name.to_owned())),
        _ => {}
    }
    R::from_heading(target).map(Meaning::Field).ok_or_else(|| Error::NoField {
        target: target.to_owned(),
        known: R::COLUMNS.iter().map(|column| R::field(*column).to_owned()).collect(),
    })
}

/// What a column is taken for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Meaning<C> {
    /// A field.
    Field(C),
    /// The extended attribute (扩展属性) of this name.
    Extra(String),
    /// Nothing, as nobody said what it is: worth a warning.
    Ignored,
    /// Nothing, by its heading: an explanation, a reason of refusal, none at all, or because the mapping says so.
    None,
}

/// A column of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Column<C> {
    /// The heading as it stands in the file, without blanks around it.
    pub heading: String,
    /// What it is taken for.
    pub meaning: Meaning<C>,
}

/// Whether a row holds headings: it has one for the column that tells rows apart.
pub(crate) fn is_headings<R: Record>(row: &Row, mapping: &Mapping) -> bool {
    row.texts().any(|cell| matches!(mapping.target::<R>(cell), Ok(Meaning::Field(column)) if column == R::ID))
}

/// Makes out the columns of a row of headings.
pub(crate) fn columns<R: Record>(row: &Row, mapping: &Mapping) -> Result<Vec<Column<R::Column>>> {
    let headings: Vec<String> = row.texts().map(|cell| trimmed(cell).to_owned()).collect();
    if let Some(heading) = mapping.missing(&headings) {
        let headings = headings.into_iter().filter(|heading| !heading.is_empty()).collect();
        return Err(Error::NoColumn { heading: heading.to_owned(), headings });
    }
    let mut columns: Vec<Column<R::Column>> = Vec::with_capacity(headings.len());
    for heading in headings {
        let meaning = mapping.target::<R>(&heading)?;
        let is_taken = matches!(meaning, Meaning::Field(_) | Meaning::Extra(_));
        if let Some(same) =
            columns.iter().find(|other| is_taken && is_same_field::<R>(&other.meaning, &meaning))
        {
            let field = match &meaning {
                Meaning::Field(column) => R::field(*column).to_owned(),
                Meaning::Extra(name) => format!("the attribute {name}"),
                Meaning::Ignored | Meaning::None => String::new(),
            };
            return Err(Error::SameField { field, headings: vec![same.heading.clone(), heading] });
        }
        columns.push(Column { heading, meaning });
    }
    Ok(columns)
}

fn is_same_field<R: Record>(one: &Meaning<R::Column>, other: &Meaning<R::Column>) -> bool {
    match (one, other) {
        (Meaning::Field(one), Meaning::Field(other)) => R::heading(*one) == R::heading(*other),
        (one, other) => one == other,
    }
}

fn is_same(one: &str, other: &str) -> bool {
    bare(one).eq_ignore_ascii_case(&bare(other))
}

/// An attribute's column has its name; in JSON it has a prefix.
fn is_attribute(name: &str, heading: &str) -> bool {
    is_same(name, heading) || heading.strip_prefix("extattr.").is_some_and(|heading| is_same(name, heading))
}

/// A heading without blanks around it, full-width letters, and the marks of what must be filled in.
fn bare(heading: &str) -> String {
    let half = half_width(trimmed(heading));
    let mut bare = half.as_ref();
    for mark in ["*", "(必填)", "(选填)", ":"] {
        bare = bare.strip_suffix(mark).unwrap_or(bare);
        bare = bare.strip_prefix(mark).unwrap_or(bare);
    }
    trimmed(bare).to_owned()
}
