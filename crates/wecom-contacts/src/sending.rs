//! A call under way.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use crate::Result;

/// A call under way: await it for the decoded reply.
///
/// Nothing is sent before the first poll. It borrows nothing (`Send + 'static`), so it may be spawned or joined with
/// others; dropping it cancels the call.
#[must_use = "a call does nothing until it is awaited"]
pub struct Sending<T>(Pin<Box<dyn Future<Output = Result<T>> + Send>>);

impl<T> Sending<T> {
    pub(crate) fn new(future: impl Future<Output = Result<T>> + Send + 'static) -> Self {
        Self(Box::pin(future))
    }
}

impl<T: 'static> Sending<T> {
    /// Takes the one thing a caller asked for out of the reply that carries it.
    pub(crate) fn map<U>(self, take: impl FnOnce(T) -> U + Send + 'static) -> Sending<U> {
        Sending::new(async move { self.await.map(take) })
    }
}

impl<T> Future for Sending<T> {
    type Output = Result<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(context)
    }
}

impl<T> fmt::Debug for Sending<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sending(..)")
    }
}
