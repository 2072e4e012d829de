//! Files, stdin and stdout.

use std::path::Path;

use super::Message;

pub(crate) fn stdin_is_closed() -> Message {
    message!(en: "cannot read stdin: it is closed"; zh: "无法读取 stdin：它已关闭")
}

pub(crate) fn name_a_file_for_stdin() -> Message {
    message!(en: "name a file instead of `-`"; zh: "请指定文件，不要用 `-`")
}

pub(crate) fn stdin_is_given_twice() -> Message {
    message!(
        en: "stdin can serve one argument only, and `-` is given more than once";
        zh: "stdin 只能供一个参数使用，而 `-` 出现了不止一次"
    )
}

pub(crate) fn name_files_but_for_one() -> Message {
    message!(en: "name a file for all but one of them"; zh: "请只保留一个 `-`，其余改为文件")
}

pub(crate) fn stdout_is_closed() -> Message {
    message!(en: "cannot write to stdout: it is closed"; zh: "无法写入 stdout：它已关闭")
}

pub(crate) fn redirect_stdout() -> Message {
    message!(en: "redirect stdout to a file"; zh: "请将 stdout 重定向到文件")
}

pub(crate) fn cannot_write_to_stdout() -> Message {
    message!(en: "cannot write to stdout"; zh: "无法写入 stdout")
}

pub(crate) fn see_where_stdout_goes() -> Message {
    message!(en: "check where stdout goes: is the disk full?"; zh: "请检查 stdout 的去向：磁盘是否已满？")
}

pub(crate) fn no_text_for_a_terminal() -> Message {
    message!(en: "the data is binary, and stdout is a terminal"; zh: "数据是二进制，而 stdout 是终端")
}

pub(crate) fn send_it_to_a_file() -> Message {
    message!(
        en: "name a file by --out, or send stdout to a file by > FILE";
        zh: "用 --out 指定文件，或用 > FILE 重定向 stdout"
    )
}

pub(crate) fn cannot_read(path: &Path) -> Message {
    message!(en: "cannot read {}", path.display(); zh: "无法读取 {}", path.display())
}

pub(crate) fn name_a_readable_file() -> Message {
    message!(
        en: "name a file that exists and may be read, or - for stdin";
        zh: "请指定存在且可读的文件，或用 - 表示 stdin"
    )
}

pub(crate) fn is_not_utf8(path: &Path) -> Message {
    message!(en: "{} is not UTF-8", path.display(); zh: "{} 不是 UTF-8 编码", path.display())
}

pub(crate) fn convert_to_utf8() -> Message {
    message!(en: "convert the file to UTF-8"; zh: "请将文件转换为 UTF-8")
}

pub(crate) fn is_no_file(path: &Path) -> Message {
    message!(
        en: "{} exists and is not a regular file", path.display();
        zh: "{} 已存在，但不是普通文件", path.display()
    )
}

pub(crate) fn name_a_file() -> Message {
    message!(en: "name a new file, or a file to replace"; zh: "请指定新文件，或要替换的文件")
}

pub(crate) fn cannot_write(path: &Path) -> Message {
    message!(en: "cannot write {}", path.display(); zh: "无法写入 {}", path.display())
}

pub(crate) fn name_a_writable_file() -> Message {
    message!(
        en: "name a file in an existing, writable directory, and check that the disk has space";
        zh: "请指定一个已存在且可写的目录中的文件，并确认磁盘有剩余空间"
    )
}
