//! The handler: the user's code that processes an acknowledged event.

use std::future::Future;

use super::Notification;

/// Processes an event. Any `Fn(Notification)` that returns a future is a handler.
///
/// WeCom does not wait for the handler: the event is acknowledged as soon as the [`Inbox`](super::Inbox) has stored it.
/// Defaults to one worker, which handles the events one after the other in the order of their arrival.
///
/// A handler must process its own errors. If it panics, the log contains the event's key, the intake calls
/// [`Inbox::failed`](super::Inbox::failed), and the worker continues with the next event. A handler that never returns
/// blocks its worker permanently, so use a timeout for operations that may hang. After a crash, a durable inbox can
/// deliver an event a second time.
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
