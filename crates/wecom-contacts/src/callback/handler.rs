//! What is done with an event once it has been acknowledged.

use std::future::Future;

use super::Notification;

/// Does the work that an event asks for. Any `Fn(Notification)` that returns a future is one.
///
/// WeCom does not wait for it: the event was acknowledged when it was queued. With one worker, which is the default, the next
/// event waits until this one is done, so that what happened first is handled first. A failure is the handler's own to deal
/// with, as nobody is left to tell; one that panics loses its event, says so in the log, and goes on with the next. One that
/// never ends stops its worker for good: put a time-out around what may hang.
///
/// ```
/// use wecom_contacts::callback::{Event, Handler, Notification};
///
/// struct Mirror;
///
/// impl Handler for Mirror {
///     async fn handle(&self, notification: Notification) {
///         if let Event::MemberDeleted(member) = notification.event {
///             println!("{} has left", member.userid);
///         }
///     }
/// }
///
/// fn is_a_handler(_: impl Handler) {}
/// is_a_handler(Mirror);
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
