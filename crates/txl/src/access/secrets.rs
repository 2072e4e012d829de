//! Secrets as the user gives them: by a flag, a variable, or a file. Blanks and line breaks around them are dropped.
//!
//! `--app-secret X` is visible to other users of the machine, in the list of processes. `--app-secret-file PATH` is not; a path
//! of `-` reads stdin. Each secret is one [kind](SecretKind), and each command flattens [`GivenSecret`] of it into its
//! arguments.

use std::{
    fs::File,
    io::Read,
    marker::PhantomData,
    path::{Path, PathBuf},
    sync::OnceLock,
};

use clap::{
    Arg, ArgMatches, Args, Command, FromArgMatches, builder::ValueParser, parser::ValueSource, value_parser,
};

use super::missing;
use crate::{
    failure::{Failure, Result},
    file,
};

/// How much of a secret's file is read, in bytes.
const MAX_FILE: u64 = 64 << 10;

/// What a secret is called.
pub(crate) trait SecretKind: Send + Sync + 'static {
    /// In sentences: "app's secret (自建应用 secret)".
    const WHAT: &'static str;
    /// The flag of the value, without `--`.
    const FLAG: &'static str;
    /// The flag of the file.
    const FILE_FLAG: &'static str;
    /// The variable of the value.
    const VARIABLE: &'static str;
    /// The variable of the file's path.
    const FILE_VARIABLE: &'static str;
    /// What the help shows for the value.
    const VALUE_NAME: &'static str;
    /// The help of the value's flag.
    const HELP: &'static str;
}

/// Declares kinds of secrets.
macro_rules! secret_kinds {
    ($($(#[$doc:meta])* $name:ident: $flag:literal, $variable:literal, $value:literal, $what:literal, $help:literal;)*) => {$(
        $(#[$doc])*
        pub(crate) enum $name {}

        impl $crate::access::secrets::SecretKind for $name {
            const WHAT: &'static str = $what;
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
    ContactsSecret: "contacts-secret", "WECOM_CONTACTS_SECRET", "SECRET",
        "contacts-sync secret (通讯录同步 secret)",
        "The contacts-sync secret (通讯录同步 secret): writes, and reads ids";
    /// The app's secret.
    AppSecret: "app-secret", "WECOM_APP_SECRET", "SECRET",
        "app's secret (自建应用 secret)",
        "The app's secret (自建应用 secret): reads details inside the app's visible range (可见范围)";
    /// The Token of a callback URL.
    UrlToken: "token", "WECOM_CALLBACK_TOKEN", "TOKEN",
        "callback Token",
        "The Token of the URL";
    /// The EncodingAESKey of a callback URL.
    UrlKey: "aes-key", "WECOM_CALLBACK_AES_KEY", "KEY",
        "callback EncodingAESKey",
        "The EncodingAESKey of the URL, 43 letters and digits";
    /// The Token of the URL to which the end of a job is called back.
    JobToken: "callback-token", "WECOM_CALLBACK_TOKEN", "TOKEN",
        "callback Token",
        "The Token of that URL";
    /// The EncodingAESKey of the URL to which the end of a job is called back.
    JobKey: "callback-aes-key", "WECOM_CALLBACK_AES_KEY", "KEY",
        "callback EncodingAESKey",
        "The EncodingAESKey of that URL, 43 letters and digits";
    /// The key of an export's files.
    FileKey: "key", "WECOM_EXPORT_KEY", "KEY",
        "export's key (encoding_aeskey)",
        "The key to encrypt the files with (encoding_aeskey), 43 letters and digits; without it a new one, which is kept until the rows are fetched";
    /// The simulator's contacts-sync secret.
    SimContactsSecret: "contacts-secret", "TXL_SIM_CONTACTS_SECRET", "SECRET",
        "contacts-sync secret (通讯录同步 secret)",
        "The contacts-sync secret (通讯录同步 secret) [default: sim-contacts-secret]";
    /// The simulator's app's secret.
    SimAppSecret: "app-secret", "TXL_SIM_APP_SECRET", "SECRET",
        "app's secret (自建应用 secret)",
        "The app's secret (自建应用 secret) [default: sim-app-secret]";
    /// The Token of the URL that the simulator delivers to.
    SimUrlToken: "callback-token", "TXL_SIM_CALLBACK_TOKEN", "TOKEN",
        "callback Token",
        "The Token of that URL [default: simCallbackToken]";
    /// The EncodingAESKey of the URL that the simulator delivers to.
    SimUrlKey: "callback-aes-key", "TXL_SIM_CALLBACK_AES_KEY", "KEY",
        "callback EncodingAESKey",
        "The EncodingAESKey of that URL, 43 letters and digits [default: SimulatorEncodingAesKey00000000000000000000]";
}

/// A secret that may be given: `--NAME` or `--NAME-file`, or the variable of either. The command line takes precedence over
/// the environment.
pub(crate) struct GivenSecret<K> {
    text: Option<String>,
    path: Option<PathBuf>,
    /// Whether both were given in the same place, so that neither takes precedence.
    is_ambiguous: bool,
    /// What was read. A pipe can be read only once.
    value: OnceLock<Option<String>>,
    kind: PhantomData<K>,
}

impl<K: SecretKind> GivenSecret<K> {
    /// Whether a value or a file is named.
    pub(crate) fn is_given(&self) -> bool {
        self.text.is_some() || self.path.is_some()
    }

    /// The secret, if one is given. Blanks alone count as none, as an empty variable does.
    ///
    /// # Errors
    ///
    /// Fails if the file cannot be read, or if the text cannot be a secret.
    pub(crate) fn get(&self) -> Result<Option<&str>> {
        if self.value.get().is_none() {
            let value = self.read()?;
            let _ = self.value.set(value);
        }
        Ok(self.value.get().and_then(Option::as_deref))
    }

    /// The secret, which must be given.
    ///
    /// # Errors
    ///
    /// Fails as [`Self::get`] does, and if none is given.
    pub(crate) fn required(&self) -> Result<&str> {
        self.get()?.ok_or_else(|| {
            missing(K::WHAT, &format!("--{} (or --{} PATH)", K::FLAG, K::FILE_FLAG), K::VARIABLE)
        })
    }

    fn read(&self) -> Result<Option<String>> {
        if self.is_ambiguous {
            let failure = Failure::usage(format!("the {} is given twice", K::WHAT));
            return Err(failure.remedy(format!("give either --{} or --{}", K::FLAG, K::FILE_FLAG)));
        }
        if let Some(text) = &self.text {
            return clean::<K>(text, &format!("--{} or {}", K::FLAG, K::VARIABLE)).map(Some);
        }
        let Some(path) = &self.path else { return Ok(None) };
        let secret = clean::<K>(&text_of::<K>(path)?, &path.display().to_string())?;
        if secret.is_empty() {
            let failure = Failure::usage(format!("{} is empty", path.display()));
            return Err(failure.remedy(format!("write the {} into it", K::WHAT)));
        }
        Ok(Some(secret))
    }
}

fn text_of<K: SecretKind>(path: &Path) -> Result<String> {
    let mut bytes = Vec::new();
    let read = if path == Path::new("-") {
        file::stdin()?.take(MAX_FILE + 1).read_to_end(&mut bytes)
    } else {
        File::open(path).and_then(|file| file.take(MAX_FILE + 1).read_to_end(&mut bytes))
    };
    let remedy = format!("give --{} a file that holds the {} and nothing else", K::FILE_FLAG, K::WHAT);
    read.map_err(|error| {
        Failure::usage(format!("cannot read {}", path.display())).because(&error).remedy(&remedy)
    })?;
    let is_small = bytes.len() as u64 <= MAX_FILE;
    String::from_utf8(bytes).ok().filter(|_| is_small).ok_or_else(|| {
        // The content itself may be a secret, and is not shown.
        Failure::usage(format!("{} is not a short UTF-8 text", path.display())).remedy(remedy)
    })
}

/// The text without what surrounds it. A blank or a line break inside is named, as the server would only call the secret wrong.
fn clean<K: SecretKind>(text: &str, place: &str) -> Result<String> {
    let text = text.trim_matches(is_blank);
    if text.contains(is_blank) {
        let failure =
            Failure::usage(format!("the {} in {place} has a blank or a line break inside", K::WHAT));
        return Err(failure.remedy("copy it again, alone, from the console (管理后台)"));
    }
    Ok(text.to_owned())
}

/// Blanks, line breaks, control characters, and what is as invisible: zero-width characters, direction marks, a BOM.
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
            .value_parser(value_parser!(PathBuf))
            .help(format!("Read the {} from this file; `-` is stdin", K::WHAT));
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
        let is_typed = |name| matches.value_source(name) == Some(ValueSource::CommandLine);
        let mut is_ambiguous = false;
        if text.is_some() && path.is_some() {
            match (is_typed(K::FLAG), is_typed(K::FILE_FLAG)) {
                (true, false) => path = None,
                (false, true) => text = None,
                _ => is_ambiguous = true,
            }
        }
        Ok(Self { text, path, is_ambiguous, value: OnceLock::new(), kind: PhantomData })
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
        let cleaned = |text: &str| clean::<AppSecret>(text, "here");
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
