//! The rule of WeCom that a value of a roster breaks.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The rule of WeCom that a value breaks. No text quotes the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ValueRule {
    /// The value has another number of bytes than the field takes.
    Bytes {
        /// Number of bytes of the value.
        count: usize,
        /// Minimum number of bytes.
        shortest: usize,
        /// Maximum number of bytes.
        longest: usize,
    },
    /// The value has another number of characters than the field takes.
    Characters {
        /// Number of characters of the value.
        count: usize,
        /// Minimum number of characters.
        shortest: usize,
        /// Maximum number of characters.
        longest: usize,
    },
    /// A userid has letters, digits, `_`, `-`, `@` and `.`, and begins with a letter or a digit.
    Userid,
    /// The value is not a mobile number.
    Mobile,
    /// The value is not a mail address.
    Email,
    /// A telephone number has digits, `-`, `+` and commas.
    Telephone,
    /// The gender is 1 or 2.
    Gender,
    /// WeCom does not take the value.
    Other,
    /// The attribute is a link or a mini program, which a text does not replace.
    NotText,
}

impl fmt::Display for ValueRule {
    /// Writes the rule in English.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bytes { count, shortest, longest } => {
                return write!(f, "it has {count} bytes, and WeCom takes {shortest} to {longest}");
            }
            Self::Characters { count, shortest, longest } => {
                return write!(f, "it has {count} characters, and WeCom takes {shortest} to {longest}");
            }
            Self::Userid => "it takes letters, digits, _ - @ and ., and begins with a letter or a digit",
            Self::Mobile => "it is not a mobile number",
            Self::Email => "it is not a mail address",
            Self::Telephone => "it takes digits, -, + and commas",
            Self::Gender => "it takes 1 and 2",
            Self::Other => "WeCom does not take it",
            Self::NotText => "it is a link or a mini program in the console",
        })
    }
}
