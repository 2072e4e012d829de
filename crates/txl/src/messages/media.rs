//! `txl media`.

use std::path::Path;

use super::{Message, counted};

pub(crate) fn length_is_not_as_announced() -> Message {
    message!(en: "the length of the file differs from the announced length"; zh: "文件长度与声明的不一致")
}

pub(crate) fn download_it_again() -> Message {
    message!(en: "download it again"; zh: "请重新下载")
}

pub(crate) fn saved(bytes: u64, path: &Path) -> Message {
    message!(
        en: "{} in {}", counted(bytes, "byte"), path.display();
        zh: "已将 {} 字节写入 {}", bytes, path.display()
    )
}
