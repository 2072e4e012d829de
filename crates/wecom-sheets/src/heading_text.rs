//! The text of headings: numbers, notes, brackets and other additions.

use crate::cleaning::{half_width, is_invisible, trimmed};

/// Removes the number of a heading in its row: `1.姓名`, `2、手机`.
pub(crate) fn without_number(text: &str) -> &str {
    let rest = text.trim_start_matches(|one: char| one.is_ascii_digit());
    match rest.strip_prefix(['.', '、', ')']) {
        Some(rest) if !text.starts_with(['.', '、', ')']) => rest,
        _ => text,
    }
}

/// Returns whether two headings are equal, ignoring blanks, case, character width and marks.
pub(crate) fn is_same(one: &str, other: &str) -> bool {
    let key = |heading: &str| squeezed(&without_marks(&plain(heading)));
    key(one) == key(other)
}

/// Converts a heading to half-width, simplified characters and lower case, and removes invisible characters.
pub(crate) fn plain(heading: &str) -> String {
    let half = half_width(trimmed(heading));
    half.chars().filter(|one| !is_invisible(*one)).map(simplified).collect::<String>().to_lowercase()
}

/// Returns the simplified form of a traditional character in a known heading: 帳號 becomes 帐号.
fn simplified(one: char) -> char {
    const TRADITIONAL: &str =
        "帳賬號機門職務郵電話別稱狀態員領導內屬級離編碼聯絡啟應組織構團隊區長負責備註說順";
    const SIMPLIFIED: &str =
        "帐账号机门职务邮电话别称状态员领导内属级离编码联络启应组织构团队区长负责备注说顺";
    if one.is_ascii() {
        return one;
    }
    let at = TRADITIONAL.chars().position(|traditional| traditional == one);
    at.and_then(|at| SIMPLIFIED.chars().nth(at)).unwrap_or(one)
}

/// Removes blanks, and signs around the text.
pub(crate) fn squeezed(text: &str) -> String {
    let is_sign = |one: char| !one.is_alphanumeric() && !OPENING.contains(&one) && !CLOSING.contains(&one);
    let text: String = text.chars().filter(|one| !one.is_whitespace()).collect();
    text.trim_matches(is_sign).to_owned()
}

/// Joins the words of a heading: `e-mail`, `user_id`, `部门(id)`.
pub(crate) fn joined(text: &str) -> String {
    text.chars().filter(|one| !matches!(one, '_' | '-' | '.' | '\'' | '(' | ')')).collect()
}

fn without_marks(text: &str) -> String {
    const MARKS: [&str; 8] =
        ["(必填)", "(选填)", "(可选)", "(非必填)", "[必填]", "【必填】", "(required)", "(optional)"];
    MARKS.iter().fold(text.to_owned(), |text, mark| text.replace(mark, ""))
}

const OPENING: [char; 9] = ['(', '[', '{', '<', '【', '〔', '「', '『', '《'];
const CLOSING: [char; 9] = [')', ']', '}', '>', '】', '〕', '」', '』', '》'];

/// A part of a heading.
pub(crate) struct Part {
    pub(crate) text: String,
    /// The part is in brackets, after a colon or on a later line, so it can be a note.
    pub(crate) is_note: bool,
}

/// Splits a heading at its brackets, slashes, colons and line breaks: `姓名/Name`, `手机号(11位)`.
pub(crate) fn parts(text: &str) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    let (mut depth, mut is_below) = (0_usize, false);
    let mut part = String::new();
    let mut end = |part: &mut String, is_note| {
        if part.chars().any(char::is_alphanumeric) {
            parts.push(Part { text: std::mem::take(part), is_note });
        }
        part.clear();
    };
    for one in text.chars() {
        let is_note = depth > 0 || is_below;
        match one {
            _ if OPENING.contains(&one) => {
                if depth == 0 {
                    end(&mut part, is_note);
                }
                depth += 1;
            }
            _ if CLOSING.contains(&one) => {
                if depth == 1 {
                    end(&mut part, is_note);
                }
                depth = depth.saturating_sub(1);
            }
            _ if depth > 0 => part.push(one),
            '\n' | '\r' | ':' => {
                end(&mut part, is_note);
                is_below = true;
            }
            '/' | '|' | '\\' | '、' | ',' | ';' if !is_below => end(&mut part, is_note),
            _ => part.push(one),
        }
    }
    end(&mut part, depth > 0 || is_below);
    if parts.iter().all(|part| part.is_note) {
        parts.iter_mut().for_each(|part| part.is_note = false);
    }
    parts
}

/// Splits a text where the script changes: `邮箱 Email`.
pub(crate) fn scripts(text: &str) -> Vec<&str> {
    let mut scripts = Vec::new();
    let (mut start, mut before) = (0, None);
    for (at, one) in text.char_indices().filter(|(_, one)| one.is_alphabetic()) {
        let is_latin = one.is_ascii();
        if before.is_some_and(|before| before != is_latin) {
            scripts.push(&text[start..at]);
            start = at;
        }
        before = Some(is_latin);
    }
    scripts.push(&text[start..]);
    scripts
}

/// Returns whether a note describes how to fill in a column. Other notes can change the meaning of the column, for example 手机号(家属).
pub(crate) fn is_note(text: &str) -> bool {
    const NOTES: &[&str] = &[
        "必填",
        "选填",
        "必选",
        "可选",
        "可空",
        "必须",
        "不填",
        "填写",
        "格式",
        "字符",
        "字以内",
        "个字",
        "字节",
        "例如",
        "示例",
        "如:",
        "如：",
        "多个",
        "分隔",
        "隔开",
        "分号",
        "逗号",
        "单选",
        "多选",
        "下拉",
        "选择",
        "数字",
        "文本",
        "请勿",
        "最多",
        "唯一",
        "不可",
        "不能",
        "大陆",
        "中文",
        "个人",
        "本人",
        "用于",
        "登录",
        "接收",
        "激活",
        "路径",
        "全称",
        "yyyy",
        "required",
        "optional",
        "mandatory",
        "must",
        "digits",
        "e.g",
        "example",
        "format",
        "separated",
    ];
    const OTHERS: &[&str] = &[
        "备用", "家", "紧急", "亲属", "配偶", "旧", "原", "曾用", "第二", "次要", "编码", "编号", "代码",
        "code", "英文", "拼音", "上级", "领导", "主管", "单位", "公司", "hr", "erp",
    ];
    let is_said = |words: &[&str]| words.iter().any(|word| text.contains(word));
    let key = squeezed(text);
    let has_places = key
        .split('位')
        .next()
        .is_some_and(|before| before.len() < key.len() && before.ends_with(|one: char| one.is_ascii_digit()));
    let is_choice = key
        .split(|one: char| !one.is_alphanumeric())
        .flat_map(|word| word.split(|one: char| one.is_ascii_digit()))
        .all(|word| {
            matches!(word, "" | "男" | "女" | "是" | "否" | "启用" | "禁用" | "y" | "n" | "yes" | "no")
        });
    !is_said(OTHERS) && (is_said(NOTES) || has_places || is_choice)
}
