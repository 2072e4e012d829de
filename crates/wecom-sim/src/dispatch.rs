//! Several corps behind one address: finds the corp of a request.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Request, State},
    response::{IntoResponse, Redirect, Response},
};
use http::{StatusCode, Uri, uri::PathAndQuery};
use serde_json::json;
use tower::ServiceExt;

use crate::{api::Args, shared::Shared, world::Linked};

/// The part of a path that names the corp of a control surface.
const CORPS: &str = "/_sim/corps/";

/// A corp with its own routes.
pub(crate) struct Place {
    pub(crate) shared: Arc<Shared>,
    pub(crate) routes: Router,
}

/// Returns the routes of several corps. A request that names no corp goes to the first.
pub(crate) fn routes(corps: Vec<Place>) -> Router {
    Router::new().fallback(dispatch).with_state(Arc::from(corps))
}

async fn dispatch(State(corps): State<Arc<[Place]>>, mut request: Request) -> Response {
    let at = match request.uri().path().strip_prefix(CORPS) {
        Some(named) => {
            let Some((id, rest)) = named.split_once('/') else {
                // The paths in the page are relative to the page.
                return Redirect::permanent(&format!("{CORPS}{named}/")).into_response();
            };
            let path = format!("/_sim/{rest}");
            let Some(at) = corps.iter().position(|corp| corp.shared.config.world.corp_id == id) else {
                return unknown_corp();
            };
            *request.uri_mut() = with_path(request.uri(), &path);
            at
        }
        None => corp_of(&corps, request.uri()).unwrap_or(0),
    };
    // A router answers every request.
    match corps[at].routes.clone().oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

/// Returns the corp of a call: by its token, by its corp id (`gettoken`), or by the link of a file.
fn corp_of(corps: &[Place], uri: &Uri) -> Option<usize> {
    let position = |is_of: &dyn Fn(&Shared) -> bool| corps.iter().position(|corp| is_of(&corp.shared));
    if let Some(link) = uri.path().strip_prefix("/_files/") {
        return position(&|corp| {
            !matches!(corp.world.read().linked(link, corp.clock.now()), Linked::Unknown)
        });
    }
    if let Some(token) = Args::token_of(uri) {
        return position(&|corp| corp.world.read().has_issued(&token));
    }
    let pairs = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    let id = pairs.into_iter().find(|(key, _)| key == "corpid").map(|(_, id)| id)?;
    position(&|corp| corp.world.read().corp_with_id(&id).is_some())
}

fn with_path(uri: &Uri, path: &str) -> Uri {
    let text = match uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    };
    let mut parts = uri.clone().into_parts();
    // The path is a part of a valid one.
    parts.path_and_query = PathAndQuery::try_from(text).ok();
    Uri::from_parts(parts).unwrap_or_default()
}

fn unknown_corp() -> Response {
    let error = json!({"error": "no corp of this simulator has this id"});
    (StatusCode::NOT_FOUND, Json(error)).into_response()
}
