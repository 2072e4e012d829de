//! Secrets from a flag, a variable, a file, or a profile. Blanks and line breaks around them are removed.
//!
//! `--app-secret X` is visible to other users of the machine in the list of processes. `--app-secret-file PATH` is not; the path `-` reads stdin.
//! Each secret has a [kind](SecretKind), and commands flatten [`GivenSecret`] of that kind into their arguments.

use std::{
    env::{self, VarError},
    fmt::Display,
    fs::File,
    io::Read,
    marker::PhantomData,
    path::{Path, PathBuf},
    sync::OnceLock,
};

use clap::{
    Arg, ArgMatches, Args, Command, FromArgMatches,
    builder::{OsStringValueParser, TypedValueParser, ValueParser},
    parser::ValueSource,
};

use super::{key::ProfileKey, missing_in, profile::Value};
use crate::{
    failure::{Failure, Result},
    file,
    language::english,
    messages::{Message, config_file, credentials, files, secrets as messages, secrets::VariableFault},
};

/// Maximum size of a secret's file in bytes.
const MAX_FILE: u64 = 64 << 10;

/// The names of a secret.
pub(crate) trait SecretKind: Send + Sync + 'static {
    /// The key in a profile. `None` for a secret of a single command.
    const KEY: Option<ProfileKey>;
    /// The name in sentences, for example "app's secret (自建应用 secret)".
    const WHAT: fn() -> Message;
    /// The flag of the value, without `--`.
    const FLAG: &'static str;
    /// The flag of the file.
    const FILE_FLAG: &'static str;
    /// The variable of the value.
    const VARIABLE: &'static str;
    /// The variable of the file's path.
    const FILE_VARIABLE: &'static str;
    /// The placeholder of the value in the help.
    const VALUE_NAME: &'static str;
    /// The help of the value's flag.
    const HELP: &'static str;
}

/// Declares kinds of secrets.
macro_rules! secret_kinds {
    ($($(#[$doc:meta])* $name:ident: $key:expr, $flag:literal, $variable:literal, $value:literal, $what:path, $help:literal;)*) => {$(
        $(#[$doc])*
        pub(crate) enum $name {}

        impl $crate::access::secrets::SecretKind for $name {
            const KEY: Option<ProfileKey> = $key;
            const WHAT: fn() -> Message = $what;
            const FLAG: &'static str = $flag;
            const FILE_FLAG: &'static str = concat!($flag, "-file");
            const VARIABLE: &'static str = $variable;
            const FILE_VARIABLE: &'static str = concat!($variable, "_FILE");
            const VALUE_NAME: &'static str = $value;
            const HELP: &'static str = $help;
        }
    )*};
}

secret_kinds! {
    /// The contacts-sync secret.
    ContactsSecret: Some(ProfileKey::ContactsSecret), "contacts-secret", "WECOM_CONTACTS_SECRET", "SECRET",
        credentials::contacts_secret,
        "The contacts-sync secret (通讯录同步 secret), which writes and lists ids";
    /// The app's secret.
    AppSecret: Some(ProfileKey::AppSecret), "app-secret", "WECOM_APP_SECRET", "SECRET",
        credentials::app_secret,
        "The app's secret (自建应用 secret), which reads details inside the app's visible range (可见范围)";
    /// The Token of a callback URL.
    UrlToken: Some(ProfileKey::CallbackToken), "token", "WECOM_CALLBACK_TOKEN", "TOKEN",
        credentials::callback_token,
        "The Token of the URL";
    /// The EncodingAESKey of a callback URL.
    UrlKey: Some(ProfileKey::CallbackAesKey), "aes-key", "WECOM_CALLBACK_AES_KEY", "KEY",
        credentials::callback_aes_key,
        "The EncodingAESKey of the URL, 43 letters and digits";
    /// The Token of the URL to which the end of a job is called back.
    JobToken: Some(ProfileKey::CallbackToken), "callback-token", "WECOM_CALLBACK_TOKEN", "TOKEN",
        credentials::callback_token,
        "The Token of that URL";
    /// The EncodingAESKey of the URL to which the end of a job is called back.
    JobKey: Some(ProfileKey::CallbackAesKey), "callback-aes-key", "WECOM_CALLBACK_AES_KEY", "KEY",
        credentials::callback_aes_key,
        "The EncodingAESKey of that URL, 43 letters and digits";
    /// The key of an export's files.
    FileKey: None, "key", "WECOM_EXPORT_KEY", "KEY",
        credentials::export_key,
        "Key that encrypts the files (encoding_aeskey), 43 letters and digits. Defaults to a new key, which is kept until the rows are fetched";
}

#[cfg(feature = "sim")]
secret_kinds! {
    /// The simulator's contacts-sync secret.
    SimContactsSecret: None, "contacts-secret", "TXL_SIM_CONTACTS_SECRET", "SECRET",
        credentials::contacts_secret,
        "The contacts-sync secret (通讯录同步 secret). Defaults to sim-contacts-secret";
    /// The simulator's app's secret.
    SimAppSecret: None, "app-secret", "TXL_SIM_APP_SECRET", "SECRET",
        credentials::app_secret,
        "The app's secret (自建应用 secret). Defaults to sim-app-secret";
    /// The Token of the URL that the simulator delivers to.
    SimUrlToken: None, "callback-token", "TXL_SIM_CALLBACK_TOKEN", "TOKEN",
        credentials::callback_token,
        "The Token of that URL. Defaults to simCallbackToken";
    /// The EncodingAESKey of the URL that the simulator delivers to.
    SimUrlKey: None, "callback-aes-key", "TXL_SIM_CALLBACK_AES_KEY", "KEY",
        credentials::callback_aes_key,
        "The EncodingAESKey of that URL, 43 letters and digits. Defaults to SimulatorEncodingAesKey00000000000000000000";
}

/// An optional secret. It comes from `--NAME` or `--NAME-file`, from the variable of either, or from a profile. The command line has priority over
/// the environment.
pub(crate) struct GivenSecret<K> {
    origin: Option<Origin>,
    /// The name of the profile in errors, if the profile is the source.
    profile: Option<Message>,
    /// The text after the first read. A pipe can be read only once.
    value: OnceLock<Option<String>>,
    kind: PhantomData<K>,
}

/// The place of a secret.
enum Origin {
    /// A flag or a variable: its name, and the text.
    Given(String, String),
    /// The file of a flag or a variable.
    Named(String, PathBuf),
    /// Both flags (`true`) or both variables. Neither has priority.
    Ambiguous(bool),
    /// The place in a profile.
    Profile(Value),
}

impl<K: SecretKind> GivenSecret<K> {
    fn new(origin: Option<Origin>, profile: Option<Message>) -> Self {
        Self { origin, profile, value: OnceLock::new(), kind: PhantomData }
    }

    /// Returns a secret of a profile. `words` are its names.
    pub(super) fn of_profile(value: Option<Value>, words: Message) -> Self {
        Self::new(value.map(Origin::Profile), Some(words))
    }

    /// Returns whether a value, a file or a variable is set.
    pub(crate) fn is_given(&self) -> bool {
        self.origin.is_some()
    }

    /// Returns whether the command line has the secret.
    pub(super) fn is_typed(&self) -> bool {
        match &self.origin {
            Some(Origin::Given(name, _) | Origin::Named(name, _)) => name.starts_with("--"),
            Some(Origin::Ambiguous(is_typed)) => *is_typed,
            Some(Origin::Profile(_)) | None => false,
        }
    }

    /// Returns the place for a message: the flag or variable, and the path of a file.
    pub(super) fn from(&self) -> Option<String> {
        Some(match self.origin.as_ref()? {
            Origin::Given(name, _) => name.clone(),
            Origin::Named(name, path) => format!("{name} ({})", path.display()),
            Origin::Ambiguous(true) => messages::both_flags(K::FLAG, K::FILE_FLAG).to_string(),
            Origin::Ambiguous(false) => messages::both_variables(K::VARIABLE, K::FILE_VARIABLE).to_string(),
            Origin::Profile(value) => value.from().unwrap_or_default(),
        })
    }

    /// Returns the secret, if one is set. A blank text counts as unset, like an empty variable.
    ///
    /// # Errors
    ///
    /// Fails if the file or the variable cannot be read, or if the text cannot be a secret.
    pub(crate) fn get(&self) -> Result<Option<&str>> {
        if self.value.get().is_none() {
            let value = self.read()?;
            let _ = self.value.set(value);
        }
        Ok(self.value.get().and_then(Option::as_deref))
    }

    /// Returns the required secret.
    ///
    /// # Errors
    ///
    /// Fails as [`Self::get`] does, and if the secret is not set.
    pub(crate) fn required(&self) -> Result<&str> {
        self.get()?.ok_or_else(|| match (&self.profile, K::KEY) {
            (Some(profile), Some(key)) => missing_in(profile, &K::WHAT(), key),
            _ => Failure::usage(credentials::missing(&K::WHAT())).remedy(credentials::pass_one_of_the_flags(
                K::FLAG,
                K::FILE_FLAG,
                K::VARIABLE,
            )),
        })
    }

    fn read(&self) -> Result<Option<String>> {
        let Some(origin) = &self.origin else { return Ok(None) };
        let what = K::WHAT();
        let text = match origin {
            Origin::Ambiguous(_) => {
                return Err(Failure::usage(messages::given_twice(&what))
                    .remedy(messages::give_one_of(K::FLAG, K::FILE_FLAG)));
            }
            Origin::Given(_, text) => {
                return clean(&what, text, &messages::flag_or_variable(K::FLAG, K::VARIABLE)).map(Some);
            }
            Origin::Named(_, path) => {
                let remedy = messages::give_a_file_of_it_alone(K::FILE_FLAG, &what);
                filled(&what, &text_of(path, remedy)?, path)?
            }
            Origin::Profile(value) => {
                let profile = self.profile.clone().unwrap_or_else(config_file::some_profile);
                value.resolved(&what, &profile)?
            }
        };
        Ok(Some(text))
    }
}

impl Value {
    /// Returns the value itself, or the content of the variable or the file. `what` and `profile` are the names in errors.
    ///
    /// # Errors
    ///
    /// Fails if the variable is not set, if the file cannot be read, or if the text cannot be a secret.
    pub(super) fn resolved(&self, what: &dyn Display, profile: &Message) -> Result<String> {
        match self {
            Self::Text(text) => clean(what, text, profile),
            Self::Variable(name) => {
                let failure = |fault| {
                    Failure::usage(messages::variable_is_unusable(name, fault, profile, what))
                        .remedy(messages::set_the_variable(name))
                };
                let text = env::var(name).map_err(|error| match error {
                    VarError::NotPresent => failure(VariableFault::NotSet),
                    VarError::NotUnicode(_) => failure(VariableFault::NotUtf8),
                })?;
                let text = clean(what, &text, name)?;
                if text.is_empty() { Err(failure(VariableFault::Empty)) } else { Ok(text) }
            }
            Self::File(path) => {
                let remedy = messages::write_it_into_this_file(what, profile);
                filled(what, &text_of(path, remedy)?, path)
            }
        }
    }

    /// Returns the place that the value refers to, or `None` for a value in the profile itself.
    pub(super) fn from(&self) -> Option<String> {
        match self {
            Self::Text(_) => None,
            Self::Variable(name) => Some(format!("env:{name}")),
            Self::File(path) => Some(format!("file:{}", path.display())),
        }
    }
}

/// A parser of paths. An empty path counts as unset, like an empty variable. The parser of clap would refuse it.
pub(crate) fn path() -> impl TypedValueParser<Value = PathBuf> {
    OsStringValueParser::new().map(PathBuf::from)
}

/// Returns the text of a file with a secret.
fn filled(what: &dyn Display, text: &str, path: &Path) -> Result<String> {
    let secret = clean(what, text, &path.display())?;
    if secret.is_empty() {
        return Err(
            Failure::usage(messages::file_is_empty(path)).remedy(messages::write_it_into_the_file(what))
        );
    }
    Ok(secret)
}

fn text_of(path: &Path, remedy: Message) -> Result<String> {
    let mut bytes = Vec::new();
    let read = if path == Path::new("-") {
        file::stdin()?.take(MAX_FILE + 1).read_to_end(&mut bytes)
    } else {
        File::open(path).and_then(|file| file.take(MAX_FILE + 1).read_to_end(&mut bytes))
    };
    if let Err(error) = read {
        return Err(Failure::usage(files::cannot_read(path)).because(&error).remedy(remedy));
    }
    let is_small = bytes.len() as u64 <= MAX_FILE;
    // The content can be a secret, so it is not printed.
    String::from_utf8(bytes)
        .ok()
        .filter(|_| is_small)
        .ok_or_else(|| Failure::usage(messages::file_is_no_short_text(path)).remedy(remedy))
}

/// Removes surrounding blanks. A blank or a line break inside is reported, because the server would only report a wrong secret.
fn clean(what: &dyn Display, text: &str, place: &dyn Display) -> Result<String> {
    let text = text.trim_matches(is_blank);
    if text.contains(is_blank) {
        return Err(
            Failure::usage(messages::has_a_blank_inside(what, place)).remedy(messages::copy_it_again())
        );
    }
    Ok(text.to_owned())
}

/// Returns whether a character is blank or invisible: blanks, line breaks, control characters, zero-width characters, direction marks, a BOM.
pub(crate) fn is_blank(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

impl<K: SecretKind> Args for GivenSecret<K> {
    fn augment_args(command: Command) -> Command {
        let value = Arg::new(K::FLAG)
            .long(K::FLAG)
            .env(K::VARIABLE)
            .hide_env_values(true)
            .global(true)
            .value_name(K::VALUE_NAME)
            .value_parser(ValueParser::string())
            .help(K::HELP);
        let file = Arg::new(K::FILE_FLAG)
            .long(K::FILE_FLAG)
            .env(K::FILE_VARIABLE)
            .global(true)
            .value_name("PATH")
            .value_parser(path())
            .help(format!("Read the {} from this file; `-` is stdin", english(|| K::WHAT().to_string())));
        command.arg(value).arg(file)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl<K: SecretKind> FromArgMatches for GivenSecret<K> {
    fn from_arg_matches(matches: &ArgMatches) -> std::result::Result<Self, clap::Error> {
        let mut text = matches
            .get_one::<String>(K::FLAG)
            .filter(|text| !text.trim_matches(is_blank).is_empty())
            .cloned();
        let mut path =
            matches.get_one::<PathBuf>(K::FILE_FLAG).filter(|path| !path.as_os_str().is_empty()).cloned();
        let is_typed = |name: &str| matches.value_source(name) == Some(ValueSource::CommandLine);
        if text.is_some() && path.is_some() {
            match (is_typed(K::FLAG), is_typed(K::FILE_FLAG)) {
                (true, false) => path = None,
                (false, true) => text = None,
                (typed, _) => return Ok(Self::new(Some(Origin::Ambiguous(typed)), None)),
            }
        }
        let name = |flag: &str, variable: &str| {
            if is_typed(flag) { format!("--{flag}") } else { variable.to_owned() }
        };
        let origin = match (text, path) {
            (Some(text), _) => Some(Origin::Given(name(K::FLAG, K::VARIABLE), text)),
            (None, Some(path)) => Some(Origin::Named(name(K::FILE_FLAG, K::FILE_VARIABLE), path)),
            (None, None) => None,
        };
        Ok(Self::new(origin, None))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> std::result::Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_surrounds_a_secret_is_dropped_and_what_is_inside_is_named() {
        let cleaned = |text: &str| clean(&"app's secret", text, &"here");
        for text in
            ["s3cret", "s3cret\n", "\r\n s3cret\t\r\n", "\u{feff}s3cret\u{a0}", "\u{200b}s3cret\u{3000}\0"]
        {
            assert_eq!(cleaned(text).unwrap(), "s3cret", "{text:?}");
        }
        for text in ["s3 cret", "s3\ncret", "s3\u{200b}cret", "s3\u{0}cret"] {
            let failure = cleaned(text).unwrap_err();
            assert!(
                failure.to_string().contains("inside") && !failure.to_string().contains("cret\n"),
                "{failure}"
            );
        }
    }
}
