//! Reads the input of the control surface and explains what is wrong with it.

use axum::{
    Json,
    extract::{FromRequest, FromRequestParts, Request},
    response::{IntoResponse, Response},
};
use http::{StatusCode, request::Parts};
use http_body_util::{BodyExt, Limited};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};

use crate::console::ConsoleError;

/// Maximum size of a body. No set-up is larger.
const BODY_LIMIT: usize = 1 << 20;

/// A refusal: a status of 400 or above with `{"error": …}`.
#[derive(Debug)]
pub(super) struct Refused {
    status: StatusCode,
    error: String,
    errcode: Option<i32>,
}

impl Refused {
    pub(super) fn new(status: StatusCode, error: impl ToString) -> Self {
        Self { status, error: error.to_string(), errcode: None }
    }

    pub(super) fn bad(error: impl ToString) -> Self {
        Self::new(StatusCode::BAD_REQUEST, error)
    }
}

impl From<ConsoleError> for Refused {
    fn from(error: ConsoleError) -> Self {
        let status = match &error {
            ConsoleError::UnknownAction { .. } => StatusCode::NOT_FOUND,
            ConsoleError::Input { .. } => StatusCode::BAD_REQUEST,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        };
        Self { errcode: error.errcode(), ..Self::new(status, error) }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let mut body = json!({"error": self.error});
        if let Some(errcode) = self.errcode {
            body["errcode"] = errcode.into();
        }
        (self.status, Json(body)).into_response()
    }
}

/// A JSON body with any content type; an empty body counts as `{}`.
pub(super) struct Input<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Input<T> {
    type Rejection = Refused;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Refused> {
        let body = Limited::new(request.into_body(), BODY_LIMIT)
            .collect()
            .await
            .map_err(|_| Refused::new(StatusCode::PAYLOAD_TOO_LARGE, "the body is too large or was cut off"))?
            .to_bytes();
        let body: &[u8] = if body.trim_ascii().is_empty() { b"{}" } else { &body };
        serde_json::from_slice(body)
            .map(Self)
            .map_err(|error| Refused::bad(format!("the body cannot be read: {error}")))
    }
}

/// The parsed query.
pub(super) struct StrictQuery<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for StrictQuery<T> {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Refused> {
        let query = parts.uri.query().unwrap_or_default();
        // Numbers and booleans are read as JSON, everything else as text.
        let fields: Map<String, Value> = url::form_urlencoded::parse(query.as_bytes())
            .map(|(key, value)| {
                let value = match serde_json::from_str(&value) {
                    Ok(plain @ (Value::Bool(_) | Value::Number(_))) => plain,
                    _ => Value::String(value.into_owned()),
                };
                (key.into_owned(), value)
            })
            .collect();
        serde_json::from_value(Value::Object(fields))
            .map(Self)
            .map_err(|error| Refused::bad(format!("the query cannot be read: {error}")))
    }
}

/// Changes the given fields of a value; unknown fields are refused.
pub(super) fn merged<T: Serialize + DeserializeOwned>(
    old: &T,
    changes: Map<String, Value>,
) -> Result<T, Refused> {
    let Ok(Value::Object(mut fields)) = serde_json::to_value(old) else {
        return Err(Refused::new(StatusCode::INTERNAL_SERVER_ERROR, "not an object"));
    };
    for (key, value) in changes {
        match fields.get_mut(&key) {
            Some(field) => *field = value,
            None => return Err(Refused::bad(format!("unknown field `{key}`"))),
        }
    }
    serde_json::from_value(Value::Object(fields))
        .map_err(|error| Refused::bad(format!("the body cannot be read: {error}")))
}
