//! The one table of error codes (全局错误码): what each means, what to do, and how callers treat it.
//!
//! Official: [全局错误码](https://developer.work.weixin.qq.com/document/path/90313)

mod table;

use std::fmt;

use self::table::TABLE;

/// A WeCom errcode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct ErrorCode(pub i32);

/// What a code means and what to do about it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct CodeInfo {
    /// The code.
    pub code: ErrorCode,
    /// How callers treat it.
    pub class: Class,
    /// The meaning in Chinese.
    pub chinese: &'static str,
    /// The meaning in English.
    pub english: &'static str,
    /// What to try, in English; empty where the meaning says it all.
    pub remedy: &'static str,
    /// What to try, in Chinese (排查方法).
    pub remedy_chinese: &'static str,
    /// Whether the call surely did not execute and may well pass moments later, so that it is repeated whatever it does.
    pub did_not_execute: bool,
}

impl CodeInfo {
    const fn did_not_execute(self) -> Self {
        Self { did_not_execute: true, ..self }
    }
}

/// How callers treat a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Class {
    /// The token is dead: fetch another and repeat once.
    RefreshToken,
    /// Slow down.
    RateLimited,
    /// The server is busy: back off and repeat.
    ServerBusy,
    /// Something passing is in the way, such as a job that still runs: try again later.
    Retry,
    /// This credential may not do that.
    Permission,
    /// This IP may not do that.
    IpNotAllowed,
    /// There is no such thing, or not for this credential.
    NotFound,
    /// It is there already.
    AlreadyExists,
    /// A value is wrong.
    InvalidArgument,
    /// Somebody changes the same thing at once, or it is still in use.
    Conflict,
    /// A ceiling on size or number is reached.
    Quota,
    /// The corp id or the secret is wrong: stop, do not loop.
    BadCredentials,
}

impl ErrorCode {
    /// 40014: the access token is illegal, or expired.
    pub const INVALID_TOKEN: Self = Self(40014);
    /// 42001: the access token is expired.
    pub const EXPIRED_TOKEN: Self = Self(42001);
    /// 45009: the call's frequency limit is exceeded, and the call is closed to the corp for as long as the limit's window.
    pub const FREQUENCY_LIMIT: Self = Self(45009);
    /// 302008: an import is running already, and the next waits for its end.
    pub const IMPORT_RUNNING: Self = Self(302_008);

    /// All codes of the table, in order.
    pub fn all() -> impl ExactSizeIterator<Item = &'static CodeInfo> {
        TABLE.iter()
    }

    /// What the code means; `None` for one that the official table does not have.
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

    /// The codes around contacts in the official table of 2026-07, as ranges.
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
