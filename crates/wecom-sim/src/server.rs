//! The HTTP server. `/cgi-bin/` is the API of WeCom, `/_files/` serves the links of the API, and `/_sim/` is the
//! control surface.

use std::{
    sync::Arc,
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
use http::{HeaderMap, Method, StatusCode};
use http_body_util::BodyExt;
use tokio::{net::TcpListener, sync::watch};

use crate::{
    api::{self, Incoming},
    client_timeouts::ClientTimeouts,
    connections::{BreakableListener, Peer},
    control,
    shared::Shared,
    world::Linked,
};

/// Maximum size of a request body: the largest file that WeCom accepts, and the form around it.
const BODY_LIMIT: usize = 24 << 20;
/// Maximum number of bytes kept from the body of a caller without a valid token. The rest is read and discarded, so
/// that the refusal arrives as a normal reply.
const STRANGER_LIMIT: usize = 64 << 10;

/// Serves until stopped, then waits for running calls.
pub(crate) async fn serve(listener: TcpListener, shared: Arc<Shared>, mut stopped: watch::Receiver<bool>) {
    let timeouts = ClientTimeouts::of_head(shared.config.client_timeout);
    let app = app(shared).into_make_service_with_connect_info::<Peer>();
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

fn app(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/", any(root))
        .route("/_files/{token}", get(linked_file))
        .merge(control::routes(&shared))
        .layer(middleware::from_fn(timed))
        .fallback(cgi_bin)
        .with_state(shared)
}

/// Leads a browser to the page of the simulator. For all other clients the root is an unknown path of the API.
async fn root(state: State<Arc<Shared>>, peer: ConnectInfo<Peer>, request: Request) -> Response {
    let is_browser = request.method() == Method::GET && control::page::accepts_html(request.headers());
    if is_browser {
        return Redirect::to(control::page::PATH).into_response();
    }
    cgi_bin(state, peer, request).await
}

async fn cgi_bin(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    request: Request,
) -> Response {
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
        let token = api::Args::token_of(uri);
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
