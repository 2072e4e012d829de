//! The table of error codes (全局错误码): the meaning, the remedy and the class of each code.
//!
//! Official: [全局错误码](https://developer.work.weixin.qq.com/document/path/90313)

mod table;

use std::fmt;

use serde::{Deserialize, Serialize};

use self::table::TABLE;

/// A WeCom errcode. As JSON it is a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ErrorCode(pub i32);

/// The meaning and the remedy of an error code.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct CodeInfo {
    /// The code.
    pub code: ErrorCode,
    /// The class, which determines how callers treat the error.
    pub class: Class,
    /// The meaning in Chinese.
    pub chinese: &'static str,
    /// The meaning in English.
    pub english: &'static str,
    /// The remedy in English. Empty if the meaning is sufficient.
    pub remedy: &'static str,
    /// The remedy in Chinese (排查方法).
    pub remedy_chinese: &'static str,
    /// Whether the call certainly did not run, but can succeed moments later. Such calls are retried, including writes.
    pub did_not_execute: bool,
}

impl CodeInfo {
    const fn did_not_execute(self) -> Self {
        Self { did_not_execute: true, ..self }
    }
}

/// The class of an error, which determines how callers treat it. The first classes belong to errcodes, the others to
/// errors without an errcode. In JSON it is the name in `snake_case`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Class {
    /// The token is invalid. Fetch a new one and repeat the call once.
    RefreshToken,
    /// The call frequency is too high. Call less often.
    RateLimited,
    /// The server is busy. Wait and repeat the call.
    ServerBusy,
    /// A temporary obstacle, such as a running job. Try again later.
    Retry,
    /// The credential has no permission.
    Permission,
    /// The IP has no permission.
    IpNotAllowed,
    /// The object does not exist, or the credential cannot view it.
    NotFound,
    /// The object already exists.
    AlreadyExists,
    /// A value is invalid.
    InvalidArgument,
    /// Another caller is changing the same object, or the object is still in use.
    Conflict,
    /// A limit of size or number is reached.
    Quota,
    /// The corp id or the secret is wrong. Stop; further attempts are useless.
    BadCredentials,
    /// The connection failed or broke.
    Network,
    /// The reply did not arrive in time.
    Timeout,
    /// The reply came from another server than WeCom's, such as a proxy.
    #[serde(rename = "not_wecom")]
    NotWeCom,
    /// The reply or the file is incomplete, too large, or differs from its documentation.
    UnusableAnswer,
    /// A callback or a file is not authentic, or is meant for another corp.
    NotAuthentic,
    /// The configuration is invalid.
    Configuration,
    /// The request could not be written, so it was not sent.
    Unwritable,
    /// The job has not finished and is still running.
    StillRunning,
    /// The job failed as a whole.
    JobFailed,
    /// The user's own token source returned an error.
    TokenSource,
    /// The errcode is missing from the official table.
    #[serde(other)]
    Unknown,
}

impl ErrorCode {
    /// 40014: the access token is invalid or expired.
    pub const INVALID_TOKEN: Self = Self(40014);
    /// 42001: the access token has expired.
    pub const EXPIRED_TOKEN: Self = Self(42001);
    /// 45009: the call's frequency limit is exceeded. WeCom closes the call to the corp until the end of the limit's
    /// window.
    pub const FREQUENCY_LIMIT: Self = Self(45009);
    /// 302008: another import is running. The next import must wait until it ends.
    pub const IMPORT_RUNNING: Self = Self(302_008);

    /// Returns all codes of the table, in order.
    pub fn all() -> impl ExactSizeIterator<Item = &'static CodeInfo> {
        TABLE.iter()
    }

    /// Returns the meaning and remedy of the code, or `None` if the official table lacks it.
    pub fn info(self) -> Option<&'static CodeInfo> {
        let index = TABLE.binary_search_by_key(&self, |info| info.code).ok()?;
        Some(&TABLE[index])
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

const fn row(
    code: i32,
    class: Class,
    chinese: &'static str,
    english: &'static str,
    remedy: &'static str,
    remedy_chinese: &'static str,
) -> CodeInfo {
    CodeInfo {
        code: ErrorCode(code),
        class,
        chinese,
        english,
        remedy,
        remedy_chinese,
        did_not_execute: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_names_no_code_twice() {
        assert!(TABLE.is_sorted_by(|one, next| one.code < next.code));
    }

    #[test]
    fn every_row_speaks_both_languages() {
        let is_chinese = |text: &str| text.chars().any(|letter| ('\u{4e00}'..='\u{9fff}').contains(&letter));
        for info in ErrorCode::all() {
            assert!(is_chinese(info.chinese) && !info.english.is_empty(), "{}", info.code);
            assert!(!is_chinese(info.english), "{}", info.code);
            assert_eq!(info.remedy.is_empty(), info.remedy_chinese.is_empty(), "{}", info.code);
        }
    }

    /// The codes about contacts in the official table of 2026-07, as ranges.
    #[rustfmt::skip]
    const OFFICIAL: &[(i32, i32)] = &[
        (-1, -1), (6000, 6000), (40001, 40001), (40003, 40007), (40009, 40009), (40011, 40011),
        (40013, 40014), (40029, 40029), (40031, 40033), (40035, 40035), (40057, 40058), (40063, 40063),
        (40066, 40066), (40068, 40068), (40070, 40073), (40082, 40082), (40088, 40089), (40091, 40092),
        (40123, 40123), (40125, 40126), (40133, 40133), (40141, 40141), (40145, 40146), (40206, 40210),
        (41001, 41002), (41004, 41004), (41006, 41006), (41009, 41009), (41017, 41019), (41024, 41024),
        (41036, 41036), (41066, 41066), (42001, 42001), (42003, 42003), (42007, 42007), (42009, 42009),
        (42022, 42022), (43004, 43004), (43012, 43012), (44001, 44001), (45001, 45001), (45009, 45009),
        (45024, 45024), (45026, 45026), (45029, 45031), (45033, 45033), (45035, 45036), (46004, 46004),
        (48001, 48006), (48008, 48011), (49004, 49004), (50001, 50003), (50006, 50006), (50100, 50100),
        (60001, 60001), (60003, 60011), (60020, 60021), (60030, 60031), (60102, 60107), (60110, 60112),
        (60123, 60125), (60127, 60127), (60129, 60129), (60132, 60132), (60136, 60136), (60141, 60148),
        (60150, 60152), (60214, 60214), (60229, 60229), (60238, 60238), (60257, 60257), (60267, 60275),
        (81001, 81003), (81011, 81015), (81017, 81017), (81026, 81026), (81031, 81034), (82001, 82003),
        (84014, 84015), (84025, 84025), (84090, 84090), (85006, 85007), (85011, 85011), (90100, 90106),
        (92000, 92003), (301002, 301002), (301005, 301005), (301007, 301007), (301012, 301017),
        (301019, 301019), (301021, 301021), (301036, 301036), (301042, 301042), (302003, 302008),
        (670001, 670035), (710803, 710803), (830001, 830003), (846000, 846000), (2000002, 2000002),
    ];

    #[test]
    fn every_code_around_contacts_has_its_row() {
        for code in OFFICIAL.iter().flat_map(|&(first, last)| first..=last) {
            assert!(ErrorCode(code).info().is_some(), "{code}");
        }
        assert!(ErrorCode(0).info().is_none() && ErrorCode(40002).info().is_none());
    }

    #[test]
    fn codes_that_overlap_are_treated_alike() {
        for (one, other) in [(60001, 60125), (60003, 60123), (60004, 60124), (40014, 42001), (41004, 41024)] {
            assert_eq!(ErrorCode(one).info().unwrap().class, ErrorCode(other).info().unwrap().class, "{one}");
        }
    }
}
