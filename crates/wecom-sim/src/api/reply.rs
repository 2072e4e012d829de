//! A successful answer.

use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use serde::Serialize;

/// A successful answer: JSON fields behind `errcode` and `errmsg`, or a file.
#[derive(Debug)]
pub(crate) enum Reply {
    Json {
        errmsg: String,
        fields: Vec<u8>,
    },
    File {
        name: String,
        content_type: String,
        bytes: Bytes,
    },
}

impl Reply {
    /// An answer without fields: `ok`, `created`, `updated`, `deleted`.
    pub(crate) fn said(errmsg: &'static str) -> Self {
        Self::Json {
            errmsg: errmsg.into(),
            fields: b"{}".to_vec(),
        }
    }

    /// `ok` with the fields of a struct or map.
    pub(crate) fn ok(fields: &impl Serialize) -> Self {
        Self::with("ok", fields)
    }

    /// A word with the fields of a struct or map.
    pub(crate) fn with(errmsg: &'static str, fields: &impl Serialize) -> Self {
        let fields = serde_json::to_vec(fields).expect("an answer of plain structs and maps is JSON");
        debug_assert!(fields.starts_with(b"{"), "an answer is an object");
        Self::Json {
            errmsg: errmsg.into(),
            fields,
        }
    }

    pub(crate) fn with_warning(self) -> Self {
        match self {
            Self::Json { errmsg, fields } => Self::Json {
                errmsg: format!("{errmsg}. Warning: wrong json format. "),
                fields,
            },
            file @ Self::File { .. } => file,
        }
    }

    pub(crate) fn errcode(&self) -> Option<i32> {
        matches!(self, Self::Json { .. }).then_some(0)
    }

    pub(crate) fn into_response(self, _request: &HeaderMap) -> Response {
        match self {
            Self::Json { errmsg, fields } => {
                let mut body = Vec::with_capacity(fields.len() + errmsg.len() + 32);
                body.extend_from_slice(br#"{"errcode":0,"errmsg":""#);
                // The words are our own and need no escaping.
                body.extend_from_slice(errmsg.as_bytes());
                body.push(b'"');
                if fields.len() > 2 {
                    body.push(b',');
                }
                body.extend_from_slice(&fields[1..]);
                ([(header::CONTENT_TYPE, "application/json; charset=UTF-8")], body).into_response()
            }
            Self::File {
                name,
                content_type,
                bytes,
            } => {
                let disposition = format!("attachment; filename=\"{name}\"");
                (
                    [
                        (header::CONTENT_TYPE, content_type),
                        (header::CONTENT_DISPOSITION, disposition),
                    ],
                    bytes,
                )
                    .into_response()
            }
        }
    }
}

/// The real server answers a path it does not know with a plain 404.
pub(crate) fn unknown_path() -> Response {
    StatusCode::NOT_FOUND.into_response()
}
