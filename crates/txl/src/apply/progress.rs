//! How far a run has come, on stderr.

use std::{sync::Arc, time::Duration};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use wecom_directory::{apply::RunEvent, run::StepState};

use crate::{
    messages::apply as messages,
    output::{say, stderr},
};

/// The progress bar of a run. Where stderr is no terminal, only the lines of failed steps are printed.
pub(super) struct Gauge(ProgressBar);

impl Gauge {
    pub(super) fn new(is_shown: bool, steps: u64) -> Arc<Self> {
        let target = if is_shown && !stderr::is_silent() {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(Some(steps), target);
        let template = "{spinner} {msg} {pos}/{len} ({eta} left)";
        bar.set_style(
            ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()),
        );
        bar.enable_steady_tick(Duration::from_millis(100));
        Arc::new(Self(bar))
    }

    pub(super) fn show(&self, event: &RunEvent<'_>) {
        match event {
            RunEvent::Looking => self.0.set_message(messages::looking().to_string()),
            RunEvent::Ended { step, state, reason, counts } => {
                self.0.set_length(counts.steps);
                self.0.set_position(counts.steps - counts.remaining());
                self.0.set_message(messages::counts(counts).to_string());
                if *state != StepState::Done || reason.is_some() {
                    self.0.suspend(|| {
                        say(messages::step(&step.object, step.action, *state, *reason, &step.places))
                    });
                }
            }
            RunEvent::Waiting { seconds } => self.0.suspend(|| say(messages::waiting(*seconds))),
            RunEvent::Settling { steps } => self.0.set_message(messages::settling(*steps).to_string()),
            RunEvent::Verifying => self.0.set_message(messages::verifying().to_string()),
            _ => {}
        }
    }

    pub(super) fn clear(&self) {
        self.0.finish_and_clear();
    }
}
