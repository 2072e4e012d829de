//! The rules of a member's fields (成员字段): lengths, characters, and the code for each violation.

use std::sync::Arc;

use super::{
    choices::Choices,
    console_settings::AttributeName,
    fail::Fail,
    forms::AttributeForm,
    members::{Attribute, AttributeValue, Gender},
};

/// Checks a userid: 1–64 bytes of letters, digits and `_-@.`, with a letter or digit first.
pub(super) fn userid(text: &str) -> Result<(), Fail> {
    if text.is_empty() {
        return Err(Fail::of(41009));
    }
    if text.len() > 64 {
        return Err(Fail::of(40058));
    }
    let fits = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-@.".contains(&byte));
    if fits && text.as_bytes()[0].is_ascii_alphanumeric() { Ok(()) } else { Err(Fail::of(40003)) }
}

/// Checks a name: 1–64 characters.
pub(super) fn name(text: &str) -> Result<(), Fail> {
    at_most(text, 64, 60112)?;
    if text.is_empty() { Err(Fail::of(60112)) } else { Ok(()) }
}

pub(super) fn at_most(text: &str, characters: usize, code: i32) -> Result<(), Fail> {
    if text.chars().nth(characters).is_some() { Err(Fail::of(code)) } else { Ok(()) }
}

/// Returns a mobile in its stored form: without blanks, and mainland numbers without `+86`.
pub(crate) fn mobile(text: &str) -> Result<String, Fail> {
    let text = text.trim();
    let fits = text.len() <= 32 && text.bytes().all(|byte| byte.is_ascii_digit() || b"+- ".contains(&byte));
    let plain: String = text.chars().filter(|char| *char != ' ').collect();
    let digits = plain.bytes().filter(u8::is_ascii_digit).count();
    if !fits || (!plain.is_empty() && digits < 5) || plain.rfind('+').is_some_and(|at| at > 0) {
        return Err(Fail::of(60103));
    }
    Ok(match plain.strip_prefix("+86") {
        Some(mainland) => mainland.trim_start_matches('-').to_owned(),
        None => plain,
    })
}

/// Whether the text is a mail address with a size in this range.
pub(super) fn is_mail(text: &str, bytes: std::ops::RangeInclusive<usize>) -> bool {
    let Some((local, domain)) = text.split_once('@') else {
        return false;
    };
    bytes.contains(&text.len())
        && !local.is_empty()
        && domain.contains('.')
        && domain.split('.').all(|label| !label.is_empty())
        && domain.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte))
        && local.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~.-".contains(&byte))
}

/// Checks a telephone number: at most 32 bytes of digits, `-`, `+` and `,`.
pub(super) fn telephone(text: &str) -> Result<(), Fail> {
    if text.len() <= 32 && text.bytes().all(|byte| byte.is_ascii_digit() || b"-+,".contains(&byte)) {
        Ok(())
    } else {
        Err(Fail::of(301013))
    }
}

pub(super) fn gender(text: &str) -> Result<Gender, Fail> {
    match text {
        "" | "0" => Ok(Gender::Unknown),
        "1" => Ok(Gender::Male),
        "2" => Ok(Gender::Female),
        _ => Err(Fail::of(40058)),
    }
}

/// The codes of one kind of attribute.
#[derive(Clone, Copy)]
struct Codes {
    kind: i32,
    text: i32,
    title: i32,
    url: i32,
    app_title: i32,
    request: i32,
}

/// 扩展属性 have one code for all lengths, and one for all other errors.
const EXTATTR: Codes =
    Codes { kind: 60150, text: 60151, title: 60151, url: 60152, app_title: 60151, request: 60152 };

/// 对外属性.
const EXTERNAL: Codes =
    Codes { kind: 90100, text: 90101, title: 90102, url: 90103, app_title: 90104, request: 90106 };

pub(super) fn extattr(
    items: &[AttributeForm],
    known: &[AttributeName],
) -> Result<Vec<AttributeChange>, Fail> {
    items.iter().filter_map(|item| attribute(item, known, None, 64, EXTATTR).transpose()).collect()
}

pub(super) fn external_attr(
    items: &[AttributeForm],
    known: &[AttributeName],
    miniprograms: &[String],
    choices: &Choices,
) -> Result<Vec<AttributeChange>, Fail> {
    let text = if choices.short_external_text { 12 } else { 32 };
    items
        .iter()
        .filter_map(|item| attribute(item, known, Some(miniprograms), text, EXTERNAL).transpose())
        .collect()
}

/// An attribute with its new value; `None` clears it.
pub(super) type AttributeChange = (Arc<str>, Option<AttributeValue>);

/// Returns `None` for an attribute that the console does not define.
fn attribute(
    item: &AttributeForm,
    known: &[AttributeName],
    miniprograms: Option<&[String]>,
    text_length: usize,
    codes: Codes,
) -> Result<Option<AttributeChange>, Fail> {
    let last_kind = if miniprograms.is_some() { 2 } else { 1 };
    if !(0..=last_kind).contains(&item.kind) {
        return Err(Fail::of(codes.kind));
    }
    let Some(attribute) = known.iter().find(|attribute| *attribute.name == *item.name) else {
        return Ok(None);
    };
    if attribute.kind != item.kind {
        return Err(Fail::of(codes.kind));
    }
    let value = match item.kind {
        0 => {
            let text = item.text.as_deref().ok_or_else(|| Fail::of(codes.request))?;
            at_most(text, text_length, codes.text)?;
            (!text.is_empty()).then(|| AttributeValue::Text(text.into()))
        }
        1 => {
            at_most(&item.title, 12, codes.title)?;
            let is_link = item.url.starts_with("http://") || item.url.starts_with("https://");
            match (item.url.is_empty(), item.title.is_empty()) {
                (true, true) => None,
                (false, false) if is_link => Some(AttributeValue::Web {
                    url: item.url.as_str().into(),
                    title: item.title.as_str().into(),
                }),
                (_, false) => return Err(Fail::of(codes.url)),
                (false, true) => return Err(Fail::of(codes.title)),
            }
        }
        _ => {
            at_most(&item.title, 12, codes.app_title)?;
            match (item.appid.is_empty(), item.title.is_empty()) {
                (true, true) => None,
                (false, false) => {
                    if !miniprograms.unwrap_or_default().contains(&item.appid) {
                        return Ok(None);
                    }
                    if item.pagepath.len() > 1024 {
                        return Err(Fail::of(90105));
                    }
                    Some(AttributeValue::Miniprogram {
                        appid: item.appid.as_str().into(),
                        title: item.title.as_str().into(),
                        pagepath: item.pagepath.as_str().into(),
                    })
                }
                _ => return Err(Fail::of(codes.request)),
            }
        }
    };
    Ok(Some((Arc::clone(&attribute.name), value)))
}

/// Returns a list of attributes after changes: replaced as a whole, or only the given ones.
pub(super) fn changed(old: &[Attribute], changes: Vec<AttributeChange>, merge: bool) -> Box<[Attribute]> {
    let mut kept: Vec<Attribute> = if merge { old.to_vec() } else { Vec::new() };
    for (name, value) in changes {
        kept.retain(|attribute| attribute.name != name);
        if let Some(value) = value {
            kept.push(Attribute { name, value });
        }
    }
    kept.into()
}
