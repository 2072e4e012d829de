//! The progress of an export, drawn on stderr if that is a terminal.

use std::{sync::Mutex, time::Duration};

use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};
use wecom_contacts::{JobId, exports::Progress};

use crate::{
    messages::{Message, export as messages},
    output::stderr,
};

const TICK: Duration = Duration::from_millis(100);

pub(super) struct Gauge {
    bar: ProgressBar,
    /// One counter for each stream of rows.
    followed: Mutex<Vec<Progress>>,
}

impl Gauge {
    pub(super) fn new(is_shown: bool) -> Self {
        let target = if is_shown && !stderr::is_silent() {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        Self { bar: ProgressBar::with_draw_target(None, target), followed: Mutex::default() }
    }

    /// The job is running, and its duration is unknown.
    pub(super) fn wait(&self, job: &JobId) {
        self.bar.set_style(style(&messages::waiting_for_job()));
        self.bar.set_message(crate::failure::printable(job.as_str()));
        self.start_to_tick();
    }

    /// The job is done, and its files have this many bytes.
    pub(super) fn read(&self, bytes: u64) {
        self.bar.reset();
        self.bar.set_length(bytes);
        self.bar.set_message("");
        self.bar.set_style(style(&messages::reading_rows()));
        self.start_to_tick();
    }

    /// Counts the bytes that this stream reads.
    pub(super) fn follow(&self, progress: Progress) {
        self.followed().push(progress);
    }

    /// Draws the current count.
    pub(super) fn tick(&self) {
        if self.bar.is_hidden() {
            return;
        }
        let (mut rows, mut bytes) = (0, 0);
        for progress in self.followed().iter() {
            rows += progress.rows();
            bytes += progress.bytes();
        }
        let rate = rows as f64 / self.bar.elapsed().as_secs_f64().max(0.001);
        self.bar.set_position(bytes);
        self.bar.set_message(messages::rows_at_rate(HumanCount(rows), HumanCount(rate as u64)).to_string());
    }

    /// Removes the bar for other output.
    pub(super) fn clear(&self) {
        self.bar.finish_and_clear();
    }

    /// Prints to stderr without damaging the bar.
    pub(super) fn aside(&self, say: impl FnOnce()) {
        self.bar.suspend(say);
    }

    fn start_to_tick(&self) {
        if !self.bar.is_hidden() {
            self.bar.enable_steady_tick(TICK);
        }
    }

    fn followed(&self) -> std::sync::MutexGuard<'_, Vec<Progress>> {
        self.followed.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Drop for Gauge {
    fn drop(&mut self) {
        self.clear();
    }
}

fn style(template: &Message) -> ProgressStyle {
    // An invalid template would be a mistake of this program, but not a reason to fail.
    ProgressStyle::with_template(&template.to_string()).unwrap_or_else(|_| ProgressStyle::default_bar())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_templates_are_well_formed() {
        for template in [messages::waiting_for_job(), messages::reading_rows()] {
            assert!(ProgressStyle::with_template(&template.to_string()).is_ok(), "{template}");
        }
    }
}
