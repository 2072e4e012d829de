//! The TCP connections below HTTP, which faults can break.

use std::{
    io::{self, IoSlice},
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    task::{Context, Poll, ready},
};

use axum::{
    extract::connect_info::Connected,
    serve::{IncomingStream, Listener},
};
use parking_lot::Mutex;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
};

use crate::client_timeouts::{ClientTimeouts, ConnectionTimer};

/// Accepts connections that faults can break.
#[derive(Debug)]
pub(crate) struct BreakableListener {
    pub(crate) listener: TcpListener,
    pub(crate) timeouts: ClientTimeouts,
}

impl Listener for BreakableListener {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        let (stream, address) = Listener::accept(&mut self.listener).await;
        let timer = ConnectionTimer::watched(self.timeouts);
        (Connection { stream, breaker: Arc::default(), timer }, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// One connection. The HTTP server drops it at the first error, which closes it.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    breaker: Arc<ConnectionBreaker>,
    timer: Arc<ConnectionTimer>,
}

/// The peer of a connection, with its breaker and its timer.
#[derive(Clone, Debug)]
pub(crate) struct Peer {
    pub(crate) address: SocketAddr,
    pub(crate) breaker: Arc<ConnectionBreaker>,
    pub(crate) timer: Arc<ConnectionTimer>,
}

impl Connected<IncomingStream<'_, BreakableListener>> for Peer {
    fn connect_info(stream: IncomingStream<'_, BreakableListener>) -> Self {
        let connection = stream.io();
        Self {
            address: *stream.remote_addr(),
            breaker: Arc::clone(&connection.breaker),
            timer: Arc::clone(&connection.timer),
        }
    }
}

/// Breaks a connection while the reply is written.
#[derive(Debug, Default)]
pub(crate) struct ConnectionBreaker {
    /// Avoids the lock for connections without a fault.
    is_set: AtomicBool,
    break_point: Mutex<Option<BreakPoint>>,
}

#[derive(Clone, Copy, Debug)]
enum BreakPoint {
    /// A reset (RST) instead of the first byte.
    Reset,
    /// The connection closes after `left` bytes of the body. `seen` is the matched part of the empty line that ends
    /// the head.
    AfterHead { seen: usize, left: u64 },
}

const END_OF_HEAD: &[u8] = b"\r\n\r\n";

impl ConnectionBreaker {
    /// Resets the connection instead of writing the next reply.
    pub(crate) fn reset(&self) {
        self.set(BreakPoint::Reset);
    }

    /// Closes the connection after the head of the next reply and `bytes` bytes of its body.
    pub(crate) fn close_after(&self, bytes: u64) {
        self.set(BreakPoint::AfterHead { seen: 0, left: bytes });
    }

    fn set(&self, break_point: BreakPoint) {
        *self.break_point.lock() = Some(break_point);
        self.is_set.store(true, Relaxed);
    }
}

impl BreakPoint {
    /// Returns how many of these bytes may be written, and the state after they are written.
    fn pass(self, bytes: &[u8]) -> (usize, Self) {
        let Self::AfterHead { mut seen, mut left } = self else {
            return (0, self);
        };
        let mut passed = 0;
        for byte in bytes {
            if seen == END_OF_HEAD.len() {
                if left == 0 {
                    break;
                }
                left -= 1;
            } else if *byte == END_OF_HEAD[seen] {
                seen += 1;
            } else {
                seen = usize::from(*byte == END_OF_HEAD[0]);
            }
            passed += 1;
        }
        (passed, Self::AfterHead { seen, left })
    }
}

impl Connection {
    fn poll_write_breaking(&mut self, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let mut break_point = self.breaker.break_point.lock();
        let stream = Pin::new(&mut self.stream);
        let Some(now) = *break_point else {
            return stream.poll_write(context, bytes);
        };
        let (passed, _) = now.pass(bytes);
        if passed == 0 && !bytes.is_empty() {
            if matches!(now, BreakPoint::Reset) {
                // With this setting, closing the socket sends a reset instead of an orderly end.
                stream.set_zero_linger()?;
            }
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        let written = ready!(stream.poll_write(context, &bytes[..passed]))?;
        *break_point = Some(now.pass(&bytes[..written]).1);
        Poll::Ready(Ok(written))
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.timer.is_over(context) {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
        if buffer.filled().len() > before {
            self.timer.has_read();
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.timer.is_over(context) {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        if self.breaker.is_set.load(Relaxed) {
            return self.poll_write_breaking(context, bytes);
        }
        let written = ready!(Pin::new(&mut self.stream).poll_write(context, bytes))?;
        self.timer.has_written();
        Poll::Ready(Ok(written))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if self.timer.is_over(context) {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        if self.breaker.is_set.load(Relaxed) {
            let first = slices.iter().find(|slice| !slice.is_empty()).map_or(&[][..], |slice| slice);
            return self.poll_write_breaking(context, first);
        }
        let written = ready!(Pin::new(&mut self.stream).poll_write_vectored(context, slices))?;
        self.timer.has_written();
        Poll::Ready(Ok(written))
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_passes_however_it_is_split() {
        let answer = b"HTTP/1.1 200 OK\r\na: b\r\r\n\r\nbody";
        let whole = answer.len() - 4 + 2;
        for split in 0..answer.len() {
            let (first, rest) = answer.split_at(split);
            let (passed, break_point) = BreakPoint::AfterHead { seen: 0, left: 2 }.pass(first);
            let (more, _) = break_point.pass(rest);
            assert_eq!(passed + more, whole, "split at {split}");
        }
    }
}
