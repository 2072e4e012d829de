//! What is done with an event once it has been acknowledged.

use std::future::Future;

use super::Notification;

/// Does the work that an event asks for. Any `Fn(Notification)` that returns a future is one.
///
/// WeCom does not wait for it: the event was acknowledged when the [`Inbox`](super::Inbox) stored it. With one worker, which is the
/// default, the next event waits until this one is handled, so that what happened first is handled first.
///
/// A handler deals with its own failures. If it panics, the log names the event, the inbox learns it
/// ([`Inbox::failed`](super::Inbox::failed)), and the worker continues with the next event. A handler that never ends occupies its
/// worker for good: put a timeout around what may hang. With a durable inbox an event can come twice, after a crash.
///
/// ```
/// use wecom_contacts::callback::{Event, Handler, Notification};
///
/// struct Departures;
///
/// impl Handler for Departures {
///     async fn handle(&self, notification: Notification) {
///         if let Event::MemberDeleted(member) = notification.event {
///             println!("{} has left", member.userid);
///         }
///     }
/// }
///
/// fn is_a_handler(_: impl Handler) {}
/// is_a_handler(Departures);
/// is_a_handler(async |notification: Notification| println!("{:?}", notification.event));
/// ```
pub trait Handler: Send + Sync + 'static {
    /// Handles one event.
    fn handle(&self, notification: Notification) -> impl Future<Output = ()> + Send;
}

impl<F, W> Handler for F
where
    F: Fn(Notification) -> W + Send + Sync + 'static,
    W: Future<Output = ()> + Send,
{
    fn handle(&self, notification: Notification) -> impl Future<Output = ()> + Send {
        self(notification)
    }
}
