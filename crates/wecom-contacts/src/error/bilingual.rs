//! A text in two languages.

use std::{borrow::Cow, fmt};

use serde::{Deserialize, Serialize};

use super::causes;

/// A text in English and Chinese with the same meaning. `Display` writes the English text.
///
/// It also implements [`Error`](std::error::Error). A `Bilingual` that is the cause of another error is reported in both
/// languages.
///
/// In JSON it is an object with the keys `en` and `zh`.
///
/// ```
/// use wecom_contacts::Bilingual;
///
/// let text = Bilingual::new("the reply did not arrive in time", "等待响应超时");
/// assert_eq!(serde_json::to_string(&text).unwrap(), r#"{"en":"the reply did not arrive in time","zh":"等待响应超时"}"#);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Bilingual {
    /// The English text.
    #[serde(rename = "en")]
    pub english: Cow<'static, str>,
    /// The Chinese text.
    #[serde(rename = "zh")]
    pub chinese: Cow<'static, str>,
}

impl Bilingual {
    /// Creates a text in both languages.
    pub fn new(english: impl Into<Cow<'static, str>>, chinese: impl Into<Cow<'static, str>>) -> Self {
        Self { english: english.into(), chinese: chinese.into() }
    }

    /// Creates a text that exists in one language only, such as an error text of another library.
    pub fn untranslated(text: impl Into<Cow<'static, str>>) -> Self {
        let text = text.into();
        Self { english: text.clone(), chinese: text }
    }

    /// Returns the text of an error, without its causes. The common errors of the operating system, of the HTTP client and of
    /// JSON have a Chinese text; other errors are English in both languages.
    pub fn of_error(error: &(dyn std::error::Error + 'static)) -> Self {
        causes::text(error)
    }
}

impl<English, Chinese> From<(English, Chinese)> for Bilingual
where
    English: Into<Cow<'static, str>>,
    Chinese: Into<Cow<'static, str>>,
{
    fn from((english, chinese): (English, Chinese)) -> Self {
        Self::new(english, chinese)
    }
}

impl fmt::Display for Bilingual {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.english)
    }
}

impl std::error::Error for Bilingual {}
