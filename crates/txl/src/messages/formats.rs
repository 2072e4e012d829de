//! The formats of the output, and the flags that select data.

use super::Message;

pub(crate) fn prints_its_own_text(command: &str, flag: &str) -> Message {
    message!(en: "`txl {command}` prints its own text, to which {flag} does not apply")
}

pub(crate) fn has_no_columns(command: &str, flag: &str) -> Message {
    message!(en: "`txl {command}` prints no rows, so {flag} does not apply")
}

pub(crate) fn table_is_a_text(command: &str, flag: &str) -> Message {
    message!(en: "`txl {command}` prints a text for people with -o table, to which {flag} does not apply")
}

/// `format` is a word that `-o` takes.
pub(crate) fn jq_needs_json(format: &str) -> Message {
    message!(en: "--jq filters JSON and does not apply to -o {format}")
}

pub(crate) fn has_no_headings(format: &str) -> Message {
    message!(en: "-o {format} has no headings, so --no-headers does not apply")
}

pub(crate) fn see_formats() -> Message {
    message!(en: "choose another format with -o, or leave the flag out: see `txl help formats`")
}

pub(crate) fn column_is_empty() -> Message {
    message!(en: "--columns has an empty name")
}

pub(crate) fn column_is_twice(name: &str) -> Message {
    message!(en: "--columns has `{name}` twice")
}

pub(crate) fn how_columns_are_written() -> Message {
    message!(en: "separate the names by single commas, as in --columns userid,name,department")
}

pub(crate) fn column_is_unknown(name: &str) -> Message {
    message!(en: "no object has a field `{name}`, which --columns selects")
}

pub(crate) fn known_columns(names: &[String]) -> Message {
    message!(en: "known fields: {}", names.join(", "))
}

pub(crate) fn file_has_all_fields() -> Message {
    message!(en: "--out writes all fields, so --columns, --no-headers and --jq do not apply to it")
}

pub(crate) fn redirect_the_selection() -> Message {
    message!(en: "leave --out out and redirect stdout to the file")
}

/// `expected` and `found` are tokens; without `found`, the text cannot be split into tokens.
pub(crate) fn filter_is_unreadable(expected: &str, found: Option<&str>, character: usize) -> Message {
    match found {
        Some("") => {
            message!(en: "--jq is no filter: it ends where {expected} is expected, at character {character}")
        }
        Some(found) => {
            message!(en: "--jq is no filter: `{found}` at character {character} is where {expected} is expected")
        }
        None => message!(en: "--jq is no filter: {expected} is expected at character {character}"),
    }
}

pub(crate) fn filter_is_invalid() -> Message {
    message!(en: "--jq is no filter")
}

pub(crate) fn filter_imports() -> Message {
    message!(en: "--jq imports a module, and modules are not supported")
}

/// `name` is a filter with the number of its arguments, such as `map/1`.
pub(crate) fn filter_is_undefined(name: &str) -> Message {
    message!(en: "--jq calls the filter `{name}`, which does not exist")
}

/// `kind` is the jq term for the name, such as "variable".
pub(crate) fn name_is_undefined(kind: &str, name: &str) -> Message {
    message!(en: "--jq uses the {kind} `{name}`, which does not exist")
}

pub(crate) fn how_a_filter_is_written() -> Message {
    message!(en: "correct the filter: `txl help formats` has examples; the language is described at https://jqlang.org/manual")
}

pub(crate) fn filter_fails(reason: &str) -> Message {
    message!(en: "the filter of --jq fails: {reason}")
}

pub(crate) fn filter_halts(code: i32) -> Message {
    message!(en: "the filter of --jq halts with code {code}")
}

pub(crate) fn look_at_the_input() -> Message {
    message!(en: "run the command with `-o json` and without --jq to see what the filter gets")
}
