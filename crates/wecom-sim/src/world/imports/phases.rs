//! Executes imports in phases and returns the results of the rows.

use bytes::Bytes;
use serde::Serialize;

use super::{
    SLICE,
    department_file::DepartmentImport,
    job::{Import, ImportKind, ImportRequest, ImportTask, ResultRow, Work, verdict},
    member_file::MemberImport,
    sheet,
};
use crate::{
    clock::Millis,
    world::{
        callback::notify::{FinishedJob, JobReceiver},
        fail::Fail,
        jobs::{PHASES, new_import_id},
        state::World,
    },
};

/// The answer of `batch/getresult`.
#[derive(Debug, Serialize)]
pub(crate) struct ImportResult<'a> {
    status: u8,
    #[serde(rename = "type")]
    kind: &'static str,
    total: usize,
    percentage: usize,
    result: Rows<'a>,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Rows<'a> {
    /// Before the end, the official sample has empty objects.
    Unready(&'static [Unready]),
    Finished(&'a [ResultRow]),
}

#[derive(Debug, Serialize)]
struct Unready {}

impl Import {
    fn result(&self) -> Result<ImportResult<'_>, Fail> {
        let (status, result) = match &self.outcome {
            Some(Ok(())) => (3, Rows::Finished(&self.rows)),
            Some(Err(fail)) => return Err(fail.clone()),
            None => {
                let done = self.rows.len().min(2);
                let status = if self.phase == 0 { 1 } else { 2 };
                (status, Rows::Unready(&[Unready {}, Unready {}][..done]))
            }
        };
        let percentage = match self.total {
            _ if status == 3 => 100,
            0 => 0,
            total => self.rows.len() * 100 / total,
        };
        Ok(ImportResult { status, kind: self.kind.name(), total: self.total, percentage, result })
    }
}

impl World {
    /// Submits an import. A corp runs one at a time (302008).
    pub(crate) fn submit_import(
        &mut self,
        corp: usize,
        request: ImportRequest,
        now: Millis,
    ) -> Result<String, Fail> {
        let jobs = &mut self.corp_mut(corp).jobs;
        if jobs.imports.values().any(|import| !import.is_finished()) {
            return Err(Fail::of(302_008));
        }
        let id = new_import_id(request.kind, now);
        let import = Import {
            kind: request.kind,
            to_invite: request.to_invite,
            callback: request.callback,
            phase: 0,
            work: Work::Waiting(request.file),
            total: 0,
            rows: Vec::new(),
            fails: jobs.failures.take(),
            outcome: None,
        };
        jobs.imports.insert(id.clone(), import);
        self.schedule_job(corp, &id, PHASES, now);
        Ok(id)
    }

    /// Returns the state of an import. An unknown id answers 40088, a removed result 40089, and a failed file its own
    /// code.
    pub(crate) fn import_result(&self, corp: usize, id: &str) -> Result<ImportResult<'_>, Fail> {
        let jobs = &self.corp(corp).jobs;
        match jobs.imports.get(id) {
            Some(import) => import.result(),
            None if jobs.was_cleaned(id) => Err(Fail::of(40089)),
            None => Err(Fail::of(40088)),
        }
    }

    /// Moves an import to its next phase. Returns the remaining work of the phase, so that the caller can release the
    /// lock in between.
    pub(in crate::world) fn advance_import(
        &mut self,
        at: Millis,
        corp: usize,
        id: &str,
    ) -> Option<ImportTask> {
        let import = self.corp_mut(corp).jobs.imports.get_mut(id)?;
        import.phase += 1;
        let (kind, to_invite) = (import.kind, import.to_invite);
        if let Some(code) = import.fails.take() {
            self.end_import(corp, id, Err(Fail::of(code)));
            return None;
        }
        if let Work::Waiting(file) = &import.work {
            let file = file.clone();
            let opened = self.open_import(corp, kind, to_invite, &file);
            let import = self.corp_mut(corp).jobs.imports.get_mut(id)?;
            match opened {
                Ok(opened) => (import.total, import.work) = (opened.total(), opened),
                Err(fail) => self.end_import(corp, id, Err(fail)),
            }
            return None;
        }
        let task = ImportTask { corp, id: id.to_owned(), at };
        self.continue_import(&task).then_some(task)
    }

    /// Processes some rows of the phase. Returns `true` if rows remain.
    pub(crate) fn continue_import(&mut self, task: &ImportTask) -> bool {
        let ImportTask { corp, ref id, at } = *task;
        self.acting_at = at;
        let Some(import) = self.corp_mut(corp).jobs.imports.get_mut(id) else {
            return false;
        };
        let mut work = std::mem::replace(&mut import.work, Work::Done);
        let mut rows = std::mem::take(&mut import.rows);
        let (before, last) = (rows.len(), import.phase >= PHASES);
        // One of the phases opens the file.
        let goal = import.total * (import.phase as usize - 1) / (PHASES as usize - 1);
        let count = goal.saturating_sub(before).min(SLICE);
        let waits = match &mut work {
            Work::Members(import) => import.work(self, corp, count, at, &mut rows),
            Work::Departments(import) => {
                import.work(self, corp, count, &mut rows);
                false
            }
            Work::Waiting(_) | Work::Done => false,
        };
        let more = waits || (before < rows.len() && rows.len() < goal);
        let ends = last && !more && !matches!(work, Work::Done);
        if ends {
            match &mut work {
                Work::Departments(import) => import.finish(self, corp, &mut rows),
                _ => self.sweep_abandoned(corp),
            }
        }
        if let Some(import) = self.corp_mut(corp).jobs.imports.get_mut(id) {
            (import.rows, import.work) = (rows, work);
        }
        if ends {
            self.end_import(corp, id, Ok(()));
        }
        more
    }

    fn end_import(&mut self, corp: usize, id: &str, outcome: Result<(), Fail>) {
        if let Some(import) = self.corp_mut(corp).jobs.imports.get_mut(id) {
            import.work = Work::Done;
            import.outcome = Some(outcome);
            self.notify_of_import(corp, id);
            self.corp_mut(corp).jobs.clean();
        }
    }

    fn open_import(
        &self,
        corp: usize,
        kind: ImportKind,
        to_invite: bool,
        file: &Bytes,
    ) -> Result<Work, Fail> {
        let text = sheet::decode(file, self.choices.gbk_imports)?;
        Ok(match kind {
            ImportKind::ReplaceParty => Work::Departments(DepartmentImport::open(&text)?),
            _ => {
                let replace = kind == ImportKind::ReplaceUser;
                let import = MemberImport::open(&text, self.corp(corp), replace, to_invite)?;
                Work::Members(Box::new(import))
            }
        })
    }

    fn notify_of_import(&mut self, corp: usize, id: &str) {
        let Some(import) = self.corp(corp).jobs.imports.get(id) else {
            return;
        };
        let fail = import.outcome.as_ref().and_then(|outcome| outcome.as_ref().err());
        tracing::debug!(job = %id, kind = import.kind.name(), code = fail.map_or(0, |fail| fail.code), "an import is finished");
        let Some(callback) = import.callback.clone() else {
            return;
        };
        let (errcode, errmsg) = verdict(fail.cloned());
        let job = FinishedJob {
            id: id.to_owned(),
            kind: import.kind.name(),
            errcode,
            errmsg: errmsg.into(),
            to: JobReceiver::Named(callback),
        };
        self.record_job(corp, job);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::world::{WorldSettings, default_world};

    /// Runs a file through an import, from submission to result.
    fn run(kind: ImportKind, file: &[u8], gbk: bool) {
        let mut world = default_world(&WorldSettings::default(), 0);
        world.choices.gbk_imports = gbk;
        let request =
            ImportRequest { kind, file: Bytes::copy_from_slice(file), to_invite: true, callback: None };
        let id = world.submit_import(0, request, 0).unwrap();
        while let Some(at) = world.next_due() {
            world.do_due(at);
        }
        let reply = world.import_result(0, &id);
        assert!(reply.is_err() || reply.is_ok_and(|reply| reply.status == 3));
    }

    fn kind() -> impl Strategy<Value = ImportKind> {
        prop_oneof![Just(ImportKind::SyncUser), Just(ImportKind::ReplaceUser), Just(ImportKind::ReplaceParty),]
    }

    /// Generates bytes after valid headings, so that they pass the first check.
    fn file() -> impl Strategy<Value = Vec<u8>> {
        let cell = prop_oneof!["[a-z0-9;,\"\n \u{4e00}-\u{4e05}-]{0,12}", "[0-9]{0,11}", any::<String>(),];
        let rows = proptest::collection::vec(proptest::collection::vec(cell, 0..9), 0..12);
        let heading = prop_oneof![
            Just("姓名,帐号,手机号,邮箱,所在部门,职位,性别,是否部门内领导,排序,工号\n"),
            Just("帐号,禁用,爱好\n"),
            Just("部门名称,部门ID,父部门ID,排序\n"),
            Just("\u{feff}\"部门ID\",父部门ID,部门名称\r\n"),
        ];
        (heading, rows).prop_map(|(heading, rows)| {
            let rows: Vec<String> = rows.iter().map(|row| row.join(",")).collect();
            format!("{heading}{}", rows.join("\n")).into_bytes()
        })
    }

    proptest! {
        #[test]
        fn whatever_is_uploaded_an_import_ends(
            kind in kind(),
            file in prop_oneof![file(), proptest::collection::vec(any::<u8>(), 0..300)],
            gbk: bool,
        ) {
            run(kind, &file, gbk);
        }
    }
}
