//! Files, stdin and stdout.

use std::path::Path;

use super::Message;

pub(crate) fn stdin_is_closed() -> Message {
    message!(en: "cannot read stdin: it is closed")
}

pub(crate) fn name_a_file_for_stdin() -> Message {
    message!(en: "name a file instead of `-`")
}

pub(crate) fn stdin_is_given_twice() -> Message {
    message!(en: "stdin can serve one argument only, and `-` is given more than once")
}

pub(crate) fn name_files_but_for_one() -> Message {
    message!(en: "name a file for all but one of them")
}

pub(crate) fn stdout_is_closed() -> Message {
    message!(en: "cannot write to stdout: it is closed")
}

pub(crate) fn redirect_stdout() -> Message {
    message!(en: "redirect stdout to a file")
}

pub(crate) fn cannot_write_to_stdout() -> Message {
    message!(en: "cannot write to stdout")
}

pub(crate) fn see_where_stdout_goes() -> Message {
    message!(en: "check where stdout goes: is the disk full?")
}

pub(crate) fn no_text_for_a_terminal() -> Message {
    message!(en: "the data is binary, and stdout is a terminal")
}

pub(crate) fn send_it_to_a_file() -> Message {
    message!(en: "name a file by --out, or send stdout to a file by > FILE")
}

pub(crate) fn cannot_read(path: &Path) -> Message {
    message!(en: "cannot read {}", path.display())
}

pub(crate) fn name_a_readable_file() -> Message {
    message!(en: "name a file that exists and may be read, or - for stdin")
}

pub(crate) fn is_not_utf8(path: &Path) -> Message {
    message!(en: "{} is not UTF-8", path.display())
}

pub(crate) fn convert_to_utf8() -> Message {
    message!(en: "convert the file to UTF-8")
}

pub(crate) fn is_no_file(path: &Path) -> Message {
    message!(en: "{} exists and is not a regular file", path.display())
}

pub(crate) fn name_a_file() -> Message {
    message!(en: "name a new file, or a file to replace")
}

pub(crate) fn cannot_write(path: &Path) -> Message {
    message!(en: "cannot write {}", path.display())
}

pub(crate) fn name_a_writable_file() -> Message {
    message!(en: "name a file in an existing, writable directory, and check that the disk has space")
}
