//! The result of an import, row by row.

use std::sync::Arc;

use super::{
    ImportRow, ImportStatus,
    row_keys::{Key, Lines},
};
use crate::JobId;

/// The result of a finished import. A *finished* job can contain refused rows: see [`failures`](Self::failures).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportOutcome {
    status: ImportStatus,
    jobs: Vec<JobId>,
    unmentioned: Vec<u64>,
}

impl ImportOutcome {
    /// Returns the job's last status from the server. For a file in several parts, it combines the statuses of all jobs.
    pub fn status(&self) -> &ImportStatus {
        &self.status
    }

    /// Returns the ids of the jobs, one for each part of the file.
    pub fn jobs(&self) -> &[JobId] {
        &self.jobs
    }

    /// Returns all rows of the server's reply, in its order. Rows of a builder's file have their [line](ImportRow::line).
    pub fn rows(&self) -> &[ImportRow] {
        &self.status.rows
    }

    /// Returns the refused rows. The table of error codes has the meaning and the remedy of each refusal:
    ///
    /// ```
    /// # fn example(outcome: wecom_contacts::imports::ImportOutcome) {
    /// for row in outcome.failures() {
    ///     let info = row.refusal().and_then(|code| code.info());
    ///     println!("line {:?}: {:?}, {:?}", row.line, row.errmsg, info.map(|info| info.remedy));
    /// }
    /// # }
    /// ```
    pub fn failures(&self) -> impl Iterator<Item = &ImportRow> {
        self.status.rows.iter().filter(|row| row.refusal().is_some())
    }

    /// Returns the number of rows in the file, according to the server.
    pub fn total(&self) -> u64 {
        self.status.total.into()
    }

    /// Returns the number of refused rows.
    pub fn failed(&self) -> usize {
        self.failures().count()
    }

    /// Returns the number of accepted rows.
    pub fn succeeded(&self) -> usize {
        self.status.rows.len() - self.failed()
    }

    /// Returns the lines of the rows that are missing from the server's reply, in order. Their result is unknown. Always
    /// empty for a file without a builder.
    pub fn unmentioned(&self) -> &[u64] {
        &self.unmentioned
    }

    /// Returns whether every row was accepted, according to the server.
    pub fn is_complete(&self) -> bool {
        self.unmentioned.is_empty() && self.failures().next().is_none()
    }
}

/// Collects the results of the jobs.
pub(super) struct Tally {
    lines: Option<Arc<Lines>>,
    /// Whether a reply contained the row, for each row of the file.
    mentioned: Vec<bool>,
    status: Option<ImportStatus>,
    jobs: Vec<JobId>,
}

impl Tally {
    pub(super) fn new(lines: Option<Arc<Lines>>) -> Self {
        let rows = lines.as_ref().map_or(0, |lines| lines.rows().len());
        Self { lines, mentioned: vec![false; rows], status: None, jobs: Vec::new() }
    }

    pub(super) fn add(&mut self, job: JobId, mut status: ImportStatus) {
        self.jobs.push(job);
        if let Some(lines) = &self.lines {
            for row in &mut status.rows {
                let key = match (&row.userid, row.partyid) {
                    (Some(userid), _) => Key::Member(userid.as_str()),
                    (None, Some(id)) => Key::Department(id.0),
                    (None, None) => continue,
                };
                if let Some(place) = lines.place(key, |place| self.mentioned[place]) {
                    self.mentioned[place] = true;
                    row.line = Some(lines.line(place));
                }
            }
        }
        match &mut self.status {
            None => self.status = Some(status),
            Some(whole) => {
                whole.total = whole.total.saturating_add(status.total);
                whole.rows.append(&mut status.rows);
            }
        }
    }

    /// Returns the outcome, or `None` if no job was added.
    pub(super) fn finish(self) -> Option<ImportOutcome> {
        let mut unmentioned = Vec::new();
        if let Some(lines) = &self.lines {
            let silent = self.mentioned.iter().enumerate().filter(|(_, mentioned)| !**mentioned);
            unmentioned.extend(silent.map(|(place, _)| lines.line(place)));
            unmentioned.sort_unstable();
        }
        Some(ImportOutcome { status: self.status?, jobs: self.jobs, unmentioned })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        ErrorCode,
        imports::{ImportDepartment, ImportFile, ImportMember},
    };

    fn outcome(file: Option<ImportFile>, answers: &[serde_json::Value]) -> ImportOutcome {
        let mut tally = Tally::new(file.and_then(|file| file.lines()));
        for (job, rows) in answers.iter().enumerate() {
            let status = json!({"status": 3, "type": "sync_user", "total": rows.as_array().unwrap().len(), "percentage": 100, "result": rows});
            tally.add(JobId::new(job.to_string()), serde_json::from_value(status).unwrap());
        }
        tally.finish().unwrap()
    }

    #[test]
    fn trap_14_rows_that_failed_are_told_from_rows_that_did_not() {
        let outcome = outcome(
            None,
            &[json!([
                {"userid": "wangfang", "errcode": 0, "errmsg": "ok"},
                {"userid": "liuyang", "errcode": 60104, "errmsg": "mobile existed"},
            ])],
        );
        assert_eq!(
            (outcome.total(), outcome.succeeded(), outcome.failed(), outcome.is_complete()),
            (2, 1, 1, false)
        );
        let failure = outcome.failures().next().unwrap();
        assert_eq!((failure.userid.clone(), failure.line), (Some("liuyang".into()), None));
        assert_eq!(failure.refusal(), Some(ErrorCode(60104)));
    }

    #[test]
    fn rows_are_tied_to_the_lines_they_come_from_and_missing_ones_are_told() {
        let mut file = ImportFile::members().part_size(150).in_memory();
        for (line, userid) in [(7, "a"), (3, "B"), (12, "c"), (40, "d")] {
            let mobile = format!("{:05}", line);
            file.push_at(line, &ImportMember::new(userid, "王芳").mobile(mobile).department([2]));
        }
        let file = file.finish().into_file().unwrap();
        let outcome = outcome(
            Some(file),
            &[
                json!([{"userid": "b", "errcode": 0}, {"userid": "A", "errcode": 60103}]),
                json!([{"userid": "d"}, {"userid": "who"}, {}]),
            ],
        );
        let lines: Vec<_> = outcome.rows().iter().map(|row| row.line).collect();
        assert_eq!(lines, [Some(3), Some(7), Some(40), None, None]);
        assert_eq!((outcome.unmentioned(), outcome.jobs().len(), outcome.total()), (&[12][..], 2, 5));
        assert!(!outcome.is_complete());
    }

    #[test]
    fn departments_are_tied_by_their_ids() {
        let rows = [ImportDepartment::new("示例公司", 1, 0), ImportDepartment::new("研发部", 2, 1)];
        let file = ImportFile::departments().rows(rows).into_file().unwrap();
        let outcome = outcome(
            Some(file),
            &[json!([{"action": 0, "partyid": 2, "errcode": 0}, {"action": 0, "partyid": 1, "errcode": 0}])],
        );
        let lines: Vec<_> = outcome.rows().iter().map(|row| row.line).collect();
        assert_eq!(lines, [Some(3), Some(2)]);
        assert!(outcome.is_complete());
    }
}
