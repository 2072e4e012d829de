//! Masking for logs, `Debug` and error texts. They show the structure of data, but neither secrets nor personal
//! values.

use std::fmt;

/// A value that `Debug` masks. The mask distinguishes absent, empty and present values: WeCom omits the fields that it
/// hides from a credential, so an absent value and an empty one have different meanings.
pub(crate) trait Mask {
    fn mask(&self) -> &'static str {
        "***"
    }
}

impl Mask for String {
    fn mask(&self) -> &'static str {
        if self.is_empty() { "(empty)" } else { "***" }
    }
}

impl<T> Mask for Vec<T> {
    fn mask(&self) -> &'static str {
        if self.is_empty() { "(empty)" } else { "***" }
    }
}

impl<T: Mask> Mask for Option<T> {
    fn mask(&self) -> &'static str {
        self.as_ref().map_or("(absent)", Mask::mask)
    }
}

impl<T: Mask> Mask for crate::Seen<T> {
    fn mask(&self) -> &'static str {
        self.known().map_or("(hidden)", Mask::mask)
    }
}

impl<T> Mask for crate::Patch<T> {
    fn mask(&self) -> &'static str {
        match self {
            Self::Keep => "(kept)",
            Self::Clear => "(cleared)",
            Self::Set(_) => "***",
        }
    }
}

impl Mask for bool {}
impl Mask for crate::MediaId {}
impl Mask for crate::OpenId {}
impl Mask for crate::members::BizMailAlias {}
impl Mask for crate::members::ExtAttr {}
impl Mask for crate::members::ExternalProfile {}
impl Mask for crate::members::Gender {}

/// A field of which only the result of [`Mask::mask`] is shown.
pub(crate) struct Masked(&'static str);

impl Masked {
    pub(crate) fn plain(value: &impl Mask) -> Self {
        Self(value.mask())
    }
}

impl fmt::Debug for Masked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// Implements `Debug` for a struct. It shows the fields before the bar and masks those after it.
macro_rules! masked_debug {
    ($type:ident { $($shown:ident),* $(,)? | $($hidden:ident),* $(,)? }) => {
        impl std::fmt::Debug for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($type))
                    $(.field(stringify!($shown), &self.$shown))*
                    $(.field(stringify!($hidden), &$crate::redact::Masked::plain(&self.$hidden)))*
                    .finish()
            }
        }
    };
}

/// Keys whose values may be logged: ids, codes, counts and states. All other values are masked.
const SHOWN: &[&str] = &[
    "action",
    "agentid",
    "block_size",
    "created_at",
    "department",
    "department_id",
    "enable",
    "errcode",
    "errmsg",
    "expires_in",
    "fetch_child",
    "id",
    "invalidlist",
    "invalidparty",
    "invalidtag",
    "invaliduser",
    "is_leader_in_dept",
    "jobid",
    "limit",
    "main_department",
    "order",
    "parentid",
    "partyid",
    "partylist",
    "percentage",
    "size",
    "status",
    "tagid",
    "to_invite",
    "total",
    "type",
    "userid",
    "useridlist",
];

/// Returns a JSON body with all values masked except ids, codes, counts and states. A body that is not JSON is replaced
/// by its size.
pub(crate) fn body(bytes: &[u8]) -> String {
    fn mask(value: &mut serde_json::Value, shown: bool) {
        use serde_json::Value;
        match value {
            Value::Object(map) => {
                for (key, value) in map.iter_mut() {
                    mask(value, SHOWN.contains(&key.as_str()));
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| mask(item, shown)),
            Value::String(text) if !shown && !text.is_empty() => *text = "***".to_owned(),
            Value::Number(_) if !shown => *value = Value::from("***"),
            _ => {}
        }
    }
    if bytes.is_empty() {
        return String::new();
    }
    match serde_json::from_slice(bytes) {
        Ok(mut value) => {
            mask(&mut value, false);
            value.to_string()
        }
        Err(_) => format!("({} bytes, not JSON)", bytes.len()),
    }
}

/// Maximum length of a server's text in an error or a log, in bytes. The hint id of an errmsg lies well within it.
const LONGEST_TEXT: usize = 4 << 10;

/// Returns a server's text, truncated if it is longer than the limit.
pub(crate) fn shortened(mut text: String) -> String {
    if text.len() > LONGEST_TEXT {
        let whole = text.len();
        text.truncate(text.floor_char_boundary(LONGEST_TEXT));
        text.push_str(&format!("… ({whole} bytes)"));
        text.shrink_to_fit();
    }
    text
}

/// Returns a decoding error without the faulty value. Serde quotes it, and it may be a personal datum.
pub(crate) fn json_error(error: serde_json::Error) -> serde_json::Error {
    if !error.is_data() {
        return error;
    }
    let text = error.to_string();
    match (text.find(['"', '`']), text.rfind(", expected")) {
        (Some(from), Some(to)) if from < to => {
            serde::de::Error::custom(format!("{}***{}", &text[..from], &text[to..]))
        }
        _ => error,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    #[test]
    fn a_decoding_error_says_where_and_not_what() {
        #[derive(Debug, serde::Deserialize)]
        struct Reply {
            #[expect(dead_code, reason = "never decodes")]
            order: Vec<u32>,
        }
        for value in [json!("13800000000"), json!("x\", expected y"), json!(-138)] {
            let body = json!({"order": [value]}).to_string();
            let error = super::json_error(serde_json::from_str::<Reply>(&body).unwrap_err());
            let text = error.to_string();
            assert!(text.contains("***, expected u32 at line 1 column"), "{text}");
            assert!(!text.contains("138"), "{text}");
            assert_eq!(error.line(), 1);
        }
        let missing = super::json_error(serde_json::from_str::<Reply>("{}").unwrap_err());
        assert!(missing.to_string().contains("missing field `order`"));
    }

    #[test]
    fn a_long_text_is_cut_between_two_characters() {
        let short = "口令".repeat(600);
        assert_eq!(super::shortened(short.clone()), short);
        let cut = super::shortened("口".repeat(3 << 20));
        assert_eq!(cut.len(), 4095 + "… (9437184 bytes)".len());
        assert!(cut.ends_with("口… (9437184 bytes)"), "{cut}");
    }

    #[test]
    fn a_logged_body_keeps_ids_and_masks_the_rest() {
        let body = json!({"errcode": 0, "access_token": "T", "n": 5, "userlist": [{"userid": "zhangsan", "mobile": "1380", "department": [2], "name": ""}]});
        let logged: Value = serde_json::from_str(&super::body(body.to_string().as_bytes())).unwrap();
        assert_eq!(
            logged,
            json!({"errcode": 0, "access_token": "***", "n": "***", "userlist": [{"userid": "zhangsan", "mobile": "***", "department": [2], "name": ""}]})
        );
        assert_eq!(super::body(b"<html>T"), "(7 bytes, not JSON)");
    }
}
