//! The page of the simulator: static files for a browser. The page reads and changes the simulator through the other
//! operations of the control surface.

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};
use serde_json::{Value, json};

use super::{
    input::Refused,
    operation::{Call, Operation, PathInput, Reply},
    schemas::Schemas,
};

/// The path of the page.
pub(crate) const PATH: &str = "/_sim/";

pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::get(PATH, "page", "Returns the page of the simulator, for a browser.", page),
        Operation::get(
            "/_sim/page/{name}",
            "page_file",
            "Returns a style sheet, a script or the texts of the page.",
            page_file,
        ),
    ]
}

/// Whether a request accepts HTML by name, as only browsers do.
pub(crate) fn accepts_html(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|value| value.split(',')).any(|range| {
        let media_type = range.split(';').next().unwrap_or_default().trim();
        media_type.eq_ignore_ascii_case("text/html")
    })
}

/// The page loads only its own files, calls only this server, and has no inline script or style.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const HTML: &str = include_str!("page/index.html");

const JAVASCRIPT: &str = "text/javascript; charset=utf-8";

/// The files of the page: name, media type, content.
const FILES: [(&str, &str, &str); 16] = [
    ("style.css", "text/css; charset=utf-8", include_str!("page/style.css")),
    ("words.json", "application/json", include_str!("page/words.json")),
    ("main.js", JAVASCRIPT, include_str!("page/main.js")),
    ("api.js", JAVASCRIPT, include_str!("page/api.js")),
    ("clock.js", JAVASCRIPT, include_str!("page/clock.js")),
    ("connect.js", JAVASCRIPT, include_str!("page/connect.js")),
    ("console.js", JAVASCRIPT, include_str!("page/console.js")),
    ("contacts.js", JAVASCRIPT, include_str!("page/contacts.js")),
    ("deliveries.js", JAVASCRIPT, include_str!("page/deliveries.js")),
    ("dom.js", JAVASCRIPT, include_str!("page/dom.js")),
    ("faults.js", JAVASCRIPT, include_str!("page/faults.js")),
    ("people.js", JAVASCRIPT, include_str!("page/people.js")),
    ("requests.js", JAVASCRIPT, include_str!("page/requests.js")),
    ("snippets.js", JAVASCRIPT, include_str!("page/snippets.js")),
    ("tree.js", JAVASCRIPT, include_str!("page/tree.js")),
    ("words.js", JAVASCRIPT, include_str!("page/words.js")),
];

async fn page(_call: Call) -> Result<Page, Refused> {
    Ok(Page)
}

async fn page_file(call: Call<PageFile>) -> Result<PageFile, Refused> {
    Ok(call.path)
}

struct Page;

impl Reply for Page {
    fn content(_schemas: &mut Schemas) -> Option<(&'static str, Value)> {
        Some(("text/html", json!({"type": "string"})))
    }

    fn respond(self) -> Response {
        served("text/html; charset=utf-8", HTML)
    }
}

/// A file of the page.
struct PageFile {
    media_type: &'static str,
    content: &'static str,
}

impl PathInput for PageFile {
    fn parse(text: &str) -> Result<Self, Refused> {
        let found = FILES.iter().find(|(name, ..)| *name == text);
        let (_, media_type, content) = found
            .ok_or_else(|| Refused::new(StatusCode::NOT_FOUND, "the page has no file with this name"))?;
        Ok(Self { media_type, content })
    }

    fn describe(schemas: &mut Schemas) -> Option<Value> {
        let schema = schemas.request::<String>();
        Some(json!({"name": "name", "in": "path", "required": true, "schema": schema}))
    }
}

impl Reply for PageFile {
    fn content(_schemas: &mut Schemas) -> Option<(&'static str, Value)> {
        Some(("*/*", json!({"type": "string"})))
    }

    fn respond(self) -> Response {
        served(self.media_type, self.content)
    }
}

fn served(media_type: &'static str, content: &'static str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, media_type),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // Another version of the simulator at the same address has other files.
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (headers, content).into_response()
}
