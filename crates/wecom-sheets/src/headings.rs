//! Headings: assigns a field to each column.

use wecom_contacts::imports::MemberColumn;

use crate::{
    Error, Record, Result, Row,
    cleaning::trimmed,
    heading_text::is_same,
    heading_words::{BADGE, Word, names_departments, word},
};

/// Maximum number of rows down to the headings, including them. WeCom's templates have up to nine lines of explanation above the headings.
pub(crate) const HEADING_ROWS: usize = 20;

/// The heading of the reasons in a file of refused rows. A file with this column can be imported again without edits.
pub const REASON_HEADING: &str = "未导入原因 (why it was refused)";

/// Assigns fields to columns whose headings are not recognized.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct Mapping {
    columns: Vec<(String, String)>,
    extras: Vec<String>,
}

impl Mapping {
    /// Returns a mapping without assignments.
    pub fn new() -> Self {
        Self::default()
    }

    /// Assigns a field to the column with this heading. The target is any known heading of the field, `extra:NAME` for the extended attribute NAME,
    /// or `ignore`.
    pub fn column(mut self, heading: impl Into<String>, target: impl Into<String>) -> Self {
        self.columns.push((heading.into(), target.into()));
        self
    }

    /// Assigns the extended attribute (扩展属性) of the same name to the column with this heading.
    pub fn extra(mut self, name: impl Into<String>) -> Self {
        self.extras.push(name.into());
        self
    }

    /// Returns whether the mapping has no assignments.
    pub(crate) fn is_empty(&self) -> bool {
        self.columns.is_empty() && self.extras.is_empty()
    }

    /// Checks that all targets are valid.
    pub(crate) fn check<R: Record>(&self) -> Result<()> {
        self.columns.iter().try_for_each(|(_, target)| target_of::<R>(target).map(drop))
    }

    /// Returns whether the heading is recognized, by itself or by this mapping.
    pub fn knows<R: Record>(&self, heading: &str) -> bool {
        word::<R>(heading).is_some_and(|word| word != Word::Nothing)
            || self.columns.iter().any(|(mapped, _)| is_same(mapped, heading))
            || self.extras.iter().any(|name| is_attribute(name, heading))
    }

    fn target<R: Record>(&self, heading: &str) -> Result<Target<R::Column>> {
        if let Some((_, target)) = self.columns.iter().find(|(mapped, _)| is_same(mapped, heading)) {
            return target_of::<R>(target).map(Target::Sure);
        }
        if let Some(name) = self.extras.iter().find(|name| is_attribute(name, heading)) {
            return Ok(Target::Sure(Meaning::Extra(trimmed(name).to_owned())));
        }
        if trimmed(heading).is_empty() || is_same(REASON_HEADING, heading) {
            return Ok(Target::Sure(Meaning::None));
        }
        Ok(Target::Sure(match word::<R>(heading) {
            Some(Word::Field(column)) => Meaning::Field(column),
            Some(Word::Phone) => return Ok(Target::Phone),
            Some(Word::Badge) => return Ok(Target::Badge),
            Some(Word::Status) => Meaning::Status,
            Some(Word::ReadOnly) => Meaning::ReadOnly,
            Some(Word::Deciding) => Meaning::Deciding,
            Some(Word::Nothing) => Meaning::None,
            None if names_departments::<R>(heading) => Meaning::Deciding,
            None => Meaning::Ignored,
        }))
    }

    /// Returns whether this is the heading of the column that identifies rows.
    pub(crate) fn is_id<R: Record>(&self, heading: &str) -> bool {
        matches!(self.target::<R>(heading), Ok(Target::Sure(Meaning::Field(column))) if column == R::ID)
    }

    /// Returns an assigned heading that is missing from these headings.
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
    match word::<R>(target) {
        Some(Word::Field(column)) => Ok(Meaning::Field(column)),
        Some(Word::Status) => Ok(Meaning::Status),
        // The heading `status` belongs to an export, whose values are codes.
        Some(Word::ReadOnly) if target.eq_ignore_ascii_case("status") => Ok(Meaning::Status),
        _ => Err(Error::NoField {
            target: target.to_owned(),
            known: R::COLUMNS.iter().map(|column| R::field(*column).to_owned()).collect(),
        }),
    }
}

/// The meaning of a column.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Meaning<C> {
    /// A field.
    Field(C),
    /// The extended attribute (扩展属性) of this name.
    Extra(String),
    /// The attribute of the external profile (对外属性) of this name. Only a roster has such columns.
    External(String),
    /// One level of the department, from 1: 一级部门. Only a roster has such columns.
    Level(u8),
    /// Whether the person still works here, as in 状态. Rows of people who left are omitted.
    Status,
    /// Ignored: an export writes this column, but an import cannot, for example `direct_leader` and 激活状态.
    ReadOnly,
    /// Ignored, although it says who leads, leaves or works where, for example 直属上级. An import stops until the user confirms.
    Deciding,
    /// Ignored with a warning, because the heading is unknown.
    Ignored,
    /// Ignored because of its heading (an explanation, a reason of refusal, an empty one), or because of the mapping.
    None,
}

/// A column of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Column<C> {
    /// The heading in the file, without surrounding blanks.
    pub heading: String,
    /// The meaning of the column.
    pub meaning: Meaning<C>,
}

/// The meaning of a heading, as far as it is independent of the other headings.
enum Target<C> {
    Sure(Meaning<C>),
    Phone,
    Badge,
}

/// Returns whether a row contains headings: it has the heading of the column that identifies rows.
pub(crate) fn is_headings<R: Record>(row: &Row, mapping: &Mapping) -> bool {
    row.texts().any(|cell| mapping.is_id::<R>(cell))
}

/// Assigns meanings to the columns by their headings.
pub(crate) fn columns<R: Record>(headings: Vec<String>, mapping: &Mapping) -> Result<Vec<Column<R::Column>>> {
    if let Some(heading) = mapping.missing(&headings) {
        let headings = headings.iter().filter(|heading| !heading.is_empty()).cloned().collect();
        return Err(Error::NoColumn { heading: heading.to_owned(), headings });
    }
    let targets: Vec<_> =
        headings.iter().map(|heading| mapping.target::<R>(heading)).collect::<Result<_>>()?;
    let meanings = together::<R>(targets);
    let mut columns: Vec<Column<R::Column>> = Vec::with_capacity(headings.len());
    for (heading, meaning) in headings.into_iter().zip(meanings) {
        let is_taken = matches!(meaning, Meaning::Field(_) | Meaning::Extra(_));
        if let Some(same) =
            columns.iter().find(|other| is_taken && is_same_field::<R>(&other.meaning, &meaning))
        {
            let field = match &meaning {
                Meaning::Field(column) => R::field(*column).to_owned(),
                Meaning::Extra(name) => format!("the attribute {name}"),
                _ => String::new(),
            };
            return Err(Error::SameField { field, headings: vec![same.heading.clone(), heading] });
        }
        columns.push(Column { heading, meaning });
    }
    Ok(columns)
}

/// Decides the meanings that depend on other headings of the row. A telephone number is the mobile number if no other column is. 工号 is an attribute
/// if the file has accounts.
fn together<R: Record>(targets: Vec<Target<R::Column>>) -> Vec<Meaning<R::Column>> {
    let field = |column: MemberColumn| R::from_heading(column.heading()).map(Meaning::Field);
    let has = |meaning: &Option<Meaning<R::Column>>| {
        let is_it = |target: &Target<R::Column>| match (target, meaning) {
            (Target::Sure(sure), Some(meaning)) => sure == meaning,
            _ => false,
        };
        targets.iter().any(is_it)
    };
    let (mobile, telephone) = (field(MemberColumn::Mobile), field(MemberColumn::Telephone));
    let badge = Meaning::Extra(BADGE.to_owned());
    let phone = match (has(&mobile), has(&telephone)) {
        (false, _) => mobile,
        (true, false) => telephone,
        (true, true) => None,
    };
    let is_badge = has(&Some(Meaning::Field(R::ID))) && !has(&Some(badge.clone()));
    let meaning = |target| match target {
        Target::Sure(meaning) => meaning,
        Target::Phone => phone.clone().unwrap_or(Meaning::Ignored),
        Target::Badge if is_badge => badge.clone(),
        Target::Badge => Meaning::Ignored,
    };
    targets.into_iter().map(meaning).collect()
}

fn is_same_field<R: Record>(one: &Meaning<R::Column>, other: &Meaning<R::Column>) -> bool {
    match (one, other) {
        (Meaning::Field(one), Meaning::Field(other)) => R::heading(*one) == R::heading(*other),
        (one, other) => one == other,
    }
}

/// The heading of an attribute is its name. In JSON it has a prefix.
fn is_attribute(name: &str, heading: &str) -> bool {
    is_same(name, heading) || heading.strip_prefix("extattr.").is_some_and(|heading| is_same(name, heading))
}
