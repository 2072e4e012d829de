//! The inspector: a web page with the state of the simulator.

use axum::response::{Html, IntoResponse};
use http::header;

/// Serves the page, which is static and reads the control surface. All values become text nodes, never markup.
pub(super) async fn page() -> impl IntoResponse {
    let policy =
        "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; connect-src 'self'";
    ([(header::CONTENT_SECURITY_POLICY, policy)], Html(include_str!("inspector.html")))
}
