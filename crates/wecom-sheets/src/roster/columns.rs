//! Decides which column contains which field.

use super::{
    RosterField, RosterOptions, levels,
    words::{Form, Word, word},
};
use crate::{Column, Error, Meaning, REASON_HEADING, Result, cleaning::trimmed, heading_text::is_same};

/// The columns of a roster and how they are written.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) columns: Vec<Column<RosterField>>,
    pub(super) forms: Vec<Form>,
    /// The place of the key among the columns.
    pub(super) key: usize,
    /// The places of the columns for the levels of the department, the highest first.
    pub(super) levels: Vec<usize>,
}

impl Layout {
    /// The place of a field's cell. A department of several levels comes after the cells of all columns.
    pub(super) fn place(&self, field: RosterField) -> Option<usize> {
        if field == RosterField::Department && !self.levels.is_empty() {
            return Some(self.columns.len());
        }
        self.columns.iter().position(|column| column.meaning == Meaning::Field(field))
    }
}

/// What a heading means in a roster, with or without the others of its row.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Target {
    Sure(Meaning<RosterField>, Form),
    Phone,
}

impl RosterOptions {
    /// Returns whether the heading means anything, by itself or by these options.
    pub(super) fn knows(&self, heading: &str) -> bool {
        matches!(
            self.target(heading),
            Ok(Target::Phone
                | Target::Sure(
                    Meaning::Field(_)
                        | Meaning::Extra(_)
                        | Meaning::External(_)
                        | Meaning::Level(_)
                        | Meaning::Deciding
                        | Meaning::ReadOnly,
                    _
                ))
        )
    }

    /// Returns whether this is the heading of the key column.
    pub(super) fn is_key(&self, heading: &str) -> bool {
        match self.target(heading) {
            Ok(Target::Sure(meaning, _)) => is_same_meaning(&meaning, &self.key_meaning()),
            // A telephone number is the mobile number if no other column is.
            Ok(Target::Phone) => self.key_meaning() == Meaning::Field(RosterField::Mobile),
            Err(_) => false,
        }
    }

    /// Returns an error if a column is mapped to something unknown.
    pub(super) fn check_targets(&self) -> Result<()> {
        self.mapped.iter().try_for_each(|(heading, target)| self.explicit(heading, target).map(drop))
    }

    fn target(&self, heading: &str) -> Result<Target> {
        let sure = |meaning| Ok(Target::Sure(meaning, Form::Plain));
        if let Some((_, target)) = self.mapped.iter().find(|(mapped, _)| is_same(mapped, heading)) {
            return self.explicit(heading, target);
        }
        if trimmed(heading).is_empty() || is_same(REASON_HEADING, heading) {
            return sure(Meaning::None);
        }
        if let Some(name) = heading.strip_prefix("extattr.").map(trimmed).filter(|name| !name.is_empty()) {
            return sure(Meaning::Extra(self.attribute(name).unwrap_or_else(|| name.to_owned())));
        }
        if let Some(name) = external_name(heading) {
            return sure(Meaning::External(self.external_attribute(name).unwrap_or_else(|| name.to_owned())));
        }
        let is_canonical = RosterField::ALL.iter().any(|field| is_same(field.heading(), heading));
        let is_dated = |heading| {
            [RosterField::JoinDate, RosterField::LeaveDate]
                .iter()
                .any(|date| is_same(date.heading(), heading))
        };
        if let Some(name) = self.attribute(heading).filter(|_| !is_canonical || is_dated(heading)) {
            return sure(Meaning::Extra(name));
        }
        Ok(match word(heading) {
            Some(Word::Field(RosterField::State, _)) if self.has_state() => {
                Target::Sure(Meaning::Deciding, Form::Plain)
            }
            Some(Word::Field(field, form)) => Target::Sure(Meaning::Field(field), form),
            Some(Word::Level(level)) => Target::Sure(Meaning::Level(level), Form::Plain),
            Some(Word::Phone) => Target::Phone,
            Some(Word::ReadOnly) => Target::Sure(Meaning::ReadOnly, Form::Plain),
            Some(Word::Deciding) => Target::Sure(Meaning::Deciding, Form::Plain),
            Some(Word::Nothing) => Target::Sure(Meaning::None, Form::Plain),
            None => match self.external_attribute(heading) {
                Some(name) => Target::Sure(Meaning::External(name), Form::Plain),
                None => Target::Sure(Meaning::Ignored, Form::Plain),
            },
        })
    }

    /// Returns the meaning of a column that is mapped to `target`.
    fn explicit(&self, heading: &str, target: &str) -> Result<Target> {
        let target = trimmed(target);
        if target.eq_ignore_ascii_case("ignore") {
            return Ok(Target::Sure(Meaning::None, Form::Plain));
        }
        if let Some(name) = target.strip_prefix("extra:").map(trimmed).filter(|name| !name.is_empty()) {
            return Ok(Target::Sure(Meaning::Extra(name.to_owned()), Form::Plain));
        }
        if let Some(name) = target.strip_prefix("external:").map(trimmed).filter(|name| !name.is_empty()) {
            return Ok(Target::Sure(Meaning::External(name.to_owned()), Form::Plain));
        }
        if let Some(name) = self.attribute(target).filter(|_| RosterField::from_name(target).is_none()) {
            return Ok(Target::Sure(Meaning::Extra(name), Form::Plain));
        }
        let named = RosterField::from_name(target);
        let (field, form) = match (named, word(target)) {
            (Some(field), _) => (field, form_of_name(field)),
            (None, Some(Word::Field(field, form))) => (field, form),
            (None, Some(Word::Level(level))) => {
                return Ok(Target::Sure(Meaning::Level(level), Form::Plain));
            }
            _ => {
                return Err(Error::NoField {
                    target: target.to_owned(),
                    known: RosterField::ALL.iter().map(|field| field.name().to_owned()).collect(),
                });
            }
        };
        // The file's own heading says more about the form than the name of the field.
        let form = match word(heading) {
            Some(Word::Field(same, own)) if same == field && named.is_some() => own,
            _ => form,
        };
        Ok(Target::Sure(Meaning::Field(field), form))
    }
}

/// Returns the attribute's name in a heading such as `对外属性.微博`.
fn external_name(heading: &str) -> Option<&str> {
    let rest =
        ["external_attr", "对外属性", "对外信息"].iter().find_map(|word| heading.strip_prefix(word))?;
    let name = rest.strip_prefix(['.', ':', '：', '-', '/'])?;
    Some(trimmed(name)).filter(|name| !name.is_empty())
}

fn form_of_name(field: RosterField) -> Form {
    match field {
        RosterField::Department | RosterField::MainDepartment | RosterField::Leader => Form::Names,
        _ => Form::Plain,
    }
}

/// Decides what each column contains.
///
/// # Errors
///
/// Returns an error if a mapped heading is missing, two columns contain one field, or the key is missing.
pub(super) fn layout(headings: Vec<String>, options: &RosterOptions) -> Result<Layout> {
    options.check_headings(&headings)?;
    let targets: Vec<Target> =
        headings.iter().map(|heading| options.target(heading)).collect::<Result<_>>()?;
    let has = |field| {
        targets
            .iter()
            .any(|target| matches!(target, Target::Sure(Meaning::Field(taken), _) if *taken == field))
    };
    let phone = match (has(RosterField::Mobile), has(RosterField::Telephone)) {
        (false, _) => Meaning::Field(RosterField::Mobile),
        (true, false) => Meaning::Field(RosterField::Telephone),
        (true, true) => Meaning::Ignored,
    };
    let is_by_id = targets.iter().any(|target| {
        matches!(target, Target::Sure(Meaning::Field(RosterField::Department), Form::Ids | Form::IdsOrNames))
    });
    let mut layout = Layout {
        columns: Vec::with_capacity(headings.len()),
        forms: Vec::new(),
        key: usize::MAX,
        levels: Vec::new(),
    };
    for (heading, target) in headings.into_iter().zip(targets) {
        let (meaning, form) = match target {
            Target::Sure(meaning, form) => (meaning, form),
            Target::Phone => (phone.clone(), Form::Plain),
        };
        let is_related = matches!(meaning, Meaning::Field(RosterField::MainDepartment | RosterField::Leader));
        let form = match form {
            // Beside departments by id, these columns contain ids too.
            Form::Names if is_related && is_by_id => Form::IdsOrNames,
            form => form,
        };
        if let Some(same) = layout.columns.iter().find(|other| is_same_meaning(&other.meaning, &meaning)) {
            return Err(Error::SameField {
                field: name_of(&meaning),
                headings: vec![same.heading.clone(), heading],
            });
        }
        if is_same_meaning(&meaning, &options.key_meaning()) {
            layout.key = layout.columns.len();
        }
        layout.columns.push(Column { heading, meaning });
        layout.forms.push(form);
    }
    // Below the heading of a group, such as 上级信息, the heading belongs to somebody else.
    if layout.key >= layout.columns.len() {
        return Err(Error::NoKey {
            key: options.key_name(),
            fewest: 1,
            rows: 1,
            headings: layout.columns.into_iter().map(|column| column.heading).collect(),
            other_sheets: Vec::new(),
        });
    }
    layout.levels = levels::places(&mut layout.columns)?;
    Ok(layout)
}

fn name_of(meaning: &Meaning<RosterField>) -> String {
    match meaning {
        Meaning::Field(field) => field.name().to_owned(),
        Meaning::Extra(name) => format!("the attribute {name}"),
        Meaning::External(name) => format!("the external attribute {name}"),
        Meaning::Level(level) => format!("level {level} of the department"),
        _ => String::new(),
    }
}

/// Returns whether both are the same field or the same attribute.
fn is_same_meaning(one: &Meaning<RosterField>, other: &Meaning<RosterField>) -> bool {
    match (one, other) {
        (Meaning::Field(one), Meaning::Field(other)) => one == other,
        (Meaning::Extra(one), Meaning::Extra(other)) | (Meaning::External(one), Meaning::External(other)) => {
            is_same(one, other)
        }
        (Meaning::Level(one), Meaning::Level(other)) => one == other,
        _ => false,
    }
}
