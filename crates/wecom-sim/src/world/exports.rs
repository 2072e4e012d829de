//! Asynchronous exports (异步导出): rows become JSON, JSON becomes encrypted blocks, blocks get links.
//!
//! A block is written row by row through cipher and digest; its plain text is never whole.

use std::{fmt::Write as _, mem};

use bytes::Bytes;
use md5::{Digest, Md5};
use serde::Serialize;
use wecom_cipher::{EncodingAesKey, FileEncryptor};

use super::{Caller, DepartmentRow, MemberRow, SimpleMemberRow, World, jobs::new_job_id};
use crate::{
    api::Fail,
    callback::{FinishedJob, JobReceiver},
    clock::Millis,
    download::Download,
};

/// Links live two hours.
const LINK_LIFETIME: Millis = 2 * 3_600_000;
/// Plain text is encrypted and hashed in runs of this size.
const RUN: usize = 64 << 10;

/// Which export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExportKind {
    SimpleUser,
    User,
    Department,
    TagUser(u32),
}

impl ExportKind {
    /// The `JobType` of its event.
    fn name(self) -> &'static str {
        match self {
            Self::SimpleUser => "export_simple_user",
            Self::User => "export_user",
            Self::Department => "export_department",
            Self::TagUser(_) => "export_tag",
        }
    }
}

/// What a request asks for.
#[derive(Debug)]
pub(crate) struct ExportRequest {
    pub(crate) kind: ExportKind,
    pub(crate) key: EncodingAesKey,
    pub(crate) block_size: u64,
}

/// One export job.
#[derive(Debug)]
pub(crate) struct Export {
    request: ExportRequest,
    submitter: Caller,
    state: State,
}

#[derive(Debug)]
enum State {
    Waiting,
    Running,
    Done(Vec<Block>),
    Failed,
}

/// One encrypted file.
#[derive(Clone, Debug)]
struct Block {
    bytes: Bytes,
    md5: String,
}

/// The answer of `export/get_result`.
#[derive(Debug, Serialize)]
pub(crate) struct ExportResult {
    status: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    data_list: Option<Vec<DataFile>>,
}

#[derive(Debug, Serialize)]
struct DataFile {
    url: String,
    size: usize,
    md5: String,
}

impl Export {
    pub(super) fn is_finished(&self) -> bool {
        matches!(self.state, State::Done(_) | State::Failed)
    }
}

impl World {
    /// Takes an export.
    pub(crate) fn submit_export(&mut self, submitter: Caller, request: ExportRequest, now: Millis) -> String {
        let id = new_job_id();
        let corp = submitter.corp;
        let export = Export { request, submitter, state: State::Waiting };
        self.corp_mut(corp).jobs.exports.insert(id.clone(), export);
        self.schedule_job(corp, &id, 2, now);
        id
    }

    /// The state of an export, with fresh links once it is done. Somebody else's job is as unknown (40088) as none.
    pub(crate) fn export_result(
        &mut self,
        caller: &Caller,
        id: &str,
        now: Millis,
    ) -> Result<ExportResult, Fail> {
        let export = self
            .corp(caller.corp)
            .jobs
            .exports
            .get(id)
            .filter(|export| export.submitter.credential == caller.credential)
            .ok_or_else(|| Fail::of(40088))?;
        let status = match &export.state {
            State::Waiting => 0,
            State::Running => 1,
            State::Done(_) => 2,
            State::Failed => 3,
        };
        let data_list = match &export.state {
            State::Done(blocks) => {
                let blocks = blocks.clone();
                Some(blocks.into_iter().map(|block| self.link_block(block, now)).collect())
            }
            _ => None,
        };
        Ok(ExportResult { status, data_list })
    }

    fn link_block(&mut self, block: Block, now: Millis) -> DataFile {
        let size = block.bytes.len();
        let file = Download {
            name: format!("{}.data", block.md5),
            content_type: "application/octet-stream",
            bytes: block.bytes,
        };
        DataFile { url: self.link(file, now, Some(now + LINK_LIFETIME)), size, md5: block.md5 }
    }

    pub(super) fn advance_export(&mut self, corp: usize, id: &str) {
        let Some(export) = self.corp_mut(corp).jobs.exports.get_mut(id) else {
            return;
        };
        match export.state {
            State::Waiting => {
                export.state = State::Running;
                return;
            }
            State::Running => {}
            State::Done(_) | State::Failed => return,
        }
        let export = &self.corp(corp).jobs.exports[id];
        let (kind, submitter) = (export.request.kind, export.submitter.clone());
        let outcome = self.blocks_of(export);
        let fail = outcome.as_ref().err().cloned();
        if let Some(export) = self.corp_mut(corp).jobs.exports.get_mut(id) {
            export.state = outcome.map_or(State::Failed, State::Done);
        }
        let Some(receiver) = submitter.credential.receiver() else {
            return;
        };
        let job = FinishedJob {
            id: id.to_owned(),
            kind: kind.name(),
            errcode: fail.as_ref().map_or(0, |fail| fail.code),
            errmsg: fail.map_or_else(|| "ok".into(), |fail| fail.text().to_owned()),
            to: JobReceiver::Submitter(receiver),
        };
        self.record_job(corp, job);
    }

    /// The files, from what the submitter sees now.
    fn blocks_of(&self, export: &Export) -> Result<Vec<Block>, Fail> {
        let view = self.view(&export.submitter);
        let corp = view.corp;
        let members = || corp.members.iter().filter(|(no, member)| view.sees(*no, member));
        let request = &export.request;
        Ok(match request.kind {
            ExportKind::SimpleUser => {
                let mut writer = BlockWriter::new(request, "{", &["userlist"]);
                for (_, member) in members() {
                    writer.row(0, &SimpleMemberRow { view: &view, member });
                }
                writer.finish()
            }
            ExportKind::User => {
                let mut writer = BlockWriter::new(request, "{", &["userlist"]);
                for (no, member) in members() {
                    writer.row(0, &MemberRow { view: &view, no, member });
                }
                writer.finish()
            }
            ExportKind::Department => {
                let mut writer = BlockWriter::new(request, "{", &["department"]);
                for department in corp.departments.subtree(super::ROOT) {
                    if view.sees_department(department.id) {
                        writer.row(0, &DepartmentRow { view: &view, department });
                    }
                }
                writer.finish()
            }
            ExportKind::TagUser(id) => {
                #[derive(Serialize)]
                struct Named<'m> {
                    userid: &'m str,
                    name: &'m str,
                }
                // It may have been deleted since.
                let tag = corp.required_tag(Some(id.into()))?;
                let name = serde_json::Value::from(&*tag.name);
                let head = format!("{{\"tagname\":{name},");
                let mut writer = BlockWriter::new(request, &head, &["userlist", "partylist"]);
                for no in &tag.members {
                    if let Some(member) = corp.members.at(*no).filter(|member| view.sees(*no, member)) {
                        let (userid, name) = (&*member.userid, &*member.name);
                        writer.row(0, &Named { userid, name });
                    }
                }
                for department in &tag.departments {
                    if view.sees_department(*department) {
                        writer.row(1, department);
                    }
                }
                writer.finish()
            }
        })
    }
}

/// Writes rows into blocks, each a JSON document of its own with every list in it.
struct BlockWriter<'a> {
    key: &'a EncodingAesKey,
    block_size: u64,
    head: &'a str,
    lists: &'static [&'static str],
    open: Option<OpenBlock>,
    done: Vec<Block>,
}

struct OpenBlock {
    cipher: FileEncryptor,
    digest: Md5,
    plain: Vec<u8>,
    bytes: Vec<u8>,
    rows: u64,
    /// The list being written; those before it are closed.
    list: usize,
    first_of_list: bool,
}

impl<'a> BlockWriter<'a> {
    fn new(request: &'a ExportRequest, head: &'a str, lists: &'static [&'static str]) -> Self {
        Self { key: &request.key, block_size: request.block_size, head, lists, open: None, done: Vec::new() }
    }

    /// Writes a row into one of the lists; lists come in order.
    fn row(&mut self, list: usize, row: &impl Serialize) {
        if self.open.as_ref().is_some_and(|open| open.rows >= self.block_size) {
            self.close();
        }
        let lists = self.lists;
        let open = self.open.get_or_insert_with(|| OpenBlock::new(self.key, self.head, lists));
        while open.list < list {
            open.next_list(lists);
        }
        if !mem::take(&mut open.first_of_list) {
            open.plain.push(b',');
        }
        serde_json::to_writer(&mut open.plain, row)
            .expect("rows of plain structs are JSON, and a Vec takes all");
        open.rows += 1;
        if open.plain.len() >= RUN {
            open.encrypt();
        }
    }

    /// One block at least, be it without rows.
    fn finish(mut self) -> Vec<Block> {
        if self.open.is_some() || self.done.is_empty() {
            self.close();
        }
        self.done
    }

    fn close(&mut self) {
        let open = self.open.take();
        let mut open = open.unwrap_or_else(|| OpenBlock::new(self.key, self.head, self.lists));
        while open.list + 1 < self.lists.len() {
            open.next_list(self.lists);
        }
        open.plain.extend_from_slice(b"]}");
        self.done.push(open.finish());
    }
}

impl OpenBlock {
    fn new(key: &EncodingAesKey, head: &str, lists: &[&str]) -> Self {
        let mut plain = Vec::with_capacity(RUN + 4096);
        plain.extend_from_slice(head.as_bytes());
        plain.extend_from_slice(format!("\"{}\":[", lists[0]).as_bytes());
        Self {
            cipher: FileEncryptor::new(key),
            digest: Md5::new(),
            plain,
            bytes: Vec::new(),
            rows: 0,
            list: 0,
            first_of_list: true,
        }
    }

    fn next_list(&mut self, lists: &[&str]) {
        self.list += 1;
        self.first_of_list = true;
        let open = format!("],\"{}\":[", lists[self.list]);
        self.plain.extend_from_slice(open.as_bytes());
    }

    fn encrypt(&mut self) {
        let start = self.bytes.len();
        self.cipher.push(&self.plain, &mut self.bytes);
        self.digest.update(&self.bytes[start..]);
        self.plain.clear();
    }

    fn finish(mut self) -> Block {
        self.encrypt();
        let start = self.bytes.len();
        self.cipher.finish(&mut self.bytes);
        self.digest.update(&self.bytes[start..]);
        self.bytes.shrink_to_fit();
        Block { bytes: self.bytes.into(), md5: hex(&self.digest.finalize()) }
    }
}

/// Small letters, as WeCom writes digests.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        write!(text, "{byte:02x}").expect("a String takes all");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "IJUiXNpvGbODwKEBSEsAeOAPAhkqHqNCF6g19t9wfg2";

    fn request(block_size: u64) -> ExportRequest {
        ExportRequest { kind: ExportKind::SimpleUser, key: EncodingAesKey::new(KEY).unwrap(), block_size }
    }

    fn texts(request: &ExportRequest, blocks: &[Block]) -> Vec<String> {
        blocks
            .iter()
            .map(|block| {
                String::from_utf8(wecom_cipher::decrypt_file(&request.key, &block.bytes).unwrap()).unwrap()
            })
            .collect()
    }

    #[test]
    fn the_official_schemes_vectors_come_out() {
        let request = request(10);
        let blocks = BlockWriter::new(&request, "{", &["userlist"]).finish();
        assert_eq!(blocks.len(), 1, "a block without rows");
        assert_eq!(blocks[0].md5, "3317096e568d08f69d29fb1aced06059");
        assert_eq!(blocks[0].bytes.len(), 32);

        #[derive(Serialize)]
        struct Row {
            userid: &'static str,
            name: &'static str,
            department: [u32; 2],
        }
        let mut writer = BlockWriter::new(&request, "{", &["userlist"]);
        writer.row(0, &Row { userid: "wangfang", name: "王芳", department: [2, 7] });
        assert_eq!(writer.finish()[0].md5, "7d168078c49a140fb731448a3cc40abc");
    }

    #[test]
    fn a_block_has_all_lists_and_no_more_rows_than_asked_for() {
        let request = request(2);
        let mut writer = BlockWriter::new(&request, "{\"tagname\":\"值班\",", &["userlist", "partylist"]);
        for (list, row) in [(0, 1), (0, 2), (0, 3), (1, 4), (1, 5)] {
            writer.row(list, &row);
        }
        let blocks = writer.finish();
        assert_eq!(
            texts(&request, &blocks),
            [
                r#"{"tagname":"值班","userlist":[1,2],"partylist":[]}"#,
                r#"{"tagname":"值班","userlist":[3],"partylist":[4]}"#,
                r#"{"tagname":"值班","userlist":[],"partylist":[5]}"#,
            ]
        );
    }
}
