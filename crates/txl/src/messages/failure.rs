//! Labels of the lines of a failure.

use super::Message;

pub(crate) fn error(text: &str) -> Message {
    message!(en: "error: {text}")
}

pub(crate) fn caused_by(text: &str) -> Message {
    message!(en: "  caused by: {text}")
}

pub(crate) fn to_try(text: &str) -> Message {
    message!(en: "try: {text}")
}

/// The end of a text that is cut.
pub(crate) fn cut(bytes: usize) -> Message {
    message!(en: "… (cut here; {bytes} bytes in all)")
}
