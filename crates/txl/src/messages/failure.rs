//! Labels of the lines of a failure.

use super::Message;

pub(crate) fn error(text: &str) -> Message {
    message!(en: "error: {text}"; zh: "错误：{text}")
}

pub(crate) fn caused_by(text: &str) -> Message {
    message!(en: "  caused by: {text}"; zh: "  原因：{text}")
}

pub(crate) fn to_try(text: &str) -> Message {
    message!(en: "try: {text}"; zh: "建议：{text}")
}

/// The end of a text that is cut.
pub(crate) fn cut(bytes: usize) -> Message {
    message!(en: "… (cut here; {bytes} bytes in all)"; zh: "……（已截断，全文共 {bytes} 字节）")
}
