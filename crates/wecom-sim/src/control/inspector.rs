//! The inspector: one page that shows what the simulator holds, for a person with a browser.

use axum::response::{Html, IntoResponse};
use http::header;

/// The page is static and asks the control surface; whatever it shows becomes text nodes, never markup.
pub(super) async fn page() -> impl IntoResponse {
    let policy =
        "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; connect-src 'self'";
    ([(header::CONTENT_SECURITY_POLICY, policy)], Html(include_str!("inspector.html")))
}
