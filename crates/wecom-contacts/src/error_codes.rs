//! The one table of error codes (全局错误码): what each means, what to do, and how callers treat it.
//!
//! Official: [全局错误码](https://developer.work.weixin.qq.com/document/path/90313)

use std::fmt;

/// A WeCom errcode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
    }
}

/// Sorted by code.
#[rustfmt::skip]
static TABLE: &[CodeInfo] = &[
    row(-1, Class::ServerBusy, "系统繁忙", "the system is busy", "try again later, at most 3 times", "稍后重试，最多 3 次"),
    row(40014, Class::RefreshToken, "不合法的access_token", "invalid access token", "fetch a new token (the SDK does, once)", "重新获取 access_token（SDK 会自动重取一次）"),
    row(42001, Class::RefreshToken, "access_token已过期", "access token expired", "fetch a new token (the SDK does, once)", "重新获取 access_token（SDK 会自动重取一次）"),
    row(60111, Class::NotFound, "UserID不存在", "no member has this userid", "check the spelling and the app's visible range", "检查拼写以及应用的可见范围"),
];
