//! Personal values as a plan shows them. They are masked as in the view `members` of the mirror.

use serde_json::Value;

/// Whether personal values are masked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Masking {
    /// `****0014`, `z***@example.com`, `***`.
    Masked,
    /// As they are.
    Unmasked,
}

impl Masking {
    /// The masking of a command with this `--unmask`.
    pub(crate) fn of(unmask: bool) -> Self {
        if unmask { Self::Unmasked } else { Self::Masked }
    }

    /// Returns the value of a field as text.
    pub(super) fn text(self, field: &str, value: &Value) -> String {
        let text = plain(field, value);
        if self == Self::Unmasked || text.is_empty() {
            return text;
        }
        match field {
            "mobile" | "telephone" => last_digits(&text),
            "email" | "biz_mail" => mail(&text),
            "address" | "extattr" | "external_profile" => "***".to_owned(),
            _ => text,
        }
    }
}

fn last_digits(text: &str) -> String {
    let count = text.chars().count();
    let rest: String = text.chars().skip(count.saturating_sub(4)).collect();
    if count > 4 { format!("****{rest}") } else { "****".to_owned() }
}

fn mail(text: &str) -> String {
    match text.find('@') {
        Some(at) if at > 0 => format!("{}***{}", text.chars().next().unwrap_or_default(), &text[at..]),
        _ => "***".to_owned(),
    }
}

/// A value as text: codes in words, lists joined by commas, objects as JSON.
fn plain(field: &str, value: &Value) -> String {
    match (field, value) {
        ("gender", Value::String(code)) => gender(code).to_owned(),
        ("gender", Value::Number(code)) => gender(&code.to_string()).to_owned(),
        (_, Value::Null) => String::new(),
        (_, Value::String(text)) => text.clone(),
        (_, Value::Array(items)) => {
            items.iter().map(|item| plain(field, item)).collect::<Vec<_>>().join(", ")
        }
        (_, value) => value.to_string(),
    }
}

fn gender(code: &str) -> &str {
    match code {
        "0" => "未定义",
        "1" => "男",
        "2" => "女",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn personal_values_are_masked_as_in_the_views_of_the_mirror() {
        for (field, value, shown) in [
            ("mobile", "13800000014", "****0014"),
            ("mobile", "+85260000014", "****0014"),
            ("telephone", "1234", "****"),
            ("email", "zhangsan@example.com", "z***@example.com"),
            ("biz_mail", "@example.com", "***"),
            ("address", "广州市", "***"),
            ("mobile", "", ""),
            ("position", "顾问", "顾问"),
        ] {
            assert_eq!(Masking::Masked.text(field, &json!(value)), shown, "{field}");
            assert_eq!(Masking::Unmasked.text(field, &json!(value)), value, "{field}");
        }
        assert_eq!(Masking::Masked.text("gender", &json!("2")), "女");
        assert_eq!(Masking::Masked.text("direct_leader", &json!(["a", "b"])), "a, b");
    }
}
