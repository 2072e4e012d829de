//! `txl config`.

use std::path::Path;

use super::{Message, counted};

pub(crate) fn profile_is_source(profile: &Message) -> Message {
    message!(en: "source: {profile}"; zh: "来源：{profile}")
}

/// The source of credentials without a profile.
pub(crate) fn other_source(is_empty: bool) -> Message {
    if is_empty {
        message!(en: "source: none"; zh: "来源：无")
    } else {
        message!(en: "source: command line and environment"; zh: "来源：命令行和环境变量")
    }
}

/// Where a value of a profile is written.
pub(crate) fn line(line: usize) -> Message {
    message!(en: "line {line}"; zh: "第 {line} 行")
}

/// Where the value is that a line of a profile refers to.
pub(crate) fn referred_by_line(referred: &str, line: usize) -> Message {
    message!(en: "{referred} (line {line})"; zh: "{referred}（第 {line} 行）")
}

pub(crate) fn no_such_file_yet() -> Message {
    message!(en: "the file does not exist yet"; zh: "文件尚不存在")
}

pub(crate) fn problems_in(problems: usize, path: &Path) -> Message {
    message!(
        en: "{} in {}", counted(problems as u64, "problem"), path.display();
        zh: "{} 中有 {} 个问题", path.display(), problems
    )
}

pub(crate) fn correct_what_is_listed() -> Message {
    message!(
        en: "correct what is listed on stdout; nothing was sent";
        zh: "请改正 stdout 上列出的问题；没有发送任何请求"
    )
}

/// `only` is the profile that was checked; `None` means all of them, `profiles` in number.
pub(crate) fn is_in_order(
    path: &Path,
    only: Option<&str>,
    profiles: usize,
    default: Option<&str>,
) -> Message {
    let profiles = match only {
        Some(name) => message!(en: "the profile `{name}`"; zh: "配置档 `{name}`").to_string(),
        None => {
            message!(en: "{}", counted(profiles as u64, "profile"); zh: "{profiles} 个配置档").to_string()
        }
    };
    let default = default.map_or_else(
        || message!(en: "no default"; zh: "没有默认配置档"),
        |default| message!(en: "default `{default}`"; zh: "默认为 `{default}`"),
    );
    message!(
        en: "{} is in order: {profiles}, {default}", path.display();
        zh: "{} 检查通过：{profiles}，{default}", path.display()
    )
}
