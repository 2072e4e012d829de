//! `txl tour`. The titles and notes of its steps are data, which is printed on stdout and is English in any language.

use std::fmt::Display;

use reqwest::StatusCode;
use serde_json::Value;

use super::Message;

/// Why a step failed: a note, like those of steps that are ok.
pub(crate) fn unmet(note: impl Display) -> Message {
    Message(note.to_string())
}

pub(crate) fn simulator_does_not_start() -> Message {
    message!(en: "the embedded simulator does not start")
}

pub(crate) fn point_it_at_a_simulator() -> Message {
    message!(
        en: "point the tour at a simulator (`txl sim` prints its address), never at a real corp: it deletes members"
    )
}

pub(crate) fn not_cleared_away(failure: impl Display) -> Message {
    message!(en: "some objects of the tour were not removed: {failure}")
}

pub(crate) fn steps_failed(failed: usize, steps: usize) -> Message {
    message!(en: "{failed} of the tour's {steps} steps failed")
}

pub(crate) fn read_the_notes() -> Message {
    message!(en: "read the notes of the steps marked FAILED (`\"ok\":false` with --json)")
}

pub(crate) fn no_http_client() -> Message {
    message!(en: "no HTTP client")
}

pub(crate) fn no_simulator_there() -> Message {
    message!(en: "`/_sim/state` is not a simulator's")
}

pub(crate) fn console_gives_no_answer(path: &str) -> Message {
    message!(en: "`/_sim/{path}` gives no answer")
}

pub(crate) fn console_refuses(path: &str, answer: &Value) -> Message {
    message!(en: "`/_sim/{path}` refuses: {answer}")
}

pub(crate) fn console_is_no_simulators(path: &str, status: StatusCode) -> Message {
    message!(en: "`/_sim/{path}` is not a simulator's: HTTP status {status}")
}

pub(crate) fn console_lacks(key: &str) -> Message {
    message!(en: "the simulator's console gives no `{key}`")
}

pub(crate) fn listener_gives_no_answer() -> Message {
    message!(en: "the callback listener does not answer")
}

pub(crate) fn no_port_for_callbacks() -> Message {
    message!(en: "no port to receive callbacks on")
}

pub(crate) fn no_temporary_directory() -> Message {
    message!(en: "no temporary directory")
}
