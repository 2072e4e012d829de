//! Reads the input of the control surface and explains what is wrong with it.

use std::{borrow::Cow, marker::PhantomData};

use axum::{
    Json,
    extract::{FromRequest, FromRequestParts, Request},
    response::{IntoResponse, Response},
};
use http::{StatusCode, request::Parts};
use http_body_util::{BodyExt, Limited};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use crate::console::ConsoleError;

/// Maximum size of a body, except that of a seed.
pub(crate) const BODY_LIMIT: usize = 1 << 20;

/// An empty body, or one without fields.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nothing {}

/// A refusal: a status of 400 or above with `{"error": …}`.
#[derive(Debug)]
pub(crate) struct Refused {
    status: StatusCode,
    error: String,
    errcode: Option<i32>,
}

impl Refused {
    pub(crate) fn new(status: StatusCode, error: impl ToString) -> Self {
        Self { status, error: error.to_string(), errcode: None }
    }

    pub(crate) fn bad(error: impl ToString) -> Self {
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
        let body = ErrorBody { error: self.error, errcode: self.errcode };
        (self.status, Json(body)).into_response()
    }
}

/// The body of a refusal.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Error")]
pub(super) struct ErrorBody {
    /// What is wrong.
    error: String,
    /// The errcode of the API, if a rule of the API forbids the action.
    #[serde(skip_serializing_if = "Option::is_none")]
    errcode: Option<i32>,
}

/// A JSON body with any content type. An empty body and `null` count as `{}`, because `null` is what many clients send
/// for a missing value.
pub(crate) struct Input<T, const LIMIT: usize = BODY_LIMIT>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned, const LIMIT: usize> FromRequest<S> for Input<T, LIMIT> {
    type Rejection = Refused;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Refused> {
        let body = Limited::new(request.into_body(), LIMIT)
            .collect()
            .await
            .map_err(|_| Refused::new(StatusCode::PAYLOAD_TOO_LARGE, "the body is too large or was cut off"))?
            .to_bytes();
        let body: &[u8] = if matches!(body.trim_ascii(), b"" | b"null") { b"{}" } else { &body };
        serde_json::from_slice(body)
            .map(Self)
            .map_err(|error| Refused::bad(format!("the body cannot be read: {error}")))
    }
}

/// The parsed query.
pub(crate) struct StrictQuery<T>(pub(super) T);

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

/// Some fields of a `T`, which are changed; the others stay unchanged.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(super) struct Changes<T> {
    pub(super) fields: Map<String, Value>,
    #[serde(skip)]
    changed: PhantomData<fn() -> T>,
}

impl<T> Default for Changes<T> {
    fn default() -> Self {
        Self { fields: Map::new(), changed: PhantomData }
    }
}

impl<T: JsonSchema> JsonSchema for Changes<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("{}Changes", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = T::json_schema(generator);
        schema.remove("required");
        schema.insert("additionalProperties".into(), false.into());
        // A field that is absent keeps its value, so the defaults of the type do not apply.
        for field in schema.get_mut("properties").and_then(Value::as_object_mut).into_iter().flatten() {
            if let Some(field) = field.1.as_object_mut() {
                field.remove("default");
            }
        }
        schema
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
