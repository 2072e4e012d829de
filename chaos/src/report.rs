//! What a scenario expected, and what it measured.

use std::fmt::{self, Display};

use serde::Serialize;

/// The outcome of one scenario.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// What was done, in one line.
    pub title: String,
    /// What must hold.
    pub checks: Vec<Check>,
    /// What else was measured: a name, and the figure with its unit.
    pub figures: Vec<(String, String)>,
}

/// One thing that must hold.
#[derive(Clone, Debug, Serialize)]
pub struct Check {
    /// What is counted or measured.
    pub what: String,
    /// What it must be.
    pub expected: String,
    /// What it was.
    pub measured: String,
    /// Whether that is what it must be.
    pub held: bool,
}

impl Report {
    /// Begins a report that checks nothing yet.
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), checks: Vec::new(), figures: Vec::new() }
    }

    /// Expects exactly this.
    pub fn exactly<T: PartialEq + Display>(&mut self, what: &str, expected: T, measured: T) {
        let held = expected == measured;
        self.check(what, expected.to_string(), measured.to_string(), held);
    }

    /// Expects no more than this.
    pub fn at_most<T: PartialOrd + Display>(&mut self, what: &str, most: T, measured: T) {
        let held = measured <= most;
        self.check(what, format!("at most {most}"), measured.to_string(), held);
    }

    /// Expects no less than this.
    pub fn at_least<T: PartialOrd + Display>(&mut self, what: &str, least: T, measured: T) {
        let held = measured >= least;
        self.check(what, format!("at least {least}"), measured.to_string(), held);
    }

    /// Adds a figure that nothing is expected of.
    pub fn figure(&mut self, what: &str, figure: impl Display) {
        self.figures.push((what.to_owned(), figure.to_string()));
    }

    /// Whether all of it held.
    pub fn held(&self) -> bool {
        self.checks.iter().all(|check| check.held)
    }

    fn check(&mut self, what: &str, expected: String, measured: String, held: bool) {
        self.checks.push(Check { what: what.to_owned(), expected, measured, held });
    }
}

impl Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.title)?;
        for Check { what, expected, measured, held } in &self.checks {
            let mark = if *held { "ok    " } else { "MISSED" };
            writeln!(f, "  {mark}  {what}: expected {expected}, measured {measured}")?;
        }
        for (what, figure) in &self.figures {
            writeln!(f, "          {what}: {figure}")?;
        }
        Ok(())
    }
}
