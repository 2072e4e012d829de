//! A complete axum router for callback URLs.

use std::{fmt, sync::Arc, time::Duration};

use axum::{
    Router,
    body::{Body, HttpBody as _},
    extract::{RawQuery, State},
    routing::{MethodRouter, get},
};
use futures_util::{
    StreamExt as _,
    future::{BoxFuture, FutureExt as _, join_all},
};
use tokio::time::timeout;

use super::{Answer, Drained, Inbox, Intake, Refusal};

/// Time limit for a body. WeCom closes the connection after five seconds.
const READ_TIMEOUT: Duration = Duration::from_secs(4);

/// The callback URLs of one server (feature `axum`). One router can serve several corps and apps; each path has its own
/// [`Intake`].
///
/// Each path answers GET (验证URL有效性) and POST (an event), and no other method. Bodies are limited to the intake's
/// [size limit](super::IntakeBuilder::body_limit) and to four seconds. Connections and headers are outside this limit:
/// `axum::serve` does not limit them, so run the server behind the reverse proxy that terminates TLS. The intakes can
/// have inboxes of different types.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # use wecom_contacts::callback::Receiver;
/// # use wecom_sim::{ConsoleCallback, Sim};
/// # let sim = Sim::builder().running_clock(true).start().await?;
/// # let (token, key) = ("QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C");
/// # let contacts = Receiver::new(sim.corp_id(), token, key.parse()?);
/// # let app = contacts.clone();
/// use std::time::Duration;
/// use wecom_contacts::callback::{Callbacks, Event, Intake, Notification};
///
/// # let (deleted, mut deletions) = tokio::sync::mpsc::unbounded_channel();
/// let callbacks = Callbacks::new()
///     .mount("/wecom/contacts", Intake::new(contacts, move |notification: Notification| {
///         if let Event::MemberDeleted(member) = notification.event {
///             println!("deleted: {}", member.userid);
/// #             deleted.send(member.userid).expect("the example waits");
///         }
///         std::future::ready(())
///     }))
///     .mount("/wecom/app", Intake::new(app, async |notification: Notification| {
///         println!("{:?}", notification.event);
///     }));
///
/// let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
/// # let url = format!("http://{}/wecom/contacts", listener.local_addr()?);
/// # let end_of_process = async move {
/// #     sim.console().set_callback(ConsoleCallback::new(url, token, key)).await.expect("the URL is verified");
/// #     sim.console().delete_member("wujiu").await.expect("the member exists");
/// #     assert!(sim.settled().await);
/// # };
/// axum::serve(listener, callbacks.router()).with_graceful_shutdown(end_of_process).await?;
///
/// // All requests are answered, but some of their events may still be waiting or in a handler.
/// let drained = callbacks.shutdown(Duration::from_secs(30)).await;
/// for notification in drained.left {
///     eprintln!("not handled: {notification:?}");
/// }
/// # assert_eq!(deletions.try_recv()?.as_str(), "wujiu");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "call `router` to receive callbacks"]
pub struct Callbacks {
    mounts: Vec<(String, Arc<dyn Mountable>)>,
    read_timeout: Option<Duration>,
}

impl Callbacks {
    /// Creates a set without URLs.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an intake for this path, which must begin with `/`.
    pub fn mount<I: Inbox>(mut self, path: impl Into<String>, intake: Intake<I>) -> Self {
        self.mounts.push((path.into(), Arc::new(intake)));
        self
    }

    /// Sets the maximum time for receiving a body. Defaults to four seconds. WeCom closes the connection after five.
    pub fn read_timeout(mut self, limit: Duration) -> Self {
        self.read_timeout = Some(limit);
        self
    }

    /// Returns the router. Serve it alone or merge it into another.
    ///
    /// # Panics
    ///
    /// Panics if two mounts have the same path, or if a path is invalid; see [`Router::route`].
    pub fn router<S: Clone + Send + Sync + 'static>(&self) -> Router<S> {
        let read_timeout = self.read_timeout.unwrap_or(READ_TIMEOUT);
        self.mounts.iter().fold(Router::new(), |router, (path, intake)| {
            router.route_service(path, intake.routes(read_timeout))
        })
    }

    /// Shuts down all intakes concurrently, as [`Intake::shutdown`] does. Returns the remaining events of all intakes,
    /// in the order of mounting.
    pub fn shutdown(&self, max_wait: Duration) -> impl Future<Output = Drained> + Send + 'static {
        let drains: Vec<_> = self.mounts.iter().map(|(_, intake)| intake.shutdown(max_wait)).collect();
        async move {
            let mut all = Drained::default();
            for drained in join_all(drains).await {
                all.left.extend(drained.left);
                all.running += drained.running;
                all.timed_out |= drained.timed_out;
            }
            all
        }
    }
}

/// An intake with any type of inbox.
trait Mountable: fmt::Debug + Send + Sync {
    fn routes(&self, read_timeout: Duration) -> MethodRouter;

    fn shutdown(&self, max_wait: Duration) -> BoxFuture<'static, Drained>;
}

impl<I: Inbox> Mountable for Intake<I> {
    fn routes(&self, read_timeout: Duration) -> MethodRouter {
        let mount = Mount { intake: self.clone(), read_timeout };
        get(verify::<I>).post(accept::<I>).with_state(Arc::new(mount))
    }

    fn shutdown(&self, max_wait: Duration) -> BoxFuture<'static, Drained> {
        self.shutdown(max_wait).boxed()
    }
}

struct Mount<I: Inbox> {
    intake: Intake<I>,
    read_timeout: Duration,
}

async fn verify<I: Inbox>(State(mount): State<Arc<Mount<I>>>, RawQuery(query): RawQuery) -> Answer {
    mount.intake.verify(query.as_deref().unwrap_or_default())
}

async fn accept<I: Inbox>(
    State(mount): State<Arc<Mount<I>>>,
    RawQuery(query): RawQuery,
    body: Body,
) -> Answer {
    let query = query.as_deref().unwrap_or_default();
    let body = async {
        // The query and the announced size of the body are checked before any of the body is read.
        mount.intake.check_query(query)?;
        read(body, mount.intake.body_limit()).await
    };
    let unfinished = Refusal::Unfinished { limit: mount.read_timeout };
    match timeout(mount.read_timeout, body).await {
        Ok(Ok(Some(body))) => mount.intake.accept(query, &body).await,
        Ok(Ok(None)) | Err(_) => mount.intake.refuse(unfinished),
        Ok(Err(refusal)) => mount.intake.refuse(refusal),
    }
}

/// Reads the whole body. Returns `None` if the body is cut off.
async fn read(body: Body, limit: usize) -> Result<Option<Vec<u8>>, Refusal> {
    let announced = body.size_hint().lower();
    if announced > limit as u64 {
        return Err(Refusal::TooLarge { limit });
    }
    let mut whole = Vec::with_capacity(announced as usize);
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = chunks.next().await {
        let Ok(chunk) = chunk else { return Ok(None) };
        if whole.len() + chunk.len() > limit {
            return Err(Refusal::TooLarge { limit });
        }
        whole.extend_from_slice(&chunk);
    }
    Ok(Some(whole))
}
