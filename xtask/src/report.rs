//! The results of parts that a machine may be unable to run.

use anyhow::{Result, bail};

/// The results of all parts of one kind.
pub(crate) struct Report {
    kind: &'static str,
    outcomes: Vec<(String, Outcome)>,
}

/// The result of one part. The texts are for a person.
#[derive(Debug)]
pub(crate) enum Outcome {
    Passed(String),
    Failed(String),
    /// A program or a package is missing on this machine.
    NotRun(String),
}

impl Report {
    pub(crate) fn of(kind: &'static str) -> Self {
        Self { kind, outcomes: Vec::new() }
    }

    pub(crate) fn add(&mut self, part: impl Into<String>, outcome: Outcome) {
        self.outcomes.push((part.into(), outcome));
    }

    /// Prints the report.
    ///
    /// # Errors
    ///
    /// Returns an error that names the failed parts.
    pub(crate) fn finish(&self) -> Result<()> {
        let mut failed = Vec::new();
        for (part, outcome) in &self.outcomes {
            match outcome {
                Outcome::Passed(what) => eprintln!("{} {part}: {what}", self.kind),
                Outcome::NotRun(why) => eprintln!("{} {part}: NOT RUN: {why}", self.kind),
                Outcome::Failed(why) => {
                    eprintln!("{} {part}: FAILED: {why}", self.kind);
                    failed.push(part.as_str());
                }
            }
        }
        if failed.is_empty() { Ok(()) } else { bail!("{}s failed: {}", self.kind, failed.join(", ")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_failed_part_makes_the_report_an_error() {
        let mut report = Report::of("client");
        report.add("Python", Outcome::Passed("3 tests".into()));
        report.add("Node", Outcome::NotRun("node is missing".into()));
        report.finish().unwrap();
        report.add("Go", Outcome::Failed("exit status 1".into()));
        assert_eq!(report.finish().unwrap_err().to_string(), "clients failed: Go");
    }
}
