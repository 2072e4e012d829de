//! Reports of errors for users and programs.

use std::{
    fmt::{self, Display, Formatter},
    time::Duration,
};

use serde::{Deserialize, Serialize};

use super::{Bilingual, Error, ErrorKind, causes, remedies, texts};
use crate::{Class, ErrorCode};

/// The report of an error for users and programs. A command, a service and a log can therefore show the same text.
///
/// [`Error::report`] creates it. It contains no secrets, tokens or personal data, except for the data in the server's
/// `errmsg`.
///
/// # JSON
///
/// The format is stable: new keys can be added, and existing keys keep their meaning. Every key is always present; `null`
/// means unknown. `class` is the name of a [`Class`] in `snake_case`.
///
/// ```
/// use wecom_contacts::Error;
///
/// let report = Error::refused("user/get", 60111, "userid not found, hint: [1]").report();
/// assert_eq!(
///     serde_json::to_value(&report).unwrap(),
///     serde_json::json!({
///         "class": "not_found",
///         "call": "user/get",
///         "errcode": 60111,
///         "errmsg": "userid not found, hint: [1]",
///         "message": {
///             "en": "`user/get`: no member has this userid UserID不存在 (errcode 60111): userid not found, hint: [1]",
///             "zh": "`user/get`：UserID不存在（errcode 60111）：userid not found, hint: [1]",
///         },
///         "causes": [],
///         "remedies": [{
///             "en": "check the spelling and the app's visible range",
///             "zh": "检查拼写以及应用的可见范围",
///         }],
///         "retry_after_seconds": null,
///         "may_have_applied": false,
///     })
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ErrorReport {
    /// The class of the error.
    pub class: Class,
    /// The call that failed, as its path below `cgi-bin/`.
    pub call: Option<String>,
    /// The errcode, if WeCom refused the call.
    pub errcode: Option<ErrorCode>,
    /// The server's text, including the hint id, if WeCom refused the call. It is cut after 4 KiB.
    pub errmsg: Option<String>,
    /// The error as one sentence. The English text is the error's `Display`.
    pub message: Bilingual,
    /// The causes, outermost first. A library's text without a translation is English in both languages.
    pub causes: Vec<Bilingual>,
    /// The remedies, the most likely first. Empty if the message is sufficient.
    pub remedies: Vec<Bilingual>,
    /// The time to wait before the same call can succeed, if known. In JSON it is rounded up to whole seconds, as in
    /// HTTP's `Retry-After`.
    #[serde(rename = "retry_after_seconds", with = "seconds")]
    pub retry_after: Option<Duration>,
    /// Whether the call changes data and may have applied the change: see [`Error::may_have_applied`].
    pub may_have_applied: bool,
}

impl Error {
    /// Returns the report of this error for users and programs, in English and in Chinese.
    pub fn report(&self) -> ErrorReport {
        let errmsg = match self.kind() {
            ErrorKind::Refused { errmsg, .. } => Some(errmsg.clone()),
            _ => None,
        };
        ErrorReport {
            class: self.class(),
            call: self.call().map(str::to_owned),
            errcode: self.code(),
            errmsg,
            message: Bilingual::new(self.to_string(), InChinese(self).to_string()),
            causes: causes::of(self),
            remedies: remedies::remedy(self).map(Bilingual::from).into_iter().collect(),
            retry_after: self.retry_after(),
            may_have_applied: self.may_have_applied(),
        }
    }
}

struct InChinese<'a>(&'a Error);

impl Display for InChinese<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        texts::chinese(self.0, f)
    }
}

mod seconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(
        time: &Option<Duration>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let round_up = |time: &Duration| time.as_secs().saturating_add((time.subsec_nanos() > 0).into());
        time.as_ref().map(round_up).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Duration>, D::Error> {
        Ok(Option::deserialize(deserializer)?.map(Duration::from_secs))
    }
}

#[cfg(test)]
mod tests;
