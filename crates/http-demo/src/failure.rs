//! Errors as JSON, each with its remedy in English and in Chinese.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use serde_json::{Value, json};
use wecom_contacts::{Bilingual, Class, Error};

/// What most handlers return.
pub(crate) type Reply<T> = Result<Json<T>, Failure>;

/// Why a request failed. The body is `{"error": …}` with the keys of the SDK's `ErrorReport`.
#[derive(Debug)]
pub(crate) struct Failure {
    status: StatusCode,
    retry_after: Option<u64>,
    body: Value,
}

impl Failure {
    /// A failure that this server found, before any call to WeCom.
    pub(crate) fn own(
        status: StatusCode,
        class: &'static str,
        message: impl Into<Bilingual>,
        remedy: impl Into<Bilingual>,
    ) -> Self {
        let body = json!({
            "class": class,
            "call": null,
            "errcode": null,
            "errmsg": null,
            "message": message.into(),
            "causes": [],
            "remedies": [remedy.into()],
            "retry_after_seconds": null,
            "may_have_applied": false,
        });
        Self { status, retry_after: None, body }
    }

    /// An argument that cannot be used.
    pub(crate) fn invalid(message: impl Into<Bilingual>, remedy: impl Into<Bilingual>) -> Self {
        Self::own(StatusCode::BAD_REQUEST, "invalid_argument", message, remedy)
    }

    /// The report, as one line of a stream whose status has been sent.
    pub(crate) fn line(&self) -> String {
        format!("{}\n", json!({"error": self.body}))
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let report = error.report();
        // Retry-After has whole seconds, rounded up, as the report does.
        let body = serde_json::to_value(&report).unwrap_or_default();
        Self { status: status(report.class), retry_after: body["retry_after_seconds"].as_u64(), body }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(json!({"error": self.body}))).into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        if self.status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

/// The HTTP status of a class of errors. 5xx: the caller can do nothing about it.
fn status(class: Class) -> StatusCode {
    match class {
        Class::InvalidArgument | Class::Unwritable => StatusCode::BAD_REQUEST,
        Class::Permission | Class::IpNotAllowed => StatusCode::FORBIDDEN,
        Class::NotFound => StatusCode::NOT_FOUND,
        Class::AlreadyExists | Class::Conflict | Class::StillRunning => StatusCode::CONFLICT,
        Class::Quota => StatusCode::UNPROCESSABLE_ENTITY,
        Class::RateLimited => StatusCode::TOO_MANY_REQUESTS,
        // The credentials and settings of this server.
        Class::BadCredentials | Class::Configuration | Class::TokenSource => {
            StatusCode::INTERNAL_SERVER_ERROR
        }
        Class::ServerBusy | Class::Retry => StatusCode::SERVICE_UNAVAILABLE,
        Class::Timeout => StatusCode::GATEWAY_TIMEOUT,
        // No usable answer from WeCom: Network, NotWeCom, UnusableAnswer, NotAuthentic, JobFailed, RefreshToken, Unknown.
        _ => StatusCode::BAD_GATEWAY,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use wecom_contacts::ErrorKind;

    use super::*;

    #[test]
    fn each_refusal_has_the_status_that_its_class_means() {
        for (errcode, expected) in [
            (60111, 404),
            (60102, 409),
            (60011, 403),
            (60020, 403),
            (45009, 429),
            (40058, 400),
            (40001, 500),
            (-1, 503),
            (123_456_789, 502),
        ] {
            let failure = Failure::from(Error::refused("user/get", errcode, "no"));
            assert_eq!(failure.status.as_u16(), expected, "{errcode}");
        }
        let lost = ErrorKind::NotWeCom { status: 502, content_type: None };
        assert_eq!(Failure::from(Error::from(lost)).status, StatusCode::BAD_GATEWAY);
    }

    #[test]
    fn a_closed_endpoint_says_when_to_come_back() {
        let closed = ErrorKind::EndpointClosed { reopens_in: Duration::from_millis(59_001) };
        let response = Failure::from(Error::from(closed)).into_response();
        assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(response.headers()["retry-after"], "60");
    }

    #[test]
    fn own_failures_have_the_keys_of_a_report() {
        let own = Failure::invalid(("a", "甲"), ("b", "乙"));
        let report = Failure::from(Error::refused("user/get", 60111, "no"));
        let keys = |failure: &Failure| failure.body.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(keys(&own), keys(&report));
        assert_eq!(own.body["remedies"][0], json!({"en": "b", "zh": "乙"}));
    }
}
