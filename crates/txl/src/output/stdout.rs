//! Stdout. Text of servers is unchanged in files and pipes; its control characters are escaped on a terminal.

use std::{
    io::{self, BufWriter, IsTerminal, Write},
    sync::atomic::{AtomicBool, Ordering::Relaxed},
};

use crate::{
    failure::{Failure, Result, is_hidden, printable_lines},
    file, messages,
};

/// Size of one write in bytes.
const CHUNK: usize = 64 << 10;

/// Whether the command ends when the reader closes stdout.
static ENDS_WITH_READER: AtomicBool = AtomicBool::new(false);

/// Whether output was discarded because the reader closed stdout.
static IS_UNREAD: AtomicBool = AtomicBool::new(false);

/// Returns whether the reader closed stdout, so that the rest is discarded.
pub(super) fn is_unread() -> bool {
    IS_UNREAD.load(Relaxed)
}

/// Ends the command when the reader closes stdout, for a command that does nothing but print a long or endless list.
///
/// Every other command goes on: what it does, and its exit code, do not depend on a reader.
pub(crate) fn end_with_reader() {
    ENDS_WITH_READER.store(true, Relaxed);
}

/// The pipe or file behind stdout. What is written after the reader closed it is discarded.
struct Pipe(io::Stdout);

impl Pipe {
    /// Returns the result, or this one if only the reader is gone.
    fn unless_closed<T>(result: io::Result<T>, discarded: T) -> io::Result<T> {
        match result {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe && !ENDS_WITH_READER.load(Relaxed) => {
                IS_UNREAD.store(true, Relaxed);
                Ok(discarded)
            }
            result => result,
        }
    }
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Self::unless_closed(self.0.write(bytes), bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Self::unless_closed(self.0.flush(), ())
    }
}

/// The treatment of text that goes to a terminal.
#[derive(Clone, Copy)]
enum Guard {
    /// Stdout is not a terminal, so text is unchanged.
    None,
    /// Control characters and invisible characters are replaced by their code.
    Text,
    /// They become JSON escapes, so the value stays the same.
    Json,
}

/// Stdout, buffered until it is finished.
pub(super) struct Stdout {
    out: BufWriter<Pipe>,
    guard: Guard,
    /// Whether nothing is written yet. A byte order mark at the start is for spreadsheets, and is left out on a terminal.
    is_empty: bool,
}

impl Stdout {
    /// Opens stdout for text.
    pub(super) fn text() -> Self {
        Self::guarded(Guard::Text)
    }

    /// Opens stdout for JSON.
    pub(super) fn json() -> Self {
        Self::guarded(Guard::Json)
    }

    fn guarded(guard: Guard) -> Self {
        let stdout = io::stdout();
        let guard = if stdout.is_terminal() { guard } else { Guard::None };
        Self { out: BufWriter::with_capacity(CHUNK, Pipe(stdout)), guard, is_empty: true }
    }

    /// Writes the text and a line break.
    pub(super) fn line(&mut self, text: &str) -> Result {
        self.write_all(text.as_bytes())
            .and_then(|()| self.out.write_all(b"\n"))
            .map_err(|error| Failure::of_stdout(&error))
    }

    /// Writes bytes. For a terminal they must be text.
    pub(super) fn bytes(&mut self, bytes: &[u8]) -> Result {
        let is_text = match std::str::from_utf8(bytes) {
            Ok(_) => true,
            // A chunk of text can end inside a character.
            Err(error) => error.error_len().is_none(),
        };
        if !is_text && !matches!(self.guard, Guard::None) {
            return Err(Failure::usage(messages::files::no_text_for_a_terminal())
                .remedy(messages::files::send_it_to_a_file()));
        }
        self.write_all(bytes).map_err(|error| Failure::of_stdout(&error))
    }

    /// Flushes the buffer.
    ///
    /// # Errors
    ///
    /// Returns an error if stdout cannot be written, or was closed when the program started. A closed stdout is `/dev/null` now.
    pub(super) fn finish(mut self) -> Result {
        file::check_stdout()?;
        self.out.flush().map_err(|error| Failure::of_stdout(&error))
    }
}

impl Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.guard {
            Guard::None => return self.out.write(bytes),
            Guard::Text => {
                let text = String::from_utf8_lossy(bytes);
                let is_start = std::mem::take(&mut self.is_empty);
                let shown = if is_start { text.strip_prefix('\u{feff}').unwrap_or(&text) } else { &text };
                self.out.write_all(printable_lines(shown).as_bytes())?;
            }
            Guard::Json => self.out.write_all(escaped(&String::from_utf8_lossy(bytes)).as_bytes())?,
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Escapes the hidden characters in JSON. They can occur only in strings.
fn escaped(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for one in json.chars() {
        if one == '\n' || !is_hidden(one) {
            text.push(one);
            continue;
        }
        for unit in one.encode_utf16(&mut [0; 2]) {
            text.push_str(&format!("\\u{unit:04x}"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trap_48_json_on_a_terminal_hides_nothing_and_means_the_same() {
        let value = serde_json::json!({"name": "王\u{202e}芳\u{9b}\u{7f}\u{e0041}", "b": ["\u{1b}\n"]});
        let text = escaped(&serde_json::to_string_pretty(&value).unwrap());
        assert!(text.contains("王\\u202e芳\\u009b\\u007f\\udb40\\udc41"), "{text}");
        assert!(text.chars().all(|one| one == '\n' || !is_hidden(one)), "{text}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
    }
}
