//! Questions on the terminal, and answers that are not echoed.

use std::io::{self, BufRead};

use tokio::sync::oneshot;

use crate::{
    access::is_blank,
    failure::{Failure, Result},
    messages::{Message, setup as messages},
    output::stderr,
};

/// Asks a question. Returns the answer without blanks around it.
///
/// # Errors
///
/// Fails if the input ends.
pub(super) async fn line(question: Message) -> Result<String> {
    stderr::prompt(question);
    answer().await
}

/// Asks a question whose answer is not echoed.
///
/// # Errors
///
/// Fails if the input ends.
pub(super) async fn hidden(question: Message) -> Result<String> {
    // The guard belongs to this future, so an interruption, which drops the future, restores the terminal.
    let hidden = echo::Hidden::new();
    stderr::prompt(question);
    let answer = answer().await;
    drop(hidden);
    // The line break of the answer was not echoed either.
    stderr::end_line();
    answer
}

/// Asks a question that is answered by yes or no. An empty answer is no.
///
/// # Errors
///
/// Fails if the input ends.
pub(super) async fn agrees(question: Message) -> Result<bool> {
    Ok(matches!(line(question).await?.to_ascii_lowercase().as_str(), "y" | "yes" | "是"))
}

async fn answer() -> Result<String> {
    // The read has its own thread, so that an unanswered question does not block the end of the program.
    let (sender, answer) = oneshot::channel();
    std::thread::spawn(move || {
        let mut line = String::new();
        let read = io::stdin().lock().read_line(&mut line);
        let _ = sender.send(read.map(|bytes| (bytes > 0).then_some(line)));
    });
    let ended = || Failure::new(messages::input_ended());
    match answer.await {
        Ok(Ok(Some(line))) => Ok(line.trim_matches(is_blank).to_owned()),
        Ok(Ok(None)) | Err(_) => Err(ended()),
        Ok(Err(error)) => Err(ended().because(&error)),
    }
}

#[cfg(unix)]
mod echo {
    use std::io;

    use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

    /// Keeps the terminal from echoing until it is dropped.
    pub(super) struct Hidden(Option<Termios>);

    impl Hidden {
        pub(super) fn new() -> Self {
            let before = tcgetattr(io::stdin()).ok();
            if let Some(before) = &before {
                let mut hidden = before.clone();
                hidden.local_modes.remove(LocalModes::ECHO);
                let _ = tcsetattr(io::stdin(), OptionalActions::Now, &hidden);
            }
            Self(before)
        }
    }

    impl Drop for Hidden {
        fn drop(&mut self) {
            if let Some(before) = &self.0 {
                let _ = tcsetattr(io::stdin(), OptionalActions::Now, before);
            }
        }
    }
}

#[cfg(not(unix))]
mod echo {
    use crate::{messages::setup as messages, output::say};

    /// The standard library cannot switch the echo off on other platforms. The user is warned, and can answer with a reference.
    pub(super) struct Hidden;

    impl Hidden {
        pub(super) fn new() -> Self {
            say(messages::answer_is_visible());
            Self
        }
    }
}
