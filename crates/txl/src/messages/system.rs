//! What the operating system denies.

use super::Message;

pub(crate) fn no_random_bytes() -> Message {
    message!(en: "the operating system gives no random bytes"; zh: "操作系统无法提供随机数")
}

pub(crate) fn no_threads() -> Message {
    message!(en: "cannot start threads"; zh: "无法创建线程")
}
