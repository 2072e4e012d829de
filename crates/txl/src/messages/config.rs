//! `txl config`.

use std::{fmt::Display, path::Path};

use super::{Message, counted};

/// `source` is a profile, or the name of another source.
pub(crate) fn source(source: impl Display) -> Message {
    message!(en: "source: {source}")
}

/// Where a value of a profile is written.
pub(crate) fn line(line: usize) -> Message {
    message!(en: "line {line}")
}

/// Where the value is that a line of a profile refers to.
pub(crate) fn referred_by_line(referred: &str, line: usize) -> Message {
    message!(en: "{referred} (line {line})")
}

pub(crate) fn no_such_file_yet() -> Message {
    message!(en: "the file does not exist yet")
}

pub(crate) fn problems_in(problems: usize, path: &Path) -> Message {
    message!(en: "{} in {}", counted(problems as u64, "problem"), path.display())
}

pub(crate) fn correct_what_is_listed() -> Message {
    message!(en: "correct what is listed on stdout; nothing was sent")
}

/// `only` is the profile that was checked; `None` means all of them, `profiles` in number.
pub(crate) fn is_in_order(
    path: &Path,
    only: Option<&str>,
    profiles: usize,
    default: Option<&str>,
) -> Message {
    let profiles = match only {
        Some(name) => format!("the profile `{name}`"),
        None => counted(profiles as u64, "profile"),
    };
    let default = default.map_or_else(|| "no default".to_owned(), |default| format!("default `{default}`"));
    message!(en: "{} is in order: {profiles}, {default}", path.display())
}
