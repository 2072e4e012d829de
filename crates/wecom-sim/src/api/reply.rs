//! The reply of a successful call.

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Serialize;

use crate::{
    download::{Download, Wanted, wanted},
    world::Fail,
};

const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=UTF-8");

/// The reply of a successful call: JSON fields after `errcode` and `errmsg`, or a file.
#[derive(Debug)]
pub(crate) enum Reply {
    /// The whole body, and the end of its errmsg.
    Json { body: Vec<u8>, errmsg_end: usize },
    File {
        file: Download,
        /// Maximum size of one download; a larger one is refused (830002).
        largest_piece: u64,
    },
}

impl Reply {
    /// Returns a reply without fields. The texts are `ok`, `created`, `updated` and `deleted`.
    pub(crate) fn said(errmsg: &'static str) -> Self {
        Self::with(errmsg, &serde_json::Map::new())
    }

    /// Returns `ok` with the fields of a struct or map.
    pub(crate) fn ok(fields: &impl Serialize) -> Self {
        Self::with("ok", fields)
    }

    /// Returns a text with the fields of a struct or map.
    pub(crate) fn with(errmsg: &'static str, fields: &impl Serialize) -> Self {
        let mut body = Vec::with_capacity(1024);
        body.extend_from_slice(br#"{"errcode":0,"errmsg":""#);
        // The texts are constants of this crate and need no escaping.
        body.extend_from_slice(errmsg.as_bytes());
        let errmsg_end = body.len();
        body.push(b'"');
        let brace = body.len();
        serde_json::to_writer(&mut body, fields).expect("an answer of plain structs and maps is JSON");
        debug_assert!(body[brace..].starts_with(b"{"), "an answer is an object");
        if body.len() == brace + 2 {
            body.remove(brace);
        } else {
            body[brace] = b',';
        }
        Self::Json { body, errmsg_end }
    }

    pub(crate) fn with_warning(mut self) -> Self {
        if let Self::Json { body, errmsg_end } = &mut self {
            let warning = ". Warning: wrong json format. ".bytes();
            body.splice(*errmsg_end..*errmsg_end, warning);
        }
        self
    }

    /// Returns the JSON of the reply; empty for a file.
    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Json { body, .. } => std::str::from_utf8(body).unwrap_or_default(),
            Self::File { .. } => "",
        }
    }

    pub(crate) fn errcode(&self) -> Option<i32> {
        matches!(self, Self::Json { .. }).then_some(0)
    }

    /// Refuses a download that is too large for one request.
    pub(crate) fn in_pieces(self, request: &HeaderMap) -> Result<Self, Fail> {
        let Self::File { file, largest_piece } = &self else {
            return Ok(self);
        };
        let size = file.content.size();
        let asked = match wanted(request, size) {
            Wanted::Whole => size,
            Wanted::Part(first, last) => last - first + 1,
            Wanted::Unsatisfiable => 0,
        };
        if asked > *largest_piece {
            return Err(Fail::of(830_002));
        }
        Ok(self)
    }

    pub(crate) fn into_response(self, request: &HeaderMap) -> Response {
        match self {
            Self::Json { body, .. } => ([(header::CONTENT_TYPE, JSON)], body).into_response(),
            Self::File { file, .. } => file.respond(request),
        }
    }
}

/// Returns the plain 404 of the real server for an unknown path.
pub(crate) fn unknown_path() -> Response {
    StatusCode::NOT_FOUND.into_response()
}
