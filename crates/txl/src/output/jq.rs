//! `--jq`: a filter in the language of jq, compiled before the command runs.

use std::fmt;

use jaq_core::{
    Compiler, Ctx, Exn, Vars, compile,
    data::JustLut,
    load::{self, Arena, File, Loader},
};
use jaq_json::{Val, read};

use crate::{
    failure::{Failure, Result},
    messages::{Message, formats as messages, lists},
};

/// Maximum length of the message of an error that the filter itself raises.
const MAX_ERROR: usize = 200;

/// The names that do not exist here: the environment holds secrets, and stderr is for messages only.
const WITHOUT: [&str; 6] = ["env", "debug", "debug_empty", "halt_error", "stderr", "stderr_empty"];

/// A compiled filter.
pub(crate) struct Jq(jaq_core::compile::Filter<jaq_core::Native<JustLut<Val>>>);

impl fmt::Debug for Jq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Jq")
    }
}

impl Jq {
    /// Compiles a filter. Modules cannot be imported, and the environment cannot be read.
    ///
    /// # Errors
    ///
    /// Fails if the text is no filter, or if it uses an unknown name.
    pub(crate) fn new(code: &str) -> Result<Self> {
        let definitions = jaq_core::defs().chain(jaq_std::defs()).chain(jaq_json::defs());
        let definitions = definitions.filter(|definition| !WITHOUT.contains(&definition.name));
        let functions = jaq_core::funs().chain(jaq_std::funs()).chain(jaq_json::funs());
        let functions = functions.filter(|(name, ..)| !WITHOUT.contains(name));
        let arena = Arena::default();
        let refused = |message: Message| Failure::usage(message).remedy(messages::how_a_filter_is_written());
        let modules = Loader::new(definitions)
            .load(&arena, File { code, path: () })
            .map_err(|errors| refused(unreadable(code, &errors)))?;
        let filter = Compiler::default()
            .with_funs(functions)
            .compile(modules)
            .map_err(|errors| refused(undefined(&errors)))?;
        Ok(Self(filter))
    }

    /// Applies the filter to a JSON document, and calls `take` with each result.
    ///
    /// # Errors
    ///
    /// Fails if the filter fails on this document, or if `take` fails.
    pub(super) fn apply(&self, json: &[u8], mut take: impl FnMut(&Val) -> Result) -> Result {
        let input = read::parse_single(json)
            .map_err(|error| Failure::new(lists::answer_is_no_json()).because(&error))?;
        let context = Ctx::<JustLut<Val>>::new(&self.0.lut, Vars::new([]));
        for output in self.0.id.run((context, input)) {
            match output {
                Ok(value) => take(&value)?,
                Err(exception) => return end(exception),
            }
        }
        Ok(())
    }
}

/// Returns the text of a result that is a text.
pub(super) fn text(result: &Val) -> Option<&str> {
    match result {
        Val::TStr(bytes) => std::str::from_utf8(bytes).ok(),
        _ => None,
    }
}

/// The end of a filter before its last result: `halt`, or an error.
fn end(exception: Exn<'_, Val>) -> Result {
    let failure = |message| Failure::new(message).remedy(messages::look_at_the_input());
    match exception.get_err() {
        Ok(error) => Err(failure(messages::filter_fails(&reason(&error.to_string())))),
        Err(exception) => match exception.get_halt() {
            Ok(0) => Ok(()),
            Ok(code) => Err(failure(messages::filter_halts(code))),
            Err(_) => Err(failure(messages::filter_halts(1))),
        },
    }
}

/// Returns the reason without the value that the filter failed on: the value can be personal data.
fn reason(error: &str) -> String {
    if error.starts_with("cannot index ") {
        return "cannot index this value".to_owned();
    }
    if error.starts_with("cannot calculate ") {
        return "cannot calculate with these values".to_owned();
    }
    if error.starts_with("invalid path expression ") {
        return "invalid path expression".to_owned();
    }
    match (error.strip_prefix("cannot use "), error.rsplit_once(" as ")) {
        (Some(_), Some((_, kind))) => format!("cannot use this value as {kind}"),
        _ => error.chars().take(MAX_ERROR).collect(),
    }
}

fn unreadable(code: &str, errors: &load::Errors<&str, ()>) -> Message {
    let at = |found: &str| {
        let start = load::span(code, found).start.min(code.len());
        code.get(..start).map_or(0, |before| before.chars().count()) + 1
    };
    match errors.first().map(|(_, error)| error) {
        Some(load::Error::Lex(errors)) => match errors.first() {
            Some((expected, found)) => messages::filter_is_unreadable(expected.as_str(), None, at(found)),
            None => messages::filter_is_invalid(),
        },
        Some(load::Error::Parse(errors)) => match errors.first() {
            Some((expected, found)) => {
                messages::filter_is_unreadable(expected.as_str(), Some(found), at(found))
            }
            None => messages::filter_is_invalid(),
        },
        Some(load::Error::Io(_)) => messages::filter_imports(),
        None => messages::filter_is_invalid(),
    }
}

fn undefined(errors: &compile::Errors<&str, ()>) -> Message {
    match errors.first().and_then(|(_, errors)| errors.first()) {
        Some((name, compile::Undefined::Filter(arity))) => {
            messages::filter_is_undefined(&format!("{name}/{arity}"))
        }
        Some((name, kind)) => messages::name_is_undefined(kind.as_str(), name),
        None => messages::filter_is_invalid(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn results(code: &str, json: &str) -> Vec<String> {
        let mut found = Vec::new();
        let jq = Jq::new(code).unwrap();
        jq.apply(json.as_bytes(), |value| {
            found.push(value.to_string());
            Ok(())
        })
        .unwrap();
        found
    }

    #[track_caller]
    fn refusal(code: &str) -> String {
        Jq::new(code).err().unwrap_or_else(|| panic!("{code} is accepted")).to_string()
    }

    #[test]
    fn a_filter_gives_its_results_in_order_and_keeps_the_order_of_keys() {
        assert_eq!(results(".[] | .b", r#"[{"b":1},{"b":"二"}]"#), ["1", r#""二""#]);
        assert_eq!(
            results(".", r#"{"z":1,"a":[2.50,12345678901234567890]}"#),
            [r#"{"z":1,"a":[2.50,12345678901234567890]}"#]
        );
        assert_eq!(results("[.[] | select(test(\"^a\"))] | length", r#"["ab","b","ac"]"#), ["2"]);
        assert_eq!(results("1, halt, 2", "null"), ["1"]);
        assert_eq!(results("empty", "null"), [""; 0]);
    }

    #[test]
    fn a_text_that_is_no_filter_is_refused_with_its_place() {
        assert!(refusal(".a |").contains("at character"), "{}", refusal(".a |"));
        assert!(refusal("[.a").contains("closing bracket is expected at character 4"), "{}", refusal("[.a"));
        assert!(refusal("no_such_filter(1)").contains("no_such_filter/1"));
        assert!(refusal("$secret").contains("$secret"));
        assert!(!refusal("import \"a\" as a; .").is_empty());
        // The environment has secrets.
        assert!(!refusal("env").is_empty() && !refusal("$ENV").is_empty());
    }

    #[test]
    fn an_error_of_a_filter_does_not_repeat_the_data() {
        for code in [".[0]", ". + 1", ".a.b.c", "keys | .[0] | tonumber", "path(1)", ".a | implode"] {
            let failure = Jq::new(code).unwrap().apply(br#"{"a":"13800000000"}"#, |_| Ok(())).err();
            if let Some(failure) = failure {
                assert!(!failure.to_string().contains("13800000000"), "{code}: {failure}");
            }
        }
        let raised = Jq::new("error(\"no member\")").unwrap().apply(b"null", |_| Ok(())).unwrap_err();
        assert!(raised.to_string().contains("no member"), "{raised}");
    }
}
