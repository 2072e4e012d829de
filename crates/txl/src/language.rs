//! The language of texts for people: English or Chinese.
//!
//! `main` chooses it once, before the command line is read, because help has a language too. Data, exit codes and the log have none.

use std::{
    ffi::OsString,
    sync::atomic::{AtomicBool, Ordering},
};

/// The languages of the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    English,
    Chinese,
}

static IS_CHINESE: AtomicBool = AtomicBool::new(false);

/// Returns the language of texts for people.
pub(crate) fn current() -> Language {
    #[cfg(test)]
    if let Some(language) = test::of_this_thread() {
        return language;
    }
    if IS_CHINESE.load(Ordering::Relaxed) { Language::Chinese } else { Language::English }
}

/// Sets the language. Returns the one before.
fn replace(language: Language) -> Language {
    #[cfg(test)]
    if let Some(before) = test::of_this_thread() {
        test::set(language);
        return before;
    }
    let was_chinese = IS_CHINESE.swap(language == Language::Chinese, Ordering::Relaxed);
    if was_chinese { Language::Chinese } else { Language::English }
}

/// Takes the language from the environment.
pub(crate) fn choose() {
    replace(of_environment(|name| std::env::var_os(name)));
}

/// Returns the language that the variables ask for: `TXL_LANG`, or else the first of `LC_ALL`, `LC_MESSAGES` and `LANG` that is not empty.
/// A value that begins with `zh` means Chinese; every other value means English.
fn of_environment(value: impl Fn(&str) -> Option<OsString>) -> Language {
    let given = ["TXL_LANG", "LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .find_map(|name| value(name).filter(|value| !value.is_empty()));
    let is_chinese =
        given.is_some_and(|value| value.to_string_lossy().to_ascii_lowercase().starts_with("zh"));
    if is_chinese { Language::Chinese } else { Language::English }
}

/// Returns what `make` returns when texts are English, for texts that become data.
pub(crate) fn english<T>(make: impl FnOnce() -> T) -> T {
    let data = EnglishData::begin();
    let made = make();
    drop(data);
    made
}

/// Keeps texts English while it exists, for texts that become data.
#[derive(Debug)]
pub(crate) struct EnglishData(Language);

impl EnglishData {
    pub(crate) fn begin() -> Self {
        Self(replace(Language::English))
    }
}

impl Drop for EnglishData {
    fn drop(&mut self) {
        replace(self.0);
    }
}

/// Tests of one process run at the same time, so a language belongs to a thread.
#[cfg(test)]
pub(crate) mod test {
    use std::cell::Cell;

    use super::Language;

    thread_local! {
        static LANGUAGE: Cell<Option<Language>> = const { Cell::new(None) };
    }

    pub(super) fn of_this_thread() -> Option<Language> {
        LANGUAGE.get()
    }

    pub(super) fn set(language: Language) {
        LANGUAGE.set(Some(language));
    }

    /// Returns what `make` returns when texts are Chinese.
    pub(crate) fn in_chinese<T>(make: impl FnOnce() -> T) -> T {
        LANGUAGE.set(Some(Language::Chinese));
        let made = make();
        LANGUAGE.set(None);
        made
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_variable_that_is_set_chooses_the_language() {
        for (variables, language) in [
            (&[][..], Language::English),
            (&[("LANG", "zh_CN.UTF-8")], Language::Chinese),
            (&[("LANG", "ZH_tw")], Language::Chinese),
            (&[("LC_MESSAGES", "zh_CN.UTF-8"), ("LANG", "en_US.UTF-8")], Language::Chinese),
            (&[("LC_ALL", "C"), ("LANG", "zh_CN.UTF-8")], Language::English),
            (&[("LC_ALL", ""), ("LANG", "zh_CN.UTF-8")], Language::Chinese),
            (&[("TXL_LANG", "en"), ("LC_ALL", "zh_CN.UTF-8")], Language::English),
            (&[("TXL_LANG", "zh"), ("LC_ALL", "C")], Language::Chinese),
            (&[("TXL_LANG", "fr"), ("LANG", "zh_CN.UTF-8")], Language::English),
        ] {
            let value = |name: &str| {
                let found = variables.iter().find(|(variable, _)| *variable == name);
                found.map(|(_, value)| OsString::from(value))
            };
            assert_eq!(of_environment(value), language, "{variables:?}");
        }
    }
}
