//! The report: the diagnoses in the order of the checks, and the matrix of endpoints.

use serde::Serialize;

use super::{
    diagnosis::{Diagnosis, State},
    matrix::Endpoint,
};
use crate::{
    failure::{Result, printable},
    messages::{doctor as messages, doctor_words as words},
    output::{Format, Output, padded, print_text, terminal_width, wrapped},
};

/// Width of the column of states.
const STATE: usize = 12;
/// Columns of text that goes to a file or a pipe, and of wide terminals.
const COLUMNS: usize = 100;
/// Widths of the columns of the matrix.
const ENDPOINT: usize = 32;
const CREDENTIAL: usize = 18;

/// What the checks have found.
#[derive(Default, Serialize)]
pub(super) struct Report {
    pub(super) diagnoses: Vec<Diagnosis>,
    pub(super) matrix: Vec<Endpoint>,
    /// Whether the server gives no usable answer. Then no further call is made.
    #[serde(skip)]
    pub(super) is_unreachable: bool,
}

impl Report {
    pub(super) fn add(&mut self, diagnosis: Diagnosis) {
        self.diagnoses.push(diagnosis);
    }

    /// The number of problems.
    pub(super) fn problems(&self) -> usize {
        self.diagnoses.iter().filter(|diagnosis| diagnosis.state == State::Problem).count()
    }

    pub(super) fn print(&self, output: Output) -> Result {
        match output.format {
            Format::Json | Format::Jsonl | Format::Yaml => output.record(self),
            Format::Csv => output.list(&self.diagnoses, &[]),
            Format::Table => print_text(&self.text(terminal_width().unwrap_or(COLUMNS).min(COLUMNS))),
        }
    }

    fn text(&self, width: usize) -> String {
        let mut text = String::new();
        for diagnosis in &self.diagnoses {
            let check = words::check(diagnosis.check);
            let check = match diagnosis.credential {
                Some(name) => words::check_of(&check, &words::credential(name)),
                None => check,
            };
            let first = words::says(&check, &printable(&diagnosis.message)).to_string();
            lines(&mut text, &diagnosis.state.word().to_string(), &first, width);
            if let Some(remedy) = &diagnosis.remedy {
                lines(&mut text, "", &messages::to_try(&printable(remedy)).to_string(), width);
            }
            if let Some(page) = diagnosis.page {
                lines(&mut text, "", &messages::page(page).to_string(), width);
            }
        }
        if !self.matrix.is_empty() {
            let row = |endpoint: &str, contacts: &str, app: &str| {
                format!("{}{}{app}", padded(endpoint, ENDPOINT), padded(contacts, CREDENTIAL))
            };
            text.push_str(&format!(
                "\n{}\n",
                row(
                    &words::endpoint().to_string(),
                    &words::credential("contacts-sync").to_string(),
                    &words::credential("app").to_string()
                )
            ));
            for Endpoint { endpoint, contacts, app } in &self.matrix {
                text.push_str(row(endpoint, &contacts.to_string(), &app.to_string()).trim_end());
                text.push('\n');
            }
        }
        text
    }
}

/// Adds a line with its state. Further lines are indented below the first.
fn lines(text: &mut String, state: &str, line: &str, width: usize) {
    let mut state = state;
    for part in wrapped(line, width.saturating_sub(STATE).max(STATE)) {
        text.push_str(&format!("{}{part}\n", padded(state, STATE)));
        state = "";
    }
}
