//! The HTTP face: `/cgi-bin/` is WeCom's, `/_files/` what its links lead to, `/_sim/` the tester's.

use std::sync::Arc;

use axum::{
    Router,
    body::{Body, HttpBody},
    extract::{ConnectInfo, Path, Request, State},
    response::{IntoResponse, Response},
    routing::get,
};
use http::{HeaderMap, StatusCode};
use http_body_util::{BodyExt, Limited};
use tokio::{net::TcpListener, sync::watch};

use crate::{
    api::{self, Incoming},
    control,
    sim::Shared,
    wire::{Peer, Wires},
    world::Linked,
};

/// A body may hold the largest file that WeCom takes, and the form around it.
const BODY_LIMIT: usize = 24 << 20;

/// Serves until stopped; then lets the calls under way finish.
pub(crate) async fn serve(listener: TcpListener, shared: Arc<Shared>, mut stopped: watch::Receiver<bool>) {
    let app = app(shared).into_make_service_with_connect_info::<Peer>();
    let stop = async move {
        // An error means that the simulator is gone, which stops the server as well.
        let _ = stopped.wait_for(|stopped| *stopped).await;
    };
    if let Err(error) = axum::serve(Wires(listener), app).with_graceful_shutdown(stop).await {
        tracing::error!(%error, "the simulator stopped serving");
    }
}

fn app(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/_files/{token}", get(linked_file))
        .merge(control::routes())
        .fallback(cgi_bin)
        .with_state(shared)
}

async fn cgi_bin(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    request: Request,
) -> Response {
    let (head, body) = request.into_parts();
    let body = match read_body(body).await {
        Ok(body) => body,
        Err(response) => return response,
    };
    shared.settle().await;
    let incoming =
        Incoming { method: head.method, uri: head.uri, headers: head.headers, ip: peer.address.ip(), body };
    api::answer(&shared, incoming, &peer.cut).await
}

/// The real server's links lead to a file store, whose refusals are plain HTTP.
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

async fn read_body(body: Body) -> Result<bytes::Bytes, Response> {
    if body.is_end_stream() {
        return Ok(bytes::Bytes::new());
    }
    match Limited::new(body, BODY_LIMIT).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(_) => Err(StatusCode::PAYLOAD_TOO_LARGE.into_response()),
    }
}
