//! A command of the user for each event: `txl callback listen --exec`.

use std::{
    collections::VecDeque,
    ffi::OsString,
    io,
    process::{ExitStatus, Stdio},
    time::Duration,
};

use clap::Args;
use tokio::{
    io::AsyncWriteExt,
    process::{Child, Command},
    task::JoinSet,
    time::timeout,
};
use wecom_contacts::callback::{Notification, NotificationKey};

use super::event_json::event;
use crate::{
    failure::{Failure, Result},
    messages::{self, Message},
    numbers,
    output::{say, stderr},
};

/// The flags of the command.
#[derive(Args)]
pub(super) struct EventCommandFlags {
    /// Start this command for each event, with the event as JSON on its stdin
    ///
    /// All following words are its arguments, up to a `;` that is a word of its own. There is no shell, and nothing of the event is in the
    /// arguments or in the environment. What the command prints goes to stderr. A failed command is reported with its exit code and the digest of
    /// the event, and is not started again.
    #[arg(long, value_name = "COMMAND", num_args = 1.., allow_hyphen_values = true, value_terminator = ";")]
    exec: Vec<OsString>,
    /// Maximum number of commands at once, 1 to 64. With more than 1, events may be handled out of order. While all are busy, further events
    /// wait in a queue of 1,024; when it is full, WeCom gets 503 and delivers again
    #[arg(long, value_name = "NUMBER", default_value_t = 1, requires = "exec", value_parser = numbers::whole::<u64>(1..=64))]
    exec_jobs: u64,
    /// Time limit of one command in seconds, 1 to 3,600. After it the command is killed
    #[arg(long, value_name = "SECONDS", default_value_t = 60, requires = "exec", value_parser = numbers::whole::<u64>(1..=3600))]
    exec_timeout: u64,
}

/// The command, with the events that it works on. Without a command, all events are dropped.
pub(super) struct EventCommand {
    words: Vec<OsString>,
    jobs: usize,
    limit: Duration,
    /// Events for which all jobs were busy. They arrive only while the listener shuts down, so their number is bounded by its queue.
    waiting: VecDeque<(NotificationKey, Vec<u8>)>,
    running: JoinSet<(NotificationKey, Ended)>,
    /// Keys of the running commands.
    keys: Vec<NotificationKey>,
    /// Number of events that the command got or should have got.
    events: usize,
    failed: usize,
}

/// How a command ended.
enum Ended {
    Exited(ExitStatus),
    TooSlow,
    Lost(io::Error),
}

impl EventCommand {
    pub(super) fn new(flags: EventCommandFlags) -> Self {
        Self {
            words: flags.exec,
            jobs: usize::try_from(flags.exec_jobs).unwrap_or(1),
            limit: Duration::from_secs(flags.exec_timeout),
            waiting: VecDeque::new(),
            running: JoinSet::new(),
            keys: Vec::new(),
            events: 0,
            failed: 0,
        }
    }

    /// Whether no further command can be started now.
    pub(super) fn is_full(&self) -> bool {
        !self.words.is_empty() && self.running.len() >= self.jobs
    }

    /// Whether commands run or events wait for one.
    pub(super) fn is_busy(&self) -> bool {
        !self.running.is_empty() || !self.waiting.is_empty()
    }

    /// Starts the command for this event, or queues the event.
    ///
    /// # Errors
    ///
    /// Fails if the command cannot be started.
    pub(super) fn push(&mut self, notification: &Notification) -> Result {
        if self.words.is_empty() {
            return Ok(());
        }
        let mut json = serde_json::to_vec(&event(notification)).expect("texts and lists are JSON");
        json.push(b'\n');
        self.waiting.push_back((notification.key(), json));
        self.start()
    }

    fn start(&mut self) -> Result {
        while !self.is_full()
            && let Some((key, json)) = self.waiting.pop_front()
        {
            let child = match self.spawn() {
                Ok(child) => child,
                Err(error) => {
                    self.waiting.push_front((key, json));
                    self.give_up_waiting();
                    return Err(Failure::new(messages::delivery::command_cannot_be_started(&self.words[0]))
                        .because(&error)
                        .remedy(messages::delivery::name_a_program()));
                }
            };
            self.events += 1;
            self.keys.push(key);
            let limit = self.limit;
            self.running.spawn(async move { (key, ended(child, json, limit).await) });
        }
        Ok(())
    }

    fn spawn(&self) -> io::Result<Child> {
        let mut command = Command::new(&self.words[0]);
        command.args(&self.words[1..]).stdin(Stdio::piped()).stdout(stderr::for_a_child()).kill_on_drop(true);
        // Ctrl-C goes to the whole group of the terminal, and must not end a command that works on an acknowledged event.
        #[cfg(unix)]
        command.process_group(0);
        command.spawn()
    }

    /// Reports the waiting events, which the command will not get.
    fn give_up_waiting(&mut self) {
        for (key, _) in self.waiting.drain(..) {
            self.events += 1;
            self.failed += 1;
            say(messages::delivery::command_did_not_get_the_event(key));
        }
    }

    /// Waits until a command ends, reports it, and starts the next one. Never completes if none runs.
    pub(super) async fn next_end(&mut self) {
        let Some(ended) = self.running.join_next().await else { return std::future::pending().await };
        // The task neither panics nor is aborted.
        let Ok((key, ended)) = ended else { return };
        self.keys.retain(|running| *running != key);
        if let Some(report) = ended.report(key, self.limit) {
            self.failed += 1;
            say(report);
        }
        if let Err(failure) = self.start() {
            // The program has disappeared meanwhile.
            say(messages::delivery::in_one_line(&failure));
        }
    }

    /// Ends the work. Reports the events whose command still runs or was not started.
    ///
    /// # Errors
    ///
    /// Fails if a command failed, or did not get its event.
    pub(super) fn end(mut self) -> Result {
        for key in std::mem::take(&mut self.keys) {
            self.failed += 1;
            say(messages::delivery::command_was_cut_off(key));
        }
        self.give_up_waiting();
        match self.failed {
            0 => Ok(()),
            failed => Err(Failure::new(messages::delivery::commands_failed(failed, self.events))
                .remedy(messages::delivery::replay_the_printed_lines())),
        }
    }
}

impl Ended {
    /// Returns the report of a failure.
    fn report(self, key: NotificationKey, limit: Duration) -> Option<Message> {
        match self {
            Self::Exited(status) if status.success() => None,
            Self::Exited(status) => Some(messages::delivery::command_failed(status, key)),
            Self::TooSlow => Some(messages::delivery::command_was_too_slow(limit, key)),
            Self::Lost(error) => Some(messages::delivery::command_was_lost(&error, key)),
        }
    }
}

async fn ended(mut child: Child, json: Vec<u8>, limit: Duration) -> Ended {
    let id = child.id();
    let stdin = child.stdin.take();
    let work = async {
        let write = async {
            if let Some(mut stdin) = stdin {
                // A command may end without reading its stdin.
                let _ = stdin.write_all(&json).await;
            }
        };
        tokio::join!(write, child.wait()).1
    };
    match timeout(limit, work).await {
        Ok(Ok(status)) => Ended::Exited(status),
        Ok(Err(error)) => Ended::Lost(error),
        Err(_) => {
            kill(id);
            let _ = child.kill().await;
            Ended::TooSlow
        }
    }
}

/// Kills the process group of a command, with the processes that it started.
#[cfg(unix)]
fn kill(id: Option<u32>) {
    use rustix::process::{Pid, Signal, kill_process_group};
    let group = id.and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
    if let Some(group) = group {
        let _ = kill_process_group(group, Signal::KILL);
    }
}

/// Only the command itself is killed, by its handle.
#[cfg(not(unix))]
fn kill(_id: Option<u32>) {}
