//! The end of the process that started this one.

use std::{
    io::{self, Read},
    thread,
};

use tokio::sync::oneshot;

/// Completes at the end of stdin. Data before the end is ignored.
///
/// If stdin is a pipe, its end is the end of the process that holds the other end, even if that process is killed.
pub(crate) async fn stdin_closed() {
    let (closed, at_end) = oneshot::channel::<()>();
    // The runtime waits for its own blocking tasks when it ends, and a read of stdin cannot be cancelled.
    thread::spawn(move || {
        let mut ignored = [0; 512];
        let mut stdin = io::stdin().lock();
        loop {
            match stdin.read(&mut ignored) {
                Ok(0) => break,
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => break,
            }
        }
        drop(closed);
    });
    // The sender is dropped without a message.
    let _ = at_end.await;
}
