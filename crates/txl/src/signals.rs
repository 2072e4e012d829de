//! Handling of SIGHUP, SIGINT and SIGTERM. It is the same for all commands.
//!
//! The first signal ends the command: its future is dropped, and partial files are removed. A command that must finish work [takes over](take_over)
//! and ends by itself. A second signal ends the process at once, without partial files. So does a command that does not end in time. A signal that
//! was ignored when the program started stays ignored.
//!
//! SIGXFSZ is handled and does nothing: a write beyond the limit of file sizes (`ulimit -f`) fails with an error that a command reports.

use std::{
    process,
    sync::{
        LazyLock, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    time::Duration,
};

use tokio::{sync::watch, time::sleep};

use crate::{
    failure::{Exit, Failure, Result},
    file,
    messages::{self, Message},
};

/// A signal that requests the end of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signal {
    /// SIGHUP: the terminal was closed.
    Hangup,
    /// SIGINT: Ctrl-C.
    Interrupt,
    /// SIGTERM.
    Terminate,
}

/// Grace period of a command that did not take over. A command that waits for stdin does not end by itself.
const GRACE: Duration = Duration::from_secs(1);
/// Grace period of a command that took over.
const GRACE_TO_FINISH: Duration = Duration::from_secs(10);

static FIRST: LazyLock<watch::Sender<Option<Signal>>> = LazyLock::new(|| watch::Sender::new(None));
/// What continues the work of a command that a signal ends.
static REMEDY: Mutex<Option<Message>> = Mutex::new(None);
static IS_TAKEN_OVER: AtomicBool = AtomicBool::new(false);

impl Signal {
    fn name(self) -> &'static str {
        match self {
            Self::Hangup => "SIGHUP",
            Self::Interrupt => "SIGINT",
            Self::Terminate => "SIGTERM",
        }
    }

    fn exit(self) -> Exit {
        match self {
            Self::Hangup => Exit::Hangup,
            Self::Interrupt => Exit::Interrupt,
            Self::Terminate => Exit::Terminate,
        }
    }

    /// Returns the failure of a command that the signal ended. `message` takes the name of the signal.
    pub(crate) fn failure(self, message: fn(&str) -> Message) -> Failure {
        Failure::new(message(self.name())).exit(self.exit())
    }
}

/// Starts a task that listens for signals.
///
/// # Errors
///
/// Fails if the platform rejects a signal handler.
pub(crate) fn listen() -> Result {
    let mut arrivals =
        Arrivals::new().map_err(|error| Failure::new(messages::signals::cannot_listen()).because(&error))?;
    tokio::spawn(async move {
        let first = arrivals.next().await;
        FIRST.send_replace(Some(first));
        let grace = if IS_TAKEN_OVER.load(SeqCst) { GRACE_TO_FINISH } else { GRACE };
        tokio::select! {
            _ = arrivals.next() => {}
            () = sleep(grace) => {}
        }
        // The command is blocked in a read or a write that cannot be cancelled.
        file::remove_drafts();
        let failure = first.failure(messages::signals::interrupted);
        let _ = match remedy() {
            Some(remedy) => failure.remedy(remedy),
            None => failure,
        }
        .report();
        process::exit(first.exit() as i32);
    });
    Ok(())
}

/// Sets what continues the work, once something is sent that outlives the command.
pub(crate) fn set_remedy(remedy: Message) {
    *REMEDY.lock().unwrap_or_else(PoisonError::into_inner) = Some(remedy);
}

/// Returns what continues the work of the command, if anything does.
pub(crate) fn remedy() -> Option<Message> {
    REMEDY.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// Completes at a signal that no command has taken over.
pub(crate) async fn interruption() -> Signal {
    let first = first().await;
    if IS_TAKEN_OVER.load(SeqCst) {
        return std::future::pending().await;
    }
    first
}

/// Makes the caller responsible for the end of the command. The future completes at the first signal. The caller must then finish or undo its work
/// and return within seconds.
pub(crate) fn take_over() -> impl Future<Output = Signal> {
    IS_TAKEN_OVER.store(true, SeqCst);
    first()
}

async fn first() -> Signal {
    let mut first = FIRST.subscribe();
    // The sender is static, so the channel never closes.
    match first.wait_for(Option::is_some).await.map(|signal| *signal) {
        Ok(Some(signal)) => signal,
        _ => std::future::pending().await,
    }
}

#[cfg(unix)]
use unix::Arrivals;

#[cfg(unix)]
mod unix {
    use std::{fs, io};

    use tokio::signal::unix::{Signal as Stream, SignalKind, signal};

    use super::Signal;

    /// The stream of signals, without those that were ignored when the program started.
    pub(super) struct Arrivals {
        hangup: Option<Stream>,
        interrupt: Option<Stream>,
        terminate: Option<Stream>,
    }

    impl Arrivals {
        pub(super) fn new() -> io::Result<Self> {
            let ignored = ignored();
            let stream = |kind: SignalKind| -> io::Result<Option<Stream>> {
                let is_ignored = ignored & (1 << (kind.as_raw_value() - 1)) != 0;
                if is_ignored { Ok(None) } else { signal(kind).map(Some) }
            };
            // The handler stays when the stream is dropped.
            stream(SignalKind::from_raw(rustix::process::Signal::XFSZ.as_raw()))?;
            Ok(Self {
                hangup: stream(SignalKind::hangup())?,
                interrupt: stream(SignalKind::interrupt())?,
                terminate: stream(SignalKind::terminate())?,
            })
        }

        pub(super) async fn next(&mut self) -> Signal {
            tokio::select! {
                biased;
                () = received(&mut self.hangup) => Signal::Hangup,
                () = received(&mut self.interrupt) => Signal::Interrupt,
                () = received(&mut self.terminate) => Signal::Terminate,
            }
        }
    }

    async fn received(stream: &mut Option<Stream>) {
        let received = match stream {
            Some(stream) => stream.recv().await,
            None => None,
        };
        if received.is_none() {
            std::future::pending().await
        }
    }

    /// Returns the ignored signals as bits. `nohup` and a shell's `&` ignore some. Linux lists them in a file. On other systems, only unsafe code can
    /// read them, so the result is 0.
    fn ignored() -> u64 {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
    }
}

#[cfg(not(unix))]
struct Arrivals;

#[cfg(not(unix))]
impl Arrivals {
    fn new() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) -> Signal {
        // Without this handler, the default one ends the process.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
        Signal::Interrupt
    }
}
