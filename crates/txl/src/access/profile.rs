//! `txl.toml`: its profiles, read from TOML.
//!
//! The text is parsed to a tree with positions, and the tree is read by hand. A derived reader would repeat values in its errors, and the values can
//! be secrets.

use std::{
    borrow::Cow,
    path::{Path, PathBuf},
};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{
    key::{Form, ProfileKey, user_and_password},
    problem::{Position, Problem, nearest},
    secrets::{GivenSecret, SecretKind, is_blank},
};
use crate::{
    failure::Result,
    messages::{Message, config_file as messages},
    numbers, timespan,
};

/// Maximum number of listed problems of one file. An error in one place can break all following lines.
const MOST_PROBLEMS: usize = 50;

/// The content of a configuration file.
#[derive(Default)]
pub(super) struct Document {
    /// The default profile, which is used if no source of credentials is set.
    pub(super) default: Option<String>,
    pub(super) profiles: Vec<Profile>,
    pub(super) problems: Vec<Problem>,
}

/// The credentials of one corp in a file.
#[derive(Clone)]
pub(crate) struct Profile {
    pub(crate) name: String,
    pub(crate) path: PathBuf,
    /// The position of its beginning.
    pub(crate) at: Position,
    pub(crate) entries: Vec<Entry>,
}

/// A line of a profile.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) key: ProfileKey,
    pub(crate) value: Value,
    pub(crate) at: Position,
}

/// A value in the file. It can be a secret, so it has no `Debug`.
#[derive(Clone)]
pub(crate) enum Value {
    /// The value itself.
    Text(String),
    /// `env:NAME`: the value is in this environment variable.
    Variable(String),
    /// `file:PATH`: the value is in this file.
    File(PathBuf),
}

impl Value {
    /// Returns the text of a value that is not a reference.
    pub(super) fn literal(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Variable(_) | Self::File(_) => None,
        }
    }
}

impl Profile {
    /// Returns whether the profile has this key.
    pub(super) fn has(&self, key: ProfileKey) -> bool {
        self.entry(key).is_some()
    }

    /// Returns the position of this key, or of the beginning of the profile.
    pub(super) fn position(&self, key: ProfileKey) -> Position {
        self.entry(key).map_or(self.at, |entry| entry.at)
    }

    fn entry(&self, key: ProfileKey) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }

    /// Returns the name of the profile in errors.
    pub(crate) fn words(&self) -> Message {
        messages::profile(&self.name, &self.path)
    }

    /// Returns a secret of this profile. It is read on first use.
    pub(crate) fn secret<K: SecretKind>(&self) -> GivenSecret<K> {
        let entry = K::KEY.and_then(|key| self.entry(key));
        GivenSecret::of_profile(entry.map(|entry| entry.value.clone()), self.words())
    }

    /// Returns a value that is not a secret, or the content of its variable or file.
    ///
    /// # Errors
    ///
    /// Fails if the variable is not set or the file cannot be read.
    pub(crate) fn text(&self, key: ProfileKey) -> Result<Option<String>> {
        let Some(entry) = self.entry(key) else { return Ok(None) };
        match &entry.value {
            Value::Text(text) => Ok(Some(text.clone())),
            value => value.resolved(&key.name(), &self.words()).map(Some),
        }
    }

    /// Returns whether the file itself contains a secret of this profile.
    pub(super) fn has_literal_secret(&self) -> bool {
        self.entries.iter().any(|entry| match (&entry.value, entry.key.form()) {
            (Value::Text(_), Form::Secret) => true,
            (Value::Text(text), Form::Address) => user_and_password(text).is_some(),
            _ => false,
        })
    }
}

/// Reads the text of the file at `path`.
pub(super) fn parse(text: &str, path: &Path) -> Document {
    let (tree, errors) = DeTable::parse_recoverable(text);
    let reader = Reader { text, path };
    if !errors.is_empty() {
        let problems = errors.iter().take(MOST_PROBLEMS).map(|error| {
            let at = reader.position(error.span().unwrap_or_default().start);
            // The error's `Display` would print the line, including a secret.
            Problem::new(Some(at), None, messages::is_not_toml(error.message()), messages::correct_the_line())
        });
        return Document { problems: problems.collect(), ..Document::default() };
    }
    let mut document = Document::default();
    for (key, value) in tree.get_ref().iter() {
        let at = reader.position(key.span().start);
        match (key.get_ref().as_ref(), value.get_ref()) {
            ("default", DeValue::String(name)) => {
                document.default = Some(name.trim_matches(is_blank).to_owned())
            }
            ("profile", DeValue::Table(profiles)) => {
                for (name, profile) in profiles.iter() {
                    reader.profile(name, profile, &mut document);
                }
            }
            (name, _) => document.problems.push(reader.misplaced(name, at)),
        }
    }
    if let Some(name) = &document.default
        && !document.profiles.iter().any(|profile| profile.name == *name)
    {
        let at = tree.get_ref().iter().find(|(key, _)| key.get_ref() == "default");
        let at = at.map(|(_, value)| reader.position(value.span().start));
        let message = messages::default_is_missing(name);
        document.problems.push(Problem::new(at, None, message, among(name, &document.profiles)));
    }
    document.profiles.sort_by_key(|profile| profile.at);
    document.problems.sort_by_key(|problem| problem.at);
    document.problems.truncate(MOST_PROBLEMS);
    document
}

/// Returns the remedy for an unknown profile name.
pub(super) fn among(name: &str, profiles: &[Profile]) -> Message {
    const MOST: usize = 20;
    let names: Vec<_> = profiles.iter().map(|profile| profile.name.as_str()).collect();
    let shown = &names[..names.len().min(MOST)];
    let are_more = names.len() > MOST;
    match nearest(name, names.iter().copied()) {
        _ if names.is_empty() => messages::write_a_profile(),
        Some(nearest) => messages::nearest_profile(nearest, shown, are_more),
        None => messages::take_one_of(shown, are_more),
    }
}

struct Reader<'a> {
    text: &'a str,
    path: &'a Path,
}

/// A message and its remedy.
type Refusal = (Message, Message);

impl Reader<'_> {
    fn position(&self, offset: usize) -> Position {
        Position::of_byte(self.text, offset)
    }

    fn misplaced(&self, name: &str, at: Position) -> Problem {
        let (message, remedy) = match name {
            "default" => (messages::default_is_a_name(), messages::how_a_default_is_written()),
            "profile" => (messages::profile_is_no_table(), messages::write_a_header()),
            _ if ProfileKey::named(name).is_some() => {
                (messages::key_is_outside(name), messages::write_it_below_a_header())
            }
            _ => {
                let remedy = match nearest(name, ["default", "profile"]) {
                    Some(nearest) => messages::did_you_mean(nearest),
                    None => messages::what_the_file_has(),
                };
                (messages::unknown_key(name), remedy)
            }
        };
        Problem::new(Some(at), None, message, remedy)
    }

    fn profile(&self, name: &Spanned<Cow<'_, str>>, value: &Spanned<DeValue<'_>>, document: &mut Document) {
        let at = self.position(name.span().start);
        let name = name.get_ref().as_ref();
        let DeValue::Table(table) = value.get_ref() else {
            document.problems.push(Problem::new(
                Some(at),
                Some(name),
                messages::named_profile_is_no_table(name),
                messages::write_the_header(name),
            ));
            return;
        };
        let mut entries = Vec::new();
        for (key, value) in table.iter() {
            let at = self.position(key.span().start);
            let read = match ProfileKey::named(key.get_ref()) {
                Some(key) => self.value(key, value.get_ref()).map(|value| Entry { key, value, at }),
                None => Err(unknown(key.get_ref(), name)),
            };
            match read {
                Ok(entry) => entries.push(entry),
                Err((message, remedy)) => {
                    document.problems.push(Problem::new(Some(at), Some(name), message, remedy));
                }
            }
        }
        entries.sort_by_key(|entry| entry.at);
        document.profiles.push(Profile { name: name.to_owned(), path: self.path.to_owned(), at, entries });
    }

    fn value(&self, key: ProfileKey, value: &DeValue<'_>) -> std::result::Result<Value, Refusal> {
        let name = key.name();
        let text = match value {
            DeValue::String(text) => text.trim_matches(is_blank).to_owned(),
            DeValue::Integer(number) if key.form() == Form::Number => {
                i128::from_str_radix(number.as_str(), number.radix())
                    .map_or_else(|_| "-".to_owned(), |number| number.to_string())
            }
            other => {
                let message = messages::value_is_no_text(name, other.type_str());
                return Err((message, messages::how_a_text_is_written(name)));
            }
        };
        if text.is_empty() {
            return Err((messages::value_is_empty(name), messages::give_a_value()));
        }
        let referred = text.split_once(':').map(|(scheme, rest)| (scheme, rest.trim_matches(is_blank)));
        match referred {
            Some(("env" | "file", _)) if !key.may_refer() => {
                Err((messages::value_cannot_refer(name), messages::which_values_refer()))
            }
            Some(("env", variable)) => checked_variable(name, variable).map(Value::Variable),
            Some(("file", "")) => Err((messages::names_no_file(name), messages::how_a_file_is_referred_to())),
            Some(("file", path)) => Ok(Value::File(self.beside(path))),
            _ => self.literal(key, text),
        }
    }

    fn literal(&self, key: ProfileKey, text: String) -> std::result::Result<Value, Refusal> {
        match key {
            ProfileKey::AgentId => match numbers::id::<u32>(&text) {
                Ok(number) => Ok(Value::Text(number.to_string())),
                Err(bounds) => {
                    Err((messages::agent_id_is_no_number(&bounds), messages::where_the_agent_id_is()))
                }
            },
            ProfileKey::ForgetAfter => match timespan::parsed(&text) {
                Ok(_) => Ok(Value::Text(text)),
                Err(message) => Err((message, messages::how_a_timespan_is_written())),
            },
            ProfileKey::CaCert => Ok(Value::Text(self.beside(&text).display().to_string())),
            ProfileKey::TokenStore if text != super::token_store::NONE && !text.contains("://") => {
                Ok(Value::Text(self.beside(&text).display().to_string()))
            }
            _ => Ok(Value::Text(text)),
        }
    }

    /// Resolves a path relative to the directory of the configuration file.
    fn beside(&self, path: &str) -> PathBuf {
        crate::file::directory_of(self.path).join(path)
    }
}

fn unknown(key: &str, profile: &str) -> Refusal {
    let remedy = match (key, nearest(key, ProfileKey::ALL.map(ProfileKey::name))) {
        ("default", _) => messages::write_default_at_the_top(),
        (_, Some(nearest)) => messages::did_you_mean(nearest),
        (_, None) => messages::keys_of_a_profile(&ProfileKey::ALL.map(ProfileKey::name)),
    };
    (messages::unknown_key_in(key, profile), remedy)
}

/// Parses the name of a variable, which must not be a variable of the other source.
fn checked_variable(key: &str, name: &str) -> std::result::Result<String, Refusal> {
    let is_name = name.starts_with(|one: char| one.is_ascii_alphabetic() || one == '_')
        && name.chars().all(|one| one.is_ascii_alphanumeric() || one == '_');
    if !is_name {
        return Err((messages::names_no_variable(key), messages::how_a_variable_is_referred_to()));
    }
    if name.to_ascii_uppercase().starts_with("WECOM_") {
        return Err((messages::variable_is_reserved(key, name), messages::take_another_variable()));
    }
    Ok(name.to_owned())
}
