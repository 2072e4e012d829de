//! The engine of the tour: steps, their time, what is told of them.

use std::{
    future::Future,
    time::{Duration, Instant},
};

use comfy_table::{CellAlignment, ColumnConstraint, Width};
use serde::Serialize;

use crate::{
    failure::{Failure, Result, printable},
    output::{new_table, print_json_line, print_text},
};

/// What a step must keep to: no call of the tour is slow.
const STEP_LIMIT: Duration = Duration::from_secs(30);

/// What a step shows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    title: &'static str,
    call: &'static str,
    endpoint: &'static str,
}

/// A step's row: `title` in both languages, the SDK's call, and the path below `cgi-bin/` or what else goes over the wire.
pub(super) const fn row(title: &'static str, call: &'static str, endpoint: &'static str) -> Row {
    Row { title, call, endpoint }
}

/// A step that ran.
#[derive(Serialize)]
struct Ran {
    chapter: &'static str,
    title: &'static str,
    call: &'static str,
    endpoint: &'static str,
    ok: bool,
    ms: f64,
    note: String,
}

/// Runs steps and tells of each.
pub(super) struct Engine {
    json: bool,
    chapter: &'static str,
    /// The steps of this chapter that a table still has to show.
    untold: Vec<Ran>,
    steps: usize,
    failed: usize,
    began: Instant,
    /// A step that cannot be told of ends the tour.
    unheard: Option<Failure>,
}

impl Engine {
    pub(super) fn new(json: bool) -> Self {
        Self {
            json,
            chapter: "",
            untold: Vec::new(),
            steps: 0,
            failed: 0,
            began: Instant::now(),
            unheard: None,
        }
    }

    /// Opens the next chapter, under the name of PowerWeChat's manual.
    pub(super) fn chapter(&mut self, name: &'static str) {
        self.tell_chapter();
        self.chapter = name;
    }

    /// Runs one step. It is ok only if `work` is, with the note that it gives; else the note is the failure and its remedy.
    /// The value is for later steps, which must manage without it.
    pub(super) async fn step<T>(
        &mut self,
        row: Row,
        work: impl Future<Output = Result<(T, String)>>,
    ) -> Option<T> {
        if self.unheard.is_some() {
            return None;
        }
        let began = Instant::now();
        let outcome = match tokio::time::timeout(STEP_LIMIT, work).await {
            Ok(outcome) => outcome,
            Err(_) => Err(Failure::new(format!("not done within {STEP_LIMIT:?}"))),
        };
        let ms = (began.elapsed().as_secs_f64() * 10_000.0).round() / 10.0;
        let (value, note) = match outcome {
            Ok((value, note)) => (Some(value), note),
            Err(failure) => (None, with_remedies(&failure)),
        };
        self.steps += 1;
        self.failed += usize::from(value.is_none());
        let ran = Ran {
            chapter: self.chapter,
            title: row.title,
            call: row.call,
            endpoint: row.endpoint,
            ok: value.is_some(),
            ms,
            note,
        };
        if self.json {
            self.unheard = print_json_line(&ran).err();
        } else {
            self.untold.push(ran);
        }
        value
    }

    /// Tells the summary; an error if a step failed.
    pub(super) fn finish(mut self, where_to: &str) -> Result {
        self.tell_chapter();
        if let Some(failure) = self.unheard {
            return Err(failure);
        }
        let Self { steps, failed, .. } = self;
        if self.json {
            print_json_line(&serde_json::json!({"summary": {"steps": steps, "failed": failed}}))?;
        } else {
            let seconds = self.began.elapsed().as_secs_f64();
            print_text(&format!("\n{steps} steps, {failed} failed, in {seconds:.1} s against {where_to}\n"))?;
        }
        match failed {
            0 => Ok(()),
            _ => Err(Failure::new(format!("{failed} of the tour's {steps} steps failed"))
                .remedy("read the notes of the steps marked FAILED (`\"ok\":false` with --json)")),
        }
    }

    fn tell_chapter(&mut self) {
        if self.untold.is_empty() || self.unheard.is_some() {
            return;
        }
        // Chapters are told one by one; equal widths make them one table to the eye. Where there is room, the wire is told too.
        let is_wide =
            terminal_size::terminal_size_of(std::io::stdout()).is_none_or(|(width, _)| width.0 >= 190);
        let widths: &[u16] = if is_wide { &[8, 56, 33, 48, 11] } else { &[8, 56, 33, 11] };
        let mut table = new_table();
        for ran in self.untold.drain(..) {
            let mut row = vec![
                if ran.ok { "ok" } else { "FAILED" }.to_owned(),
                ran.title.to_owned(),
                ran.call.to_owned(),
            ];
            if is_wide {
                row.push(ran.endpoint.to_owned());
            }
            row.push(format!("{:.1} ms", ran.ms));
            row.push(printable(&ran.note));
            table.add_row(row);
        }
        for (index, width) in widths.iter().enumerate() {
            if let Some(column) = table.column_mut(index) {
                column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(*width)));
            }
        }
        if let Some(column) = table.column_mut(widths.len() - 1) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        self.unheard = print_text(&format!("\n{}\n{}\n", self.chapter, table.trim_fmt())).err();
    }
}

fn with_remedies(failure: &Failure) -> String {
    let mut note = failure.to_string();
    for remedy in failure.remedies() {
        note.push_str("; try: ");
        note.push_str(remedy);
    }
    note
}

/// Fails a step unless what came back is what the world must contain.
#[macro_export]
macro_rules! must {
    ($holds:expr, $($why:tt)+) => {
        if !$holds {
            return Err($crate::failure::Failure::new(format!($($why)+)));
        }
    };
}
