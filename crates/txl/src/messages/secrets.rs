//! Reading secrets. A secret itself is never part of a message.

use std::{fmt::Display, path::Path};

use super::Message;

/// `what` is the name of the secret.
pub(crate) fn given_twice(what: &Message) -> Message {
    message!(en: "the {what} is given twice"; zh: "{what} 给出了两次")
}

pub(crate) fn give_one_of(flag: &str, file_flag: &str) -> Message {
    message!(en: "give either --{flag} or --{file_flag}"; zh: "--{flag} 和 --{file_flag} 只能给出一个")
}

/// Where a secret comes from that both flags give.
pub(crate) fn both_flags(flag: &str, file_flag: &str) -> Message {
    message!(en: "--{flag} and --{file_flag}"; zh: "--{flag} 和 --{file_flag}")
}

/// Where a secret comes from that both variables give.
pub(crate) fn both_variables(variable: &str, file_variable: &str) -> Message {
    message!(en: "{variable} and {file_variable}"; zh: "{variable} 和 {file_variable}")
}

/// The place of a secret that a flag or its variable gives.
pub(crate) fn flag_or_variable(flag: &str, variable: &str) -> Message {
    message!(en: "--{flag} or {variable}"; zh: "--{flag} 或 {variable}")
}

pub(crate) fn give_a_file_of_it_alone(file_flag: &str, what: &Message) -> Message {
    message!(
        en: "give --{file_flag} a file that holds the {what} and nothing else";
        zh: "--{file_flag} 指向的文件应只含{what}，没有其他内容"
    )
}

/// Why the variable that a profile refers to gives no value.
#[derive(Clone, Copy, Debug)]
pub(crate) enum VariableFault {
    NotSet,
    NotUtf8,
    Empty,
}

pub(crate) fn variable_is_unusable(
    name: &str,
    fault: VariableFault,
    profile: &Message,
    what: impl Display,
) -> Message {
    let fault = match fault {
        VariableFault::NotSet => word!("is not set", "没有设置"),
        VariableFault::NotUtf8 => word!("is not UTF-8", "不是 UTF-8"),
        VariableFault::Empty => word!("is empty", "为空"),
    };
    message!(
        en: "the variable {name} {fault}, and {profile} takes the {what} from it";
        zh: "变量 {name} {fault}，而 {profile} 要从中读取{what}"
    )
}

pub(crate) fn set_the_variable(name: &str) -> Message {
    message!(
        en: "set {name}, or correct the profile; `txl config show` says what it refers to";
        zh: "请设置 {name}，或改正配置档；`txl config show` 显示它引用了什么"
    )
}

pub(crate) fn write_it_into_this_file(what: impl Display, profile: &Message) -> Message {
    message!(
        en: "write the {what} into this file, alone, or correct {profile}";
        zh: "请将{what} 单独写入此文件，或改正 {profile}"
    )
}

pub(crate) fn file_is_empty(path: &Path) -> Message {
    message!(en: "{} is empty", path.display(); zh: "{} 为空", path.display())
}

pub(crate) fn write_it_into_the_file(what: impl Display) -> Message {
    message!(en: "write the {what} into it"; zh: "请将{what} 写入该文件")
}

pub(crate) fn file_is_no_short_text(path: &Path) -> Message {
    message!(en: "{} is not a short UTF-8 text", path.display(); zh: "{} 不是简短的 UTF-8 文本", path.display())
}

/// `place` is a flag, a variable, a file or a profile.
pub(crate) fn has_a_blank_inside(what: impl Display, place: impl Display) -> Message {
    message!(
        en: "the {what} in {place} has a blank or a line break inside";
        zh: "{place} 中的{what} 含有空白或换行"
    )
}

pub(crate) fn copy_it_again() -> Message {
    message!(en: "copy it again, alone, from the console (管理后台)"; zh: "请从管理后台重新复制，不要带上其他内容")
}
