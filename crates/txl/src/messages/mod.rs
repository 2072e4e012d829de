//! The catalogue of messages: all texts for people except help texts, which are doc comments of the arguments, and data.
//!
//! A message is a function with named, typed arguments that returns a [`Message`]. Only this module creates one.
//! [`say`](crate::output::say), [`Failure`](crate::failure::Failure) and [`Consent`](crate::confirm::Consent) accept no other text, and
//! clippy refuses stderr outside `output::stderr`. Each part of the command has its own module.
//!
//! Each text has both languages side by side, and a message without one of them fails to compile. Only the chosen one is made.

/// Makes a [`Message`]: its text in each language, as arguments of `format!`. `both` is for a text without words.
macro_rules! message {
    (en: $english:literal $(, $en:expr)* $(,)?; zh: $chinese:literal $(, $zh:expr)* $(,)?) => {{
        const {
            assert!($crate::messages::are_indented_alike($english, $chinese), "both languages are indented alike")
        };
        match $crate::language::current() {
            $crate::language::Language::English => $crate::messages::Message(format!($english $(, $en)*)),
            $crate::language::Language::Chinese => $crate::messages::Message(format!($chinese $(, $zh)*)),
        }
    }};
    (both: $text:literal $(, $argument:expr)* $(,)?) => {
        $crate::messages::Message(format!($text $(, $argument)*))
    };
}

/// Selects a word of a message.
macro_rules! word {
    ($english:literal, $chinese:literal) => {
        match $crate::language::current() {
            $crate::language::Language::English => $english,
            $crate::language::Language::Chinese => $chinese,
        }
    };
}

pub(crate) mod words;

pub(crate) mod apply;
pub(crate) mod arguments;
pub(crate) mod auth;
pub(crate) mod callback;
pub(crate) mod callback_check;
pub(crate) mod causes;
pub(crate) mod cell_problems;
pub(crate) mod cells;
pub(crate) mod changes;
pub(crate) mod config;
pub(crate) mod config_file;
pub(crate) mod contact_rule;
pub(crate) mod corp_group;
pub(crate) mod credentials;
pub(crate) mod delivery;
pub(crate) mod department;
pub(crate) mod directory;
pub(crate) mod doctor;
pub(crate) mod doctor_words;
pub(crate) mod errcode;
pub(crate) mod export;
pub(crate) mod failure;
pub(crate) mod field_names;
pub(crate) mod files;
pub(crate) mod findings;
pub(crate) mod formats;
pub(crate) mod gate;
pub(crate) mod help;
pub(crate) mod import;
pub(crate) mod listener;
pub(crate) mod lists;
pub(crate) mod lookup;
pub(crate) mod man;
pub(crate) mod media;
pub(crate) mod member;
pub(crate) mod places;
pub(crate) mod plan;
pub(crate) mod plan_page;
pub(crate) mod question;
pub(crate) mod roster;
pub(crate) mod run;
pub(crate) mod sdk;
pub(crate) mod secrets;
pub(crate) mod setup;
pub(crate) mod sheets;
pub(crate) mod signals;
#[cfg(feature = "sim")]
pub(crate) mod sim;
pub(crate) mod sources;
pub(crate) mod system;
pub(crate) mod tag;
#[cfg(feature = "sim")]
pub(crate) mod tour;
pub(crate) mod violations;

use std::fmt;

pub(crate) use self::words::{agreeing, between_changes, between_names, counted};

/// Returns whether two texts of a message have the same indentation: a line below another one is below it in each language.
pub(crate) const fn are_indented_alike(english: &str, chinese: &str) -> bool {
    const fn indentation(text: &str) -> usize {
        text.len() - text.trim_ascii_start().len()
    }
    // One blank separates words, and Chinese has none there.
    indentation(english) < 2 || indentation(english) == indentation(chinese)
}

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::test::in_chinese;

    #[test]
    fn a_message_is_in_the_language_of_its_time() {
        assert_eq!(tag::deleted(wecom_contacts::TagId(3)).to_string(), "deleted tag 3");
        assert_eq!(in_chinese(|| tag::deleted(wecom_contacts::TagId(3)).to_string()), "已删除标签 3");
        let data =
            in_chinese(|| crate::language::english(|| tag::deleted(wecom_contacts::TagId(3)).to_string()));
        assert_eq!(data, "deleted tag 3");
    }
}
