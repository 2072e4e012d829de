//! The engine of the tour: runs its steps, measures and prints them.

use std::{
    fmt,
    future::Future,
    time::{Duration, Instant},
};

use serde::Serialize;
use wecom_contacts::Bilingual;

use crate::{
    failure::{Failure, Result, printable},
    messages::{self, tour::Target},
    output::{Format, Output, padded, print_text, terminal_width, width_of, wrapped},
};

/// Maximum duration of a step. No call of the tour is slow.
const STEP_LIMIT: Duration = Duration::from_secs(30);

/// The output of a step.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    english: &'static str,
    chinese: &'static str,
    call: &'static str,
    endpoint: &'static str,
}

/// The row of a step: its title in English and in Chinese, the SDK's call, and the path below `cgi-bin/` or another description of the traffic.
pub(super) const fn row(
    english: &'static str,
    chinese: &'static str,
    call: &'static str,
    endpoint: &'static str,
) -> Row {
    Row { english, chinese, call, endpoint }
}

/// A completed step.
#[derive(Serialize)]
struct Ran {
    chapter: &'static str,
    title: String,
    call: &'static str,
    endpoint: &'static str,
    ok: bool,
    ms: f64,
    note: String,
}

/// Runs and prints the steps.
pub(super) struct Engine {
    output: Output,
    chapter: &'static str,
    /// The steps of this chapter that a table still has to print. For CSV, all steps.
    unprinted: Vec<Ran>,
    steps: usize,
    failed: usize,
    began: Instant,
    /// If a step cannot be printed, the tour ends.
    unheard: Option<Failure>,
}

impl Engine {
    pub(super) fn new(output: Output) -> Self {
        Self {
            output,
            chapter: "",
            unprinted: Vec::new(),
            steps: 0,
            failed: 0,
            began: Instant::now(),
            unheard: None,
        }
    }

    /// Begins the next chapter. Chapters have the names of PowerWeChat's manual.
    pub(super) fn chapter(&mut self, name: &'static str) {
        self.tell_chapter();
        self.chapter = name;
    }

    /// Runs one step. If `work` succeeds, its note is printed; otherwise the failure and its remedy. Returns the value for later steps, which must
    /// also work without it.
    pub(super) async fn step<T>(
        &mut self,
        row: Row,
        work: impl Future<Output = Result<(T, Bilingual)>>,
    ) -> Option<T> {
        if self.unheard.is_some() {
            return None;
        }
        let began = Instant::now();
        let outcome = match tokio::time::timeout(STEP_LIMIT, work).await {
            Ok(outcome) => outcome,
            Err(_) => Err(unmet(format_args!("not done within {STEP_LIMIT:?}"))),
        };
        let ms = (began.elapsed().as_secs_f64() * 10_000.0).round() / 10.0;
        let (value, note) = match outcome {
            Ok((value, note)) => (Some(value), messages::sdk::of_report(&note).to_string()),
            Err(failure) => (None, with_remedies(&failure)),
        };
        self.steps += 1;
        self.failed += usize::from(value.is_none());
        let ran = Ran {
            chapter: self.chapter,
            title: messages::tour::title(row.english, row.chinese).to_string(),
            call: row.call,
            endpoint: row.endpoint,
            ok: value.is_some(),
            ms,
            note,
        };
        match self.output.format {
            Format::Json | Format::Jsonl => self.unheard = self.output.json_line(&ran).err(),
            Format::Table | Format::Csv | Format::Yaml => self.unprinted.push(ran),
        }
        value
    }

    /// Prints the summary. Returns an error if a step failed.
    pub(super) fn finish(mut self, where_to: Target) -> Result {
        self.tell_chapter();
        if let Some(failure) = self.unheard {
            return Err(failure);
        }
        let Self { steps, failed, .. } = self;
        match self.output.format {
            Format::Json | Format::Jsonl => {
                let summary = serde_json::json!({"summary": {"steps": steps, "failed": failed}});
                self.output.json_line(&summary)?;
            }
            Format::Csv | Format::Yaml => self.output.list(&self.unprinted, &[])?,
            Format::Table => {
                let seconds = self.began.elapsed().as_secs_f64();
                let summary = messages::tour::summary(steps, failed, seconds, where_to);
                print_text(&format!("\n{summary}\n"))?;
            }
        }
        match failed {
            0 => Ok(()),
            _ => Err(Failure::new(messages::tour::steps_failed(failed, steps))
                .remedy(messages::tour::read_the_notes())),
        }
    }

    fn tell_chapter(&mut self) {
        if self.unprinted.is_empty() || self.unheard.is_some() || !self.output.is_table() {
            return;
        }
        let mut text = format!("\n{}\n", self.chapter);
        let width = terminal_width();
        for ran in self.unprinted.drain(..) {
            match width {
                Some(width) => ran.tell_in(width, &mut text),
                None => ran.tell(&mut text),
            }
        }
        self.unheard = print_text(&text).err();
    }
}

/// The width of a step's first column.
const STATE: usize = 8;
/// Maximum width of a line. Wider terminals get no longer lines.
const WIDEST: usize = 120;

impl Ran {
    fn state(&self) -> String {
        if self.ok { messages::tour::ok() } else { messages::tour::failed() }.to_string()
    }

    fn traffic(&self) -> String {
        messages::tour::traffic(self.endpoint).to_string()
    }

    /// A line with all columns, for files and pipes. The widths of the columns are the same in every chapter.
    fn tell(&self, text: &mut String) {
        let line = format!(
            "{}{}  {}  {}  {:>8.1} ms  {}",
            padded(&self.state(), STATE),
            padded(&self.title, 56),
            padded(self.call, 33),
            padded(&self.traffic(), 48),
            self.ms,
            printable(&self.note),
        );
        text.push_str(line.trim_end());
        text.push('\n');
    }

    /// Two lines of at most this width: the action, then the call with its result. A failure can have more lines.
    fn tell_in(&self, width: usize, text: &mut String) {
        let width = width.min(WIDEST);
        let ms = format!("{:.1} ms", self.ms);
        let room = width.saturating_sub(STATE + 2 + ms.len()).max(STATE);
        let mut lines = wrapped(&self.title, room).into_iter();
        let first = padded(lines.next().unwrap_or_default(), room);
        text.push_str(&format!("{}{first}  {ms}\n", padded(&self.state(), STATE)));
        let rest = lines.map(str::to_owned).chain(self.result(width.saturating_sub(STATE).max(STATE)));
        for line in rest {
            text.push_str(&format!("{:STATE$}{line}\n", ""));
        }
    }

    /// Writes the result after the call and its path if the line has room, otherwise below.
    fn result(&self, width: usize) -> Vec<String> {
        let note = printable(&self.note);
        let choices =
            [format!("{} → {}: {note}", self.call, self.traffic()), format!("{}: {note}", self.call)];
        let fits = choices.into_iter().find(|choice| width_of(choice) <= width);
        fits.map_or_else(|| wrapped(&note, width).into_iter().map(str::to_owned).collect(), |line| vec![line])
    }
}

fn with_remedies(failure: &Failure) -> String {
    let mut note = failure.to_string();
    for remedy in failure.remedies() {
        note.push_str(&messages::tour::then_try(remedy).to_string());
    }
    note
}

/// Returns the failure of a step with this reason.
pub(super) fn unmet(note: impl fmt::Display) -> Failure {
    Failure::new(messages::tour::unmet(note))
}

/// Fails a step if a result differs from the expected state.
#[macro_export]
macro_rules! must {
    ($holds:expr, $($why:tt)+) => {
        if !$holds {
            return Err($crate::tour::engine::unmet(format_args!($($why)+)));
        }
    };
}
