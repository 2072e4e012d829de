//! A refusal, in WeCom's own words.

use std::{borrow::Cow, net::IpAddr};

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, header};

use crate::clock::Millis;

/// A refusal: an errcode in an HTTP 200.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fail {
    pub(crate) code: i32,
    text: Cow<'static, str>,
    /// Documented refusals whose text ends without the hint.
    bare: bool,
}

impl Fail {
    pub(crate) fn new(code: i32, text: impl Into<Cow<'static, str>>) -> Self {
        Self {
            code,
            text: text.into(),
            bare: false,
        }
    }

    /// A refusal with the usual text of its code.
    pub(crate) fn of(code: i32) -> Self {
        Self::new(code, text_of(code))
    }

    /// A refusal whose documented text carries no hint.
    pub(crate) fn bare(code: i32, text: &'static str) -> Self {
        Self {
            bare: true,
            ..Self::new(code, text)
        }
    }

    pub(crate) fn with_warning(self) -> Self {
        Self {
            text: format!("Warning: wrong json format. {}", self.text).into(),
            ..self
        }
    }

    /// The text alone, as job results carry it.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn into_response(self, now: Millis, ip: IpAddr, empty: &[&str]) -> Response {
        let Self { code, text, bare } = self;
        let errmsg = if bare {
            text.into_owned()
        } else {
            // The newer hints are one digit string; its first ten are the time.
            let hint = format!("{}{:013}", now / 1000, fastrand::u64(..10_000_000_000_000));
            format!(
                "{text}, hint: [{hint}], from ip: {ip}, more info at https://open.work.weixin.qq.com/devtool/query?e={code}"
            )
        };
        let mut body = serde_json::Map::new();
        body.insert("errcode".into(), code.into());
        body.insert("errmsg".into(), errmsg.clone().into());
        for key in empty {
            body.insert((*key).into(), serde_json::Value::Array(Vec::new()));
        }
        let body = serde_json::Value::Object(body).to_string();
        let mut response =
            ([(header::CONTENT_TYPE, "application/json; charset=UTF-8")], body).into_response();
        response
            .headers_mut()
            .insert("Error-Code", HeaderValue::from(code));
        if let Ok(text) = HeaderValue::from_str(&errmsg) {
            response.headers_mut().insert("Error-Msg", text);
        }
        response
    }
}

/// The usual texts: those seen in the wild where there are such, else a plain description.
fn text_of(code: i32) -> &'static str {
    match code {
        -1 => "system busy",
        40001 => "invalid credential",
        40003 => "invalid userid",
        40004 => "invalid media type",
        40005 => "invalid file type",
        40006 => "invalid file size",
        40007 => "invalid media_id",
        40009 => "invalid image size",
        40011 => "invalid video size",
        40013 => "invalid corpid",
        40014 => "invalid access_token",
        40057 => "invalid callback url",
        40058 => "invalid Request Parameter",
        40063 => "some parameters are empty",
        40088 => "invalid jobid",
        40089 => "batch job result has been cleaned",
        40092 => "invalid import file",
        40123 => "invalid image content",
        41001 => "access_token missing",
        41002 => "corpid missing",
        41004 => "corpsecret missing",
        41006 => "media_id missing",
        41009 => "missing userid",
        42001 => "access_token expired",
        44001 => "empty media data",
        45001 => "media size out of limit",
        45009 => "api freq out of limit",
        45026 => "too many members to delete",
        48002 => "api forbidden",
        48009 => "api forbidden for contact assistant",
        60011 => "no privilege to access/modify contact/party/agent",
        60020 => "not allow to access from your ip",
        60111 => "userid not found",
        301_016 => "invalid voice format",
        301_017 => "voice longer than 60 seconds",
        301_019 => "file md5 mismatch",
        302_003 => "duplicate userid in the import file",
        302_004 => "invalid department structure",
        302_006 => "duplicate department id in the import file",
        302_007 => "duplicate department name under one parent",
        302_008 => "another import job is running",
        830_001 => "invalid source url",
        830_002 => "file or range too large",
        830_003 => "download from the source url failed",
        _ => "invalid Request Parameter",
    }
}
