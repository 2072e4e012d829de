//! The reply of a refused call.

use std::net::IpAddr;

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, header};

use crate::{clock::Millis, world::Fail};

/// The reply of a refused call.
pub(crate) struct Refusal {
    code: i32,
    errmsg: String,
    pub(crate) body: String,
}

impl Fail {
    /// Builds the reply: an errcode in an HTTP 200, with empty lists for the keys in `empty`.
    pub(crate) fn refusal(self, now: Millis, ip: IpAddr, empty: &[&str]) -> Refusal {
        let Self { code, text, bare } = self;
        let errmsg = if bare {
            text.into_owned()
        } else {
            // Newer hints are one string of digits; the first ten are the time.
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
        Refusal { code, errmsg, body: serde_json::Value::Object(body).to_string() }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let Self { code, errmsg, body } = self;
        let mut response =
            ([(header::CONTENT_TYPE, "application/json; charset=UTF-8")], body).into_response();
        response.headers_mut().insert("Error-Code", HeaderValue::from(code));
        if let Ok(text) = HeaderValue::from_str(&errmsg) {
            response.headers_mut().insert("Error-Msg", text);
        }
        response
    }
}
