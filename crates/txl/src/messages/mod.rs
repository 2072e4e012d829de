//! Everything that the command says to people: what it does, finds and asks, what goes wrong and what to try. Not here: help texts,
//! which are written at the arguments, and data.
//!
//! A message is a function with named, typed arguments that gives a [`Message`]. Only this module makes one, and
//! [`say`](crate::output::say), [`Failure`](crate::failure::Failure) and [`Consent`](crate::confirm::Consent) take nothing else, so no
//! text is printed that is not here. There is a module for each part of the command that speaks.
//!
//! English is the only language. The next one becomes a second arm of `message!`: then every message that lacks it does not compile.

/// Makes a [`Message`]: its text in each language, as arguments of `format!`.
macro_rules! message {
    (en: $($english:tt)+) => {
        $crate::messages::Message(format!($($english)+))
    };
}

pub(crate) mod words;

pub(crate) mod arguments;
pub(crate) mod auth;
pub(crate) mod callback;
pub(crate) mod changes;
pub(crate) mod contact_rule;
pub(crate) mod corp_group;
pub(crate) mod department;
pub(crate) mod directory;
pub(crate) mod export;
pub(crate) mod failure;
pub(crate) mod files;
pub(crate) mod import;
pub(crate) mod listener;
pub(crate) mod lists;
pub(crate) mod lookup;
pub(crate) mod media;
pub(crate) mod member;
pub(crate) mod question;
pub(crate) mod sdk;
pub(crate) mod signals;
#[cfg(feature = "sim")]
pub(crate) mod sim;
pub(crate) mod system;
pub(crate) mod tag;
#[cfg(feature = "sim")]
pub(crate) mod tour;

use std::fmt;

pub(crate) use self::words::{agreeing, counted};

/// A text for people, in their language.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Message(String);

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// So that a parser of arguments can refuse one with a message.
impl std::error::Error for Message {}

/// The bridge for the modules whose texts are not in the catalogue yet: `access`, `config`, `import`, `main`,
/// `places` and a part of `member`. New code does not use it.
impl From<String> for Message {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Message {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<&String> for Message {
    fn from(text: &String) -> Self {
        Self(text.clone())
    }
}

impl From<fmt::Arguments<'_>> for Message {
    fn from(text: fmt::Arguments<'_>) -> Self {
        Self(text.to_string())
    }
}
