//! The expectations of a scenario and its measurements.

use std::fmt::{self, Display};

use serde::Serialize;

/// The outcome of one scenario.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The actions of the scenario, in one line.
    pub title: String,
    /// The expectations.
    pub checks: Vec<Check>,
    /// Other measurements: a name, and the value with its unit.
    pub figures: Vec<(String, String)>,
}

/// One expectation.
#[derive(Clone, Debug, Serialize)]
pub struct Check {
    /// The measured quantity.
    pub what: String,
    /// The expected value.
    pub expected: String,
    /// The measured value.
    pub measured: String,
    /// Whether the measured value is as expected.
    pub held: bool,
}

impl Report {
    /// Creates a report without expectations.
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), checks: Vec::new(), figures: Vec::new() }
    }

    /// Expects exactly this value.
    pub fn exactly<T: PartialEq + Display>(&mut self, what: &str, expected: T, measured: T) {
        let held = expected == measured;
        self.check(what, expected.to_string(), measured.to_string(), held);
    }

    /// Expects at most this value.
    pub fn at_most<T: PartialOrd + Display>(&mut self, what: &str, most: T, measured: T) {
        let held = measured <= most;
        self.check(what, format!("at most {most}"), measured.to_string(), held);
    }

    /// Expects at least this value.
    pub fn at_least<T: PartialOrd + Display>(&mut self, what: &str, least: T, measured: T) {
        let held = measured >= least;
        self.check(what, format!("at least {least}"), measured.to_string(), held);
    }

    /// Adds a measurement without an expectation.
    pub fn figure(&mut self, what: &str, figure: impl Display) {
        self.figures.push((what.to_owned(), figure.to_string()));
    }

    /// Whether all expectations are met.
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
