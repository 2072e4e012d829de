//! Converts rows to JSON and JSON to encrypted blocks, all in one spooled file.
//!
//! The plain text of a block is never complete in memory. Rows are read while the world is locked; they are
//! encrypted, hashed and written while it is not.

use std::{io, mem, sync::Arc};

use md5::{Digest, Md5};
use serde::Serialize;
use wecom_cipher::{FileEncryptor, hex};

use super::{
    files::{Block, Files},
    job::ExportRequest,
};
use crate::large_files::FileWriter;

/// Size of the chunks in which plain text is encrypted, hashed and written.
const CHUNK: usize = 64 << 10;

/// Writes rows into blocks. Each block is a JSON document with all lists.
#[derive(Debug)]
pub(super) struct BlockWriter {
    request: Arc<ExportRequest>,
    /// The beginning of a document, before its lists.
    head: String,
    lists: &'static [&'static str],
    file: FileWriter,
    open: Option<OpenBlock>,
    plain: Vec<u8>,
    encrypted: Vec<u8>,
    done: Vec<Block>,
}

struct OpenBlock {
    start: u64,
    cipher: FileEncryptor,
    digest: Md5,
    rows: u64,
    /// The index of the current list; earlier lists are complete.
    list: usize,
    first_of_list: bool,
}

impl BlockWriter {
    pub(super) fn new(
        request: Arc<ExportRequest>,
        head: String,
        lists: &'static [&'static str],
        file: FileWriter,
    ) -> Self {
        let (plain, encrypted) = (Vec::with_capacity(CHUNK + 4096), Vec::with_capacity(CHUNK + 4096));
        Self { request, head, lists, file, open: None, plain, encrypted, done: Vec::new() }
    }

    #[cfg(test)]
    pub(super) fn key(&self) -> &wecom_cipher::EncodingAesKey {
        &self.request.key
    }

    /// Adds a row to a list; the lists must be in order. It must not be called while [`is_full`](Self::is_full).
    pub(super) fn row(&mut self, list: usize, row: &impl Serialize) {
        debug_assert!(!self.is_full(), "what is full is written out first");
        self.open_block();
        while self.open.as_ref().is_some_and(|open| open.list < list) {
            self.next_list();
        }
        if let Some(open) = &mut self.open {
            if !mem::take(&mut open.first_of_list) {
                self.plain.push(b',');
            }
            open.rows += 1;
        }
        serde_json::to_writer(&mut self.plain, row)
            .expect("rows of plain structs are JSON, and a Vec takes all");
    }

    /// Whether [`write_out`](Self::write_out) must be called.
    pub(super) fn is_full(&self) -> bool {
        self.plain.len() >= CHUNK || self.has_all_rows()
    }

    fn has_all_rows(&self) -> bool {
        self.open.as_ref().is_some_and(|open| open.rows >= self.request.block_size)
    }

    /// Encrypts and writes the added rows, and ends a block with all its rows.
    pub(super) fn write_out(&mut self) -> io::Result<()> {
        if self.has_all_rows() { self.close() } else { self.encrypt() }
    }

    /// Ends the last block. An export without rows has one block.
    pub(super) fn finish(mut self) -> io::Result<Files> {
        if self.open.is_some() || self.done.is_empty() {
            self.close()?;
        }
        Ok(Files { file: self.file.finish(), blocks: self.done })
    }

    fn open_block(&mut self) {
        if self.open.is_some() {
            return;
        }
        self.plain.extend_from_slice(self.head.as_bytes());
        write_list(&mut self.plain, "", self.lists[0]);
        self.open = Some(OpenBlock {
            start: self.file.written(),
            cipher: FileEncryptor::new(&self.request.key),
            digest: Md5::new(),
            rows: 0,
            list: 0,
            first_of_list: true,
        });
    }

    fn next_list(&mut self) {
        if let Some(open) = &mut self.open {
            open.list += 1;
            open.first_of_list = true;
            write_list(&mut self.plain, "],", self.lists[open.list]);
        }
    }

    fn encrypt(&mut self) -> io::Result<()> {
        if let Some(open) = &mut self.open {
            open.cipher.push(&self.plain, &mut self.encrypted);
            open.digest.update(&self.encrypted);
        }
        self.plain.clear();
        self.file.append(&self.encrypted)?;
        self.encrypted.clear();
        Ok(())
    }

    fn close(&mut self) -> io::Result<()> {
        self.open_block();
        while self.open.as_ref().is_some_and(|open| open.list + 1 < self.lists.len()) {
            self.next_list();
        }
        self.plain.extend_from_slice(b"]}");
        self.encrypt()?;
        let Some(mut open) = self.open.take() else {
            return Ok(());
        };
        open.cipher.finish(&mut self.encrypted);
        open.digest.update(&self.encrypted);
        self.file.append(&self.encrypted)?;
        self.encrypted.clear();
        self.done.push(Block {
            start: open.start,
            size: self.file.written() - open.start,
            md5: hex(open.digest.finalize()),
        });
        Ok(())
    }
}

fn write_list(plain: &mut Vec<u8>, before: &str, name: &str) {
    for part in [before, "\"", name, "\":["] {
        plain.extend_from_slice(part.as_bytes());
    }
}

/// Omits the rows.
impl std::fmt::Debug for OpenBlock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OpenBlock")
            .field("start", &self.start)
            .field("rows", &self.rows)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use wecom_cipher::EncodingAesKey;

    use super::*;
    use crate::{large_files, large_files::FilePart, world::exports::job::ExportKind};

    const KEY: &str = "IJUiXNpvGbODwKEBSEsAeOAPAhkqHqNCF6g19t9wfg2";

    fn request(block_size: u64) -> Arc<ExportRequest> {
        let key = EncodingAesKey::new(KEY).unwrap();
        Arc::new(ExportRequest { kind: ExportKind::SimpleUser, key, block_size })
    }

    fn writer(block_size: u64, head: &str, lists: &'static [&'static str]) -> BlockWriter {
        let file = FileWriter::begin(&large_files::default_directory());
        BlockWriter::new(request(block_size), head.into(), lists, file)
    }

    fn texts(files: &Files) -> Vec<String> {
        let whole = |(file, _): (FilePart, String)| {
            let bytes = file.file.read(file.start, file.size).unwrap();
            String::from_utf8(wecom_cipher::decrypt_file(&request(1).key, &bytes).unwrap()).unwrap()
        };
        files.each().map(whole).collect()
    }

    #[test]
    fn the_official_schemes_vectors_come_out() {
        let files = writer(10, "{", &["userlist"]).finish().unwrap();
        assert_eq!(files.blocks.len(), 1, "a block without rows");
        assert_eq!(files.blocks[0].md5, "3317096e568d08f69d29fb1aced06059");
        assert_eq!(files.blocks[0].size, 32);

        #[derive(Serialize)]
        struct Row {
            userid: &'static str,
            name: &'static str,
            department: [u32; 2],
        }
        let mut writer = writer(10, "{", &["userlist"]);
        writer.row(0, &Row { userid: "wangfang", name: "王芳", department: [2, 7] });
        assert_eq!(writer.finish().unwrap().blocks[0].md5, "7d168078c49a140fb731448a3cc40abc");
    }

    #[test]
    fn a_block_has_all_lists_and_no_more_rows_than_asked_for() {
        let mut writer = writer(2, "{\"tagname\":\"值班\",", &["userlist", "partylist"]);
        for (list, row) in [(0, 1), (0, 2), (0, 3), (1, 4), (1, 5)] {
            if writer.is_full() {
                writer.write_out().unwrap();
            }
            writer.row(list, &row);
        }
        assert_eq!(
            texts(&writer.finish().unwrap()),
            [
                r#"{"tagname":"值班","userlist":[1,2],"partylist":[]}"#,
                r#"{"tagname":"值班","userlist":[3],"partylist":[4]}"#,
                r#"{"tagname":"值班","userlist":[],"partylist":[5]}"#,
            ]
        );
    }

    #[test]
    fn a_block_larger_than_a_run_reads_back() {
        let mut writer = writer(100_000, "{", &["userlist"]);
        for row in 0..50_000 {
            if writer.is_full() {
                writer.write_out().unwrap();
            }
            writer.row(0, &row);
        }
        let expected: Vec<String> = (0..50_000).map(|row| row.to_string()).collect();
        let text = texts(&writer.finish().unwrap()).remove(0);
        assert!(text == format!("{{\"userlist\":[{}]}}", expected.join(",")));
    }
}
