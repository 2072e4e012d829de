//! Headings: which column is which field.

use wecom_contacts::imports::MemberColumn;

use crate::{
    Error, Record, Result, Row,
    cleaning::trimmed,
    heading_text::is_same,
    heading_words::{BADGE, Word, names_departments, word},
};

/// How many rows may stand above the headings, and the headings' own: WeCom's templates have up to nine lines of explanation.
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

    /// Whether it says nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.columns.is_empty() && self.extras.is_empty()
    }

    /// Whether all targets are something.
    pub(crate) fn check<R: Record>(&self) -> Result<()> {
        self.columns.iter().try_for_each(|(_, target)| target_of::<R>(target).map(drop))
    }

    /// Whether the heading says something, by itself or by this mapping.
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

    /// Whether this heading is the one of the column that tells rows apart.
    pub(crate) fn is_id<R: Record>(&self, heading: &str) -> bool {
        matches!(self.target::<R>(heading), Ok(Target::Sure(Meaning::Field(column))) if column == R::ID)
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
    match word::<R>(target) {
        Some(Word::Field(column)) => Ok(Meaning::Field(column)),
        Some(Word::Status) => Ok(Meaning::Status),
        // The heading itself is an export's, which has codes under it.
        Some(Word::ReadOnly) if target.eq_ignore_ascii_case("status") => Ok(Meaning::Status),
        _ => Err(Error::NoField {
            target: target.to_owned(),
            known: R::COLUMNS.iter().map(|column| R::field(*column).to_owned()).collect(),
        }),
    }
}

/// What a column is taken for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Meaning<C> {
    /// A field.
    Field(C),
    /// The extended attribute (扩展属性) of this name.
    Extra(String),
    /// Whether the person still works here, as 状态 says: rows of people who left are not handed on.
    Status,
    /// Nothing: an export writes it and an import cannot, as `direct_leader` and 激活状态.
    ReadOnly,
    /// Nothing, though it says who leads whom, who leaves when or who works where, as 直属上级: worth stopping for.
    Deciding,
    /// Nothing, as its heading is unknown: worth a warning.
    Ignored,
    /// Nothing, by its heading: an explanation, a reason of refusal, an empty one, or because the mapping says so.
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

/// What a heading is taken for, as far as it can be told without the others of its row.
enum Target<C> {
    Sure(Meaning<C>),
    Phone,
    Badge,
}

/// Whether a row holds headings: it has one for the column that tells rows apart.
pub(crate) fn is_headings<R: Record>(row: &Row, mapping: &Mapping) -> bool {
    row.texts().any(|cell| mapping.is_id::<R>(cell))
}

/// Makes out the columns by their headings.
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

/// What the headings of a row say together: a telephone number is the mobile number where no other column is, and 工号 an attribute where there are
/// accounts.
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

/// An attribute's column has its name; in JSON it has a prefix.
fn is_attribute(name: &str, heading: &str) -> bool {
    is_same(name, heading) || heading.strip_prefix("extattr.").is_some_and(|heading| is_same(name, heading))
}
