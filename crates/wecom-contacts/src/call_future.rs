//! The future that every call returns.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use crate::Result;

/// The future of a call. Await it to get the decoded reply.
///
/// The first poll sends the request. The future borrows nothing (`Send + 'static`), so it can be spawned or joined with
/// others. Dropping it cancels the call.
#[must_use = "a call is sent only when its future is awaited"]
pub struct CallFuture<T>(Pin<Box<dyn Future<Output = Result<T>> + Send>>);

impl<T> CallFuture<T> {
    pub(crate) fn new(future: impl Future<Output = Result<T>> + Send + 'static) -> Self {
        Self(Box::pin(future))
    }
}

impl<T: 'static> CallFuture<T> {
    /// Converts the reply, usually to the single field that a method returns.
    pub(crate) fn map<U>(self, convert: impl FnOnce(T) -> U + Send + 'static) -> CallFuture<U> {
        CallFuture::new(async move { self.await.map(convert) })
    }
}

impl<T> Future for CallFuture<T> {
    type Output = Result<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(context)
    }
}

impl<T> fmt::Debug for CallFuture<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CallFuture(..)")
    }
}
