//! What the operating system denies.

use super::Message;

pub(crate) fn no_random_bytes() -> Message {
    message!(en: "the operating system gives no random bytes")
}

pub(crate) fn no_threads() -> Message {
    message!(en: "cannot start threads")
}
