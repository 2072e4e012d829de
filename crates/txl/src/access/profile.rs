//! `txl.toml`: its profiles, read from TOML.
//!
//! The text becomes a tree with positions, and the tree is read by hand. A derived reader would repeat values in its errors, and
//! they may be secrets.

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
use crate::{failure::Result, numbers};

/// Maximum number of problems of one file that are listed. Damage in one place can break every line after it.
const MOST_PROBLEMS: usize = 50;

/// What a configuration file says.
#[derive(Default)]
pub(super) struct Document {
    /// The profile that is used if no source of credentials is named.
    pub(super) default: Option<String>,
    pub(super) profiles: Vec<Profile>,
    pub(super) problems: Vec<Problem>,
}

/// The credentials of one corp, as a file gives them.
#[derive(Clone)]
pub(crate) struct Profile {
    pub(crate) name: String,
    pub(crate) path: PathBuf,
    /// Where it begins.
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

/// A value as it is written. It has no `Debug`, as it may be a secret.
#[derive(Clone)]
pub(crate) enum Value {
    /// The value itself.
    Text(String),
    /// `env:NAME`: the value is in this variable of the environment.
    Variable(String),
    /// `file:PATH`: the value is in this file.
    File(PathBuf),
}

impl Value {
    /// The text of a value that refers to nothing.
    pub(super) fn literal(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Variable(_) | Self::File(_) => None,
        }
    }
}

impl Profile {
    /// Whether it has this key.
    pub(super) fn has(&self, key: ProfileKey) -> bool {
        self.entry(key).is_some()
    }

    /// Where it has this key; else where it begins.
    pub(super) fn position(&self, key: ProfileKey) -> Position {
        self.entry(key).map_or(self.at, |entry| entry.at)
    }

    fn entry(&self, key: ProfileKey) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }

    /// How errors call it.
    pub(crate) fn words(&self) -> String {
        format!("the profile `{}` of {}", self.name, self.path.display())
    }

    /// A secret of this profile, read when it is needed.
    pub(crate) fn secret<K: SecretKind>(&self) -> GivenSecret<K> {
        let entry = K::KEY.and_then(|key| self.entry(key));
        GivenSecret::of_profile(entry.map(|entry| entry.value.clone()), self.words())
    }

    /// A value that is no secret kind, or the content of the variable or file that it refers to.
    ///
    /// # Errors
    ///
    /// Fails if the variable is not set or the file cannot be read.
    pub(crate) fn text(&self, key: ProfileKey) -> Result<Option<String>> {
        let Some(entry) = self.entry(key) else { return Ok(None) };
        match &entry.value {
            Value::Text(text) => Ok(Some(text.clone())),
            value => value.resolved(key.name(), &self.words()).map(Some),
        }
    }

    /// Whether the file itself contains a secret of this profile.
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
            // The error's own `Display` would show the line, and a secret with it.
            Problem::new(
                Some(at),
                None,
                format!("not TOML: {}", error.message()),
                "correct this line; a text is in double quotes",
            )
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
        let message = format!("`default` names the profile `{name}`, which is not in this file");
        document.problems.push(Problem::new(at, None, message, among(name, &document.profiles)));
    }
    document.profiles.sort_by_key(|profile| profile.at);
    document.problems.sort_by_key(|problem| problem.at);
    document.problems.truncate(MOST_PROBLEMS);
    document
}

/// What to try if no profile has this name.
pub(super) fn among(name: &str, profiles: &[Profile]) -> String {
    const MOST: usize = 20;
    let names = || profiles.iter().map(|profile| profile.name.as_str());
    let list = names().take(MOST).collect::<Vec<_>>().join(", ");
    let more = if profiles.len() > MOST { ", …" } else { "" };
    match (profiles.len(), nearest(name, names())) {
        (0, _) => "write a [profile.NAME] into the file; it has none".to_owned(),
        (_, Some(nearest)) => format!("did you mean `{nearest}`? The profiles are: {list}{more}"),
        (_, None) => format!("take one of the profiles: {list}{more}"),
    }
}

struct Reader<'a> {
    text: &'a str,
    path: &'a Path,
}

/// A message, and what to try.
type Refusal = (String, String);

impl Reader<'_> {
    fn position(&self, offset: usize) -> Position {
        Position::of_byte(self.text, offset)
    }

    fn misplaced(&self, name: &str, at: Position) -> Problem {
        let (message, remedy) = match name {
            "default" => (
                "`default` is the name of a profile, in quotes".to_owned(),
                "write it as in default = \"prod\"".to_owned(),
            ),
            "profile" => (
                "`profile` is no table".to_owned(),
                "write a header such as [profile.prod], and the values below it".to_owned(),
            ),
            _ if ProfileKey::named(name).is_some() => (
                format!("`{name}` is outside of a profile"),
                "write it below a header such as [profile.prod]".to_owned(),
            ),
            _ => {
                let remedy = match nearest(name, ["default", "profile"]) {
                    Some(nearest) => format!("did you mean `{nearest}`?"),
                    None => "the file has `default` and tables such as [profile.prod]".to_owned(),
                };
                (format!("unknown key `{name}`"), remedy)
            }
        };
        Problem::new(Some(at), None, message, remedy)
    }

    fn profile(&self, name: &Spanned<Cow<'_, str>>, value: &Spanned<DeValue<'_>>, document: &mut Document) {
        let at = self.position(name.span().start);
        let name = name.get_ref().as_ref();
        let DeValue::Table(table) = value.get_ref() else {
            let remedy = format!("write it as the header [profile.{name}], and the values below it");
            document.problems.push(Problem::new(
                Some(at),
                Some(name),
                format!("the profile `{name}` is no table"),
                remedy,
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
                let refusal =
                    format!("`{name}` is a text in quotes, and this is of the type {}", other.type_str());
                return Err((refusal, format!("write it as in {name} = \"…\"")));
            }
        };
        if text.is_empty() {
            return Err((format!("`{name}` is empty"), "give a value, or remove the line".to_owned()));
        }
        let referred = text.split_once(':').map(|(scheme, rest)| (scheme, rest.trim_matches(is_blank)));
        match referred {
            Some(("env" | "file", _)) if !key.may_refer() => {
                let remedy = "write the value itself; secrets, `proxy` and `token_store` may be `env:NAME` or `file:PATH`";
                Err((format!("`{name}` cannot be `env:` or `file:`"), remedy.to_owned()))
            }
            Some(("env", variable)) => checked_variable(name, variable).map(Value::Variable),
            Some(("file", "")) => Err((format!("`{name}` names no file"), "write file:PATH".to_owned())),
            Some(("file", path)) => Ok(Value::File(self.beside(path))),
            _ => self.literal(key, text),
        }
    }

    fn literal(&self, key: ProfileKey, text: String) -> std::result::Result<Value, Refusal> {
        match key {
            ProfileKey::AgentId => match numbers::id::<u32>(&text) {
                Ok(number) => Ok(Value::Text(number.to_string())),
                Err(bounds) => Err((
                    format!("`agent_id` is not a number: {bounds}"),
                    "give the AgentId shown on the app's page in the console, such as 1000002".to_owned(),
                )),
            },
            ProfileKey::CaCert => Ok(Value::Text(self.beside(&text).display().to_string())),
            ProfileKey::TokenStore if text != super::token_store::NONE && !text.contains("://") => {
                Ok(Value::Text(self.beside(&text).display().to_string()))
            }
            _ => Ok(Value::Text(text)),
        }
    }

    /// A path relative to the directory of the configuration file.
    fn beside(&self, path: &str) -> PathBuf {
        crate::file::directory_of(self.path).join(path)
    }
}

fn unknown(key: &str, profile: &str) -> Refusal {
    let remedy = match (key, nearest(key, ProfileKey::ALL.map(ProfileKey::name))) {
        ("default", _) => "write `default` at the top of the file, above the first header".to_owned(),
        (_, Some(nearest)) => format!("did you mean `{nearest}`?"),
        (_, None) => {
            format!("the keys of a profile are: {}", ProfileKey::ALL.map(ProfileKey::name).join(", "))
        }
    };
    (format!("unknown key `{key}` in the profile `{profile}`"), remedy)
}

/// The name of a variable, which must not be one of the other source.
fn checked_variable(key: &str, name: &str) -> std::result::Result<String, Refusal> {
    let is_name = name.starts_with(|one: char| one.is_ascii_alphabetic() || one == '_')
        && name.chars().all(|one| one.is_ascii_alphanumeric() || one == '_');
    if !is_name {
        let message = format!("`{key}` names no variable of the environment");
        return Err((message, "write env:NAME; a name has letters, digits and `_`".to_owned()));
    }
    if name.to_ascii_uppercase().starts_with("WECOM_") {
        let message =
            format!("`{key}` refers to {name}, and a profile uses no variable that begins with WECOM_");
        let remedy = "these variables are a source of their own: take another name, such as PROD_APP_SECRET";
        return Err((message, remedy.to_owned()));
    }
    Ok(name.to_owned())
}
