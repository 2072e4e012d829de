//! What a command prints, and with it which flags make sense.

/// The kind of data that a command prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// Objects or ids: every flag applies.
    Rows,
    /// A text for people as the table, and rows in the other formats: columns apply to those.
    Report,
    /// The reply to a change, or a document: it has no columns.
    Reply,
    /// Objects that arrive one by one, each as one line of JSON whatever the format is: columns and filters apply.
    Lines,
    /// A text of its own, whatever the format is.
    Text,
}

/// The commands that print something else than rows. `*` is every command below.
const SHAPES: [(&str, Shape); 55] = [
    ("apply", Shape::Reply),
    ("auth authorize-url", Shape::Reply),
    ("auth check", Shape::Reply),
    ("callback decrypt", Shape::Report),
    ("callback listen", Shape::Lines),
    ("callback reply", Shape::Text),
    ("callback replay", Shape::Reply),
    ("callback trigger", Shape::Reply),
    ("callback verify", Shape::Text),
    ("completion", Shape::Text),
    ("config path", Shape::Report),
    ("contact-rule create", Shape::Reply),
    ("contact-rule delete", Shape::Reply),
    ("contact-rule update", Shape::Reply),
    ("corp-group add-rule", Shape::Reply),
    ("corp-group delete-rule", Shape::Reply),
    ("corp-group import-contacts", Shape::Reply),
    ("corp-group modify-rule", Shape::Reply),
    ("corp-group remove-corp", Shape::Reply),
    ("department create", Shape::Reply),
    ("department delete", Shape::Reply),
    ("department update", Shape::Reply),
    ("doctor", Shape::Report),
    ("help", Shape::Text),
    ("import *", Shape::Reply),
    ("man", Shape::Text),
    ("media get", Shape::Text),
    ("media get-voice", Shape::Text),
    ("media upload", Shape::Reply),
    ("media upload-by-url", Shape::Reply),
    ("media upload-image", Shape::Reply),
    ("member confirm-login", Shape::Reply),
    ("member confirm-tfa", Shape::Reply),
    ("member create", Shape::Reply),
    ("member delete", Shape::Reply),
    ("member delete-many", Shape::Reply),
    ("member invite", Shape::Reply),
    ("member update", Shape::Reply),
    // The rows of each table have columns of their own.
    ("mirror export", Shape::Reply),
    ("mirror forget", Shape::Reply),
    ("mirror migrate", Shape::Reply),
    ("plan", Shape::Reply),
    ("plan *", Shape::Reply),
    ("pull", Shape::Reply),
    ("roster *", Shape::Text),
    ("setup", Shape::Text),
    ("sim", Shape::Text),
    ("tag add", Shape::Reply),
    ("tag create", Shape::Reply),
    ("tag delete", Shape::Reply),
    ("tag remove", Shape::Reply),
    ("tag rename", Shape::Reply),
    ("tour", Shape::Reply),
    ("tree", Shape::Report),
    ("undo", Shape::Reply),
];

impl Shape {
    /// Returns the shape of a command, which is the names of its subcommands, such as `member list`.
    pub(super) fn of(command: &str) -> Self {
        let is = |pattern: &str| match pattern.strip_suffix('*') {
            Some(above) => command.starts_with(above),
            None => command == pattern,
        };
        SHAPES.iter().find(|(pattern, _)| is(pattern)).map_or(Self::Rows, |(_, shape)| *shape)
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::cli::Cli;

    /// Returns the names of all commands that do something.
    fn leaves(command: &clap::Command, above: &str, found: &mut Vec<String>) {
        for below in command.get_subcommands() {
            let path = format!("{above} {}", below.get_name()).trim().to_owned();
            leaves(below, &path, found);
            if !below.has_subcommands() || !below.is_subcommand_required_set() {
                found.push(path);
            }
        }
    }

    #[test]
    fn every_entry_names_a_command_and_every_change_has_an_entry() {
        let mut found = Vec::new();
        leaves(&Cli::command(), "", &mut found);
        for (pattern, _) in SHAPES {
            let exists = match pattern.strip_suffix('*') {
                Some(above) => found.iter().any(|path| path.starts_with(above)),
                None => found.iter().any(|path| path == pattern),
            };
            let is_left_out = cfg!(not(feature = "sim")) && matches!(pattern, "sim" | "tour");
            assert!(exists || is_left_out, "{pattern} is no command");
        }
        // Columns that turn out to be unknown after a change would end a command that did its work as a usage error.
        let changes =
            ["add", "create", "delete", "import", "invite", "modify", "remove", "rename", "update", "upload"];
        for path in found {
            let verb = path.rsplit(' ').next().unwrap_or_default();
            let is_change =
                changes.iter().any(|change| verb == *change || verb.starts_with(&format!("{change}-")));
            if is_change && !path.ends_with("-result") {
                assert_ne!(Shape::of(&path), Shape::Rows, "{path} changes something");
            }
        }
    }
}
