//! `txl man`.

use std::path::Path;

use super::{Message, counted};

pub(crate) fn written(pages: usize, directory: &Path) -> Message {
    message!(
        en: "wrote {} to {}", counted(pages as u64, "page"), directory.display();
        zh: "已将 {} 页写入 {}", pages, directory.display()
    )
}

pub(crate) fn no_such_command(above: &str, name: &str) -> Message {
    message!(en: "`{above}` has no command `{name}`"; zh: "`{above}` 没有命令 `{name}`")
}

pub(crate) fn see_help() -> Message {
    message!(en: "`txl --help` lists the commands"; zh: "`txl --help` 列出全部命令")
}
