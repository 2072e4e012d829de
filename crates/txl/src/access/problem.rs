//! Problems of a configuration file, with their positions.

use std::path::Path;

use crate::{
    failure::Failure,
    messages::{Message, config_file as messages},
};

/// A position in a text. Lines and columns count from 1, and columns count characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Position {
    pub(crate) line: usize,
    pub(crate) column: usize,
}

impl Position {
    /// Returns the position of a byte. An offset beyond the end is the position after the last character.
    pub(super) fn of_byte(text: &str, offset: usize) -> Self {
        let before = &text.as_bytes()[..offset.min(text.len())];
        let line_start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        // Continuation bytes of UTF-8 begin with the bits 10.
        let column = before[line_start..].iter().filter(|byte| **byte & 0xc0 != 0x80).count() + 1;
        Self { line, column }
    }
}

/// A problem of a configuration file. It never contains a secret.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    /// `None` for a problem of the file itself.
    pub(crate) at: Option<Position>,
    /// The unusable profile. `None` if no profile is usable.
    pub(crate) profile: Option<String>,
    pub(crate) message: Message,
    pub(crate) remedies: Vec<Message>,
}

impl Problem {
    pub(super) fn new(
        at: Option<Position>,
        profile: Option<&str>,
        message: Message,
        remedy: Message,
    ) -> Self {
        Self { at, profile: profile.map(str::to_owned), message, remedies: vec![remedy] }
    }

    /// Creates a problem from the failure that the use of a profile would cause.
    pub(super) fn of(failure: &Failure, at: Position, profile: &str) -> Self {
        Self {
            at: Some(at),
            profile: Some(profile.to_owned()),
            message: messages::with_causes(failure, failure.causes()),
            remedies: failure.remedies().to_vec(),
        }
    }

    /// Returns the failure of a command that cannot use this file.
    pub(super) fn failure(&self, path: &Path) -> Failure {
        let place = self.at.map(|at| (at.line, at.column));
        let failure = Failure::usage(messages::at(path, place, &self.message));
        self.remedies.iter().cloned().fold(failure, Failure::remedy)
    }
}

/// Returns the known name that was probably meant: the most similar one, if it differs in at most a third of its letters.
pub(super) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = |name: &str| name.to_lowercase().replace('-', "_");
    let name = folded(name);
    let distances = known.into_iter().map(|known| (strsim::osa_distance(&name, &folded(known)), known));
    let (distance, known) = distances.min_by_key(|(distance, _)| *distance)?;
    (distance <= (known.chars().count() / 3).max(1)).then_some(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters() {
        let text = "a = 1\n企业 = 2\r\n";
        for (offset, line, column) in
            [(0, 1, 1), (4, 1, 5), (6, 2, 1), (12, 2, 3), (text.len(), 3, 1), (999, 3, 1)]
        {
            assert_eq!(Position::of_byte(text, offset), Position { line, column }, "{offset}");
        }
    }

    #[test]
    fn the_nearest_name_is_found_and_a_far_one_is_not() {
        let known = ["corp_id", "app_secret", "base_url"];
        for (name, meant) in [
            ("corp-id", Some("corp_id")),
            ("CORP_ID", Some("corp_id")),
            ("app_secet", Some("app_secret")),
            ("url", None),
            ("", None),
        ] {
            assert_eq!(nearest(name, known), meant, "{name}");
        }
        assert_eq!(nearest("a", []), None);
    }
}
