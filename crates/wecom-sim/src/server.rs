//! The HTTP server. `/cgi-bin/` is the API of WeCom, `/_files/` serves the links of the API, and `/_sim/` is the
//! control surface.

use std::{
    sync::{
        Arc, Weak,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    task::{Poll, ready},
};

use axum::{
    Router,
    body::{Body, HttpBody},
    extract::{ConnectInfo, Path, Request, State},
    middleware::{self, Next},
    response::{IntoResponse, Redirect, Response},
    routing::{any, get},
};
use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt, stream};
use http::{HeaderMap, Method, StatusCode, Uri};
use http_body_util::BodyExt;
use tokio::{net::TcpListener, sync::watch};
use tower::ServiceExt as _;

use crate::{
    api::{self, Incoming},
    client_timeouts::ClientTimeouts,
    connections::{BreakableListener, Peer},
    control,
    corps::{CORPS_PATH, Corps},
    shared::Shared,
    world::Linked,
};

/// Maximum size of a request body: the largest file that WeCom accepts, and the form around it.
const BODY_LIMIT: usize = 24 << 20;
/// Maximum number of bytes kept from the body of a caller without a valid token. The rest is read and discarded, so
/// that the refusal arrives as a normal reply.
const STRANGER_LIMIT: usize = 64 << 10;

/// Whether calls get replies. A stopped server forbids them when its time is over, although calls can still run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Replies {
    are_forbidden: Arc<AtomicBool>,
}

impl Replies {
    pub(crate) fn forbid(&self) {
        self.are_forbidden.store(true, SeqCst);
    }
}

/// Serves until stopped, then waits for running calls.
pub(crate) async fn serve(
    listener: TcpListener,
    corps: Arc<Corps>,
    replies: Replies,
    mut stopped: watch::Receiver<bool>,
) {
    let timeouts = ClientTimeouts::of_head(corps.first().config.client_timeout);
    let app = app(corps).layer(middleware::from_fn_with_state(replies, reply_unless_forbidden));
    let app = app.into_make_service_with_connect_info::<Peer>();
    let stop = async move {
        // An error means that the simulator was dropped, which stops the server too.
        let _ = stopped.wait_for(|stopped| *stopped).await;
    };
    if let Err(error) =
        axum::serve(BreakableListener { listener, timeouts }, app).with_graceful_shutdown(stop).await
    {
        tracing::error!(%error, "the simulator stopped serving");
    }
}

fn app(corps: Arc<Corps>) -> Router {
    let surface_of_first = surface(corps.first(), &Arc::downgrade(&corps));
    Router::new()
        .route("/", any(root))
        .route(&format!("{CORPS_PATH}/{{corp}}/"), any(surface_of_added))
        .route(&format!("{CORPS_PATH}/{{corp}}/{{*path}}"), any(surface_of_added))
        .fallback(cgi_bin)
        .with_state(corps)
        .merge(surface_of_first)
}

/// Returns what a server has for each corp apart: its control surface and its files.
pub(crate) fn surface(shared: &Arc<Shared>, corps: &Weak<Corps>) -> Router {
    Router::new()
        .route("/_files/{token}", get(linked_file))
        .merge(control::routes(shared, corps))
        .layer(middleware::from_fn(timed))
        .with_state(Arc::clone(shared))
}

/// Passes a request to the surface of an added corp, which does not know under which path it is served.
async fn surface_of_added(
    State(corps): State<Arc<Corps>>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    mut request: Request,
) -> Response {
    let path = request.uri().path().strip_prefix(CORPS_PATH).unwrap_or_default();
    let (id, path) = path.trim_start_matches('/').split_once('/').unwrap_or_default();
    let Some(surface) = corps.surface(id) else {
        return control::unknown_corp(corps.first(), &request);
    };
    let prefix = if path.starts_with("_files/") { "/" } else { "/_sim/" };
    let query = request.uri().query().map_or_else(String::new, |query| format!("?{query}"));
    let Ok(uri) = format!("{prefix}{path}{query}").parse::<Uri>() else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    // An absolute URI has a host, which the control surface checks.
    let mut parts = request.uri().clone().into_parts();
    parts.path_and_query = uri.into_parts().path_and_query;
    let Ok(uri) = Uri::from_parts(parts) else { return StatusCode::BAD_REQUEST.into_response() };
    *request.uri_mut() = uri;
    // The parameters of this path would otherwise join those of the surface.
    request.extensions_mut().clear();
    request.extensions_mut().insert(ConnectInfo(peer));
    match surface.oneshot(request).await {
        Ok(response) => response,
        Err(impossible) => match impossible {},
    }
}

/// Breaks the connection instead of a forbidden reply. This is checked after the call: a write that the call did before
/// the replies were forbidden has a reply or not, a later one has none.
async fn reply_unless_forbidden(
    State(replies): State<Replies>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    request: Request,
    next: Next,
) -> Response {
    let response = next.run(request).await;
    if replies.are_forbidden.load(SeqCst) {
        peer.breaker.reset();
    }
    response
}

/// Leads a browser to the page of the simulator. For all other clients the root is an unknown path of the API.
async fn root(state: State<Arc<Corps>>, peer: ConnectInfo<Peer>, request: Request) -> Response {
    let is_browser = matches!(*request.method(), Method::GET | Method::HEAD)
        && control::page::accepts_html(request.headers());
    if is_browser {
        return Redirect::to(control::page::PATH).into_response();
    }
    cgi_bin(state, peer, request).await
}

async fn cgi_bin(
    State(corps): State<Arc<Corps>>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    request: Request,
) -> Response {
    let shared = corps.of_call(request.uri());
    let request_timer = peer.timer.start_request();
    let (head, body) = request.into_parts();
    let body = match read_body(body, || shared.knows_token_of(&head.uri)).await {
        Ok(body) => body,
        Err(response) => return response,
    };
    request_timer.body_is_read();
    shared.due_work.do_some().await;
    let incoming =
        Incoming { method: head.method, uri: head.uri, headers: head.headers, ip: peer.address.ip(), body };
    api::answer(&shared, incoming, &peer.breaker).await
}

/// Serves a file of a link. On the real server a file store serves these links and refuses with plain HTTP statuses.
async fn linked_file(
    State(shared): State<Arc<Shared>>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Response {
    let linked = shared.world.read().linked(&token, shared.clock.now());
    match linked {
        Linked::File(file) => file.respond(&headers),
        Linked::Expired => StatusCode::FORBIDDEN.into_response(),
        Linked::Unknown => StatusCode::NOT_FOUND.into_response(),
    }
}

/// Reads a body. A body above [`STRANGER_LIMIT`] is kept only for a known caller.
async fn read_body(mut body: Body, is_known: impl FnOnce() -> bool) -> Result<Bytes, Response> {
    if body.is_end_stream() {
        return Ok(Bytes::new());
    }
    let is_small = body.size_hint().upper().is_some_and(|size| size <= STRANGER_LIMIT as u64);
    let kept = if is_small || is_known() { BODY_LIMIT } else { STRANGER_LIMIT };
    let mut first: Option<Bytes> = None;
    let mut joined = BytesMut::new();
    let mut size = 0;
    while let Some(frame) = body.frame().await {
        let Ok(Ok(data)) = frame.map(|frame| frame.into_data()) else {
            return Err(StatusCode::BAD_REQUEST.into_response());
        };
        size += data.len();
        if size > BODY_LIMIT {
            return Err(StatusCode::PAYLOAD_TOO_LARGE.into_response());
        }
        if size > kept {
            (first, joined) = (None, BytesMut::new());
        } else if first.is_none() && joined.is_empty() {
            first = Some(data);
        } else {
            joined.extend_from_slice(&first.take().unwrap_or_default());
            joined.extend_from_slice(&data);
        }
    }
    Ok(first.unwrap_or_else(|| joined.freeze()))
}

impl Shared {
    /// Whether the query of a call has a valid token.
    fn knows_token_of(&self, uri: &http::Uri) -> bool {
        let token = api::Args::query_of(uri, "access_token");
        self.world.read().authenticate(token.as_deref(), self.clock.now()).is_ok()
    }
}

/// Limits the time that a client may take for the body of a request.
async fn timed(ConnectInfo(peer): ConnectInfo<Peer>, request: Request, next: Next) -> Response {
    let request_timer = Arc::new(peer.timer.start_request());
    if request.body().is_end_stream() {
        request_timer.body_is_read();
        return next.run(request).await;
    }
    let (head, body) = request.into_parts();
    let (mut pieces, reading) = (body.into_data_stream(), Arc::clone(&request_timer));
    let body = Body::from_stream(stream::poll_fn(move |context| {
        let piece = ready!(pieces.poll_next_unpin(context));
        if piece.is_none() {
            reading.body_is_read();
        }
        Poll::Ready(piece)
    }));
    next.run(Request::from_parts(head, body)).await
}
