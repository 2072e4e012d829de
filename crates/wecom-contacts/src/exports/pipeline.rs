//! The pipeline from a file's link to typed rows. Its stages run concurrently.
//!
//! A task downloads runs of ciphertext and sends them to two threads: one computes the md5, the other decrypts and splits
//! the text into records. The records of a run are parsed on any free blocking thread, several runs at a time, because
//! parsing is the most expensive stage. Runs are large, so waking a stage is cheap. The queues between the stages are
//! short, so memory use is independent of the file size. Dropping the receiver of the rows stops all stages.

use std::{
    mem,
    pin::{Pin, pin},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use futures_util::future::{self, Either};
use md5::{Digest, Md5};
use serde::de::DeserializeOwned;
use tokio::{
    sync::{mpsc, oneshot},
    task::{self, JoinHandle},
    time::sleep,
};
use wecom_cipher::{EncodingAesKey, FileDecryptor, hex};
use wecom_json::{Framer, Unframed, mend};

use super::{
    CALL, corrupt,
    download::FileDownload,
    row::{ERRCODE, ERRMSG, Shape, TAG_NAME},
};
use crate::{Bilingual, Error, ErrorKind, Result, json_fields, redact};

/// Minimum number of bytes in a run of ciphertext between two stages. Only the last run can be shorter.
const RUN: usize = 256 << 10;
/// An incomplete run is sent on after this time without new bytes.
const LINGER: Duration = Duration::from_millis(20);
/// Capacity of the queue between two stages, in runs or batches of rows.
const QUEUE: usize = 2;
/// Maximum size of a record. A larger one is treated as damaged data; a member with all fields set has a few KiB.
const RECORD_LIMIT: usize = 4 << 20;

/// An item that the download sends to the other stages.
#[derive(Clone)]
enum Part {
    /// The chunks in the form in which they were received.
    Run(Arc<[Bytes]>),
    /// All announced bytes were received.
    End,
    Failed(Error),
}

/// The rows of one run, or `None` at the end of the file.
pub(super) type Batch<R> = Result<Option<Vec<R>>>;

/// The progress of reading an export, shared by its files.
#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) bytes: AtomicU64,
    pub(super) rows: AtomicU64,
}

/// The number of rows with a damaged id, counted over all files of an export. It is independent of the way the export is
/// read.
#[derive(Clone, Debug, Default)]
pub struct DamagedRows(Arc<AtomicU64>);

impl DamagedRows {
    /// Returns the number of such rows read so far. The stream returns these rows too;
    /// [`UserId::is_damaged`](crate::UserId::is_damaged) identifies them.
    pub fn count(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

/// The data that the files of one export share.
pub(super) struct Common<R> {
    pub(super) key: EncodingAesKey,
    pub(super) shape: Shape<R>,
    pub(super) tag_name: Arc<OnceLock<String>>,
    pub(super) counters: Arc<Counters>,
    pub(super) damaged: DamagedRows,
}

/// Starts the stages of one file.
pub(super) fn start<R: Send + 'static>(download: FileDownload, common: &Common<R>) -> Batches<R> {
    let (steps, taken) = mpsc::channel(QUEUE);
    let (to_sum, to_be_summed) = mpsc::channel(QUEUE);
    let (to_read, to_be_read) = mpsc::channel(QUEUE);
    let (verdict, judged) = oneshot::channel();
    let md5 = download.file().md5.clone();
    let decryptor = FileDecryptor::new(&common.key);
    let records = Records {
        file: download.position(),
        framer: Framer::new(common.shape.names, RECORD_LIMIT),
        framed: Vec::new(),
        refusal: Refusal::default(),
        damaged: common.damaged.clone(),
        shape: common.shape,
        tag_name: Arc::clone(&common.tag_name),
        counters: Arc::clone(&common.counters),
    };
    task::spawn_blocking(move || {
        let _ = verdict.send(sum(to_be_summed).is_some_and(|digest| digest.eq_ignore_ascii_case(md5.trim())));
    });
    task::spawn_blocking(move || read(records, decryptor, to_be_read, judged, &steps));
    tokio::spawn(fetch(download, [to_read, to_sum], Arc::clone(&common.counters)));
    Batches { steps: taken, parsing: None, failed: None }
}

/// The rows of one file, run by run. A queue that closes without a `None` or an error means that the file was not read to
/// its end.
pub(super) struct Batches<R> {
    steps: mpsc::Receiver<Step<R>>,
    parsing: Option<JoinHandle<Parsed<R>>>,
    failed: Option<Error>,
}

/// An item for the reader of the rows, in the order of the file.
enum Step<R> {
    /// The rows of a run, which are being parsed.
    Rows(JoinHandle<Parsed<R>>),
    /// The end of the file.
    End(Result<()>),
}

/// The rows before the first unreadable one, with its error.
type Parsed<R> = (Vec<R>, Option<Error>);

impl<R> Batches<R> {
    pub(super) fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Batch<R>>> {
        loop {
            if let Some(parsing) = &mut self.parsing {
                let parsed = ready!(Pin::new(parsing).poll(context));
                self.parsing = None;
                // The runtime stopped.
                let Ok((rows, failed)) = parsed else { return Poll::Ready(None) };
                self.failed = failed;
                if !rows.is_empty() {
                    return Poll::Ready(Some(Ok(Some(rows))));
                }
            }
            if let Some(error) = self.failed.take() {
                return Poll::Ready(Some(Err(error)));
            }
            match ready!(self.steps.poll_recv(context)) {
                Some(Step::Rows(parsing)) => self.parsing = Some(parsing),
                Some(Step::End(end)) => return Poll::Ready(Some(end.map(|()| None))),
                None => return Poll::Ready(None),
            }
        }
    }
}

/// Downloads the file and sends every run to both stages.
async fn fetch(mut download: FileDownload, stages: [mpsc::Sender<Part>; 2], counters: Arc<Counters>) {
    let mut run = Pending { chunks: Vec::new(), size: 0, stages, counters };
    loop {
        let next = pin!(download.next());
        // The rows of a slow connection are sent on before a run is complete.
        let next = match future::select(next, pin!(sleep(LINGER))).await {
            Either::Left((next, _)) => next,
            Either::Right(((), next)) => {
                if run.send(None).await.is_none() {
                    return;
                }
                next.await
            }
        };
        let last = match next {
            Ok(Some(chunk)) => {
                run.size += chunk.len();
                run.chunks.push(chunk);
                if run.size < RUN {
                    continue;
                }
                None
            }
            Ok(None) => Some(Part::End),
            // The runs received before the error are processed first.
            Err(error) => Some(Part::Failed(error)),
        };
        let ended = last.is_some();
        if run.send(last).await.is_none() || ended {
            return;
        }
    }
}

/// Bytes that were received, but not yet sent on.
struct Pending {
    chunks: Vec<Bytes>,
    size: usize,
    stages: [mpsc::Sender<Part>; 2],
    counters: Arc<Counters>,
}

impl Pending {
    /// Sends the run and then this part to the stages. Returns `None` if a stage has ended.
    async fn send(&mut self, last: Option<Part>) -> Option<()> {
        self.counters.bytes.fetch_add(mem::take(&mut self.size) as u64, Relaxed);
        let run = (!self.chunks.is_empty()).then(|| Part::Run(mem::take(&mut self.chunks).into()));
        for part in run.into_iter().chain(last) {
            for stage in &self.stages {
                stage.send(part.clone()).await.ok()?;
            }
        }
        Some(())
    }
}

/// Computes the md5 of the ciphertext as lowercase hex digits. Returns `None` if the download ends early.
fn sum(mut parts: mpsc::Receiver<Part>) -> Option<String> {
    let mut md5 = Md5::new();
    loop {
        match parts.blocking_recv()? {
            Part::Run(chunks) => chunks.iter().for_each(|chunk| md5.update(chunk)),
            Part::End => break,
            Part::Failed(_) => return None,
        }
    }
    Some(hex(md5.finalize()))
}

/// Decrypts the runs, splits them into records, starts the parsing of each run, and finally reports the end of the file.
fn read<R: Send + 'static>(
    mut records: Records<R>,
    mut decryptor: FileDecryptor,
    mut parts: mpsc::Receiver<Part>,
    judged: oneshot::Receiver<bool>,
    steps: &mpsc::Sender<Step<R>>,
) {
    let end = loop {
        match parts.blocking_recv() {
            Some(Part::Run(chunks)) => {
                chunks.iter().for_each(|chunk| decryptor.push(chunk, records.framer.tail()));
                if let Err(error) = records.frame() {
                    break Err(error);
                }
            }
            Some(Part::End) => break records.end(decryptor, judged),
            Some(Part::Failed(error)) => break Err(error),
            // The runtime stopped, so the download stopped too.
            None => return,
        }
        // If the receiver of the rows was dropped, the rest of the file is unused.
        if let Some(rows) = records.parse()
            && steps.blocking_send(Step::Rows(rows)).is_err()
        {
            return;
        }
    };
    for step in records.parse().map(Step::Rows).into_iter().chain([Step::End(end)]) {
        if steps.blocking_send(step).is_err() {
            return;
        }
    }
}

/// The records of one file.
struct Records<R> {
    file: usize,
    framer: Framer,
    /// Records that are complete and not yet parsed.
    framed: Vec<Record>,
    refusal: Refusal,
    damaged: DamagedRows,
    shape: Shape<R>,
    tag_name: Arc<OnceLock<String>>,
    counters: Arc<Counters>,
}

/// The error that a file contains instead of its rows or beside them. The first code other than 0 counts.
#[derive(Default)]
struct Refusal {
    errcode: i64,
    errmsg: String,
}

/// The position of a row in the document, and the index of its list.
struct Record {
    name: usize,
    at: u64,
    length: usize,
}

impl<R: Send + 'static> Records<R> {
    /// Checks the end of the file against the announcement.
    fn end(&mut self, decryptor: FileDecryptor, judged: oneshot::Receiver<bool>) -> Result<()> {
        // A wrong md5 is the most precise error, so it has priority over errors of decryption.
        if judged.blocking_recv() != Ok(true) {
            return Err(self.corrupt(("does not have the announced md5", "MD5 与声明的不一致")));
        }
        if decryptor.finish(self.framer.tail()).is_err() {
            return Err(self.corrupt(("does not decrypt with this key", "无法用该密钥解密")));
        }
        self.frame()?;
        self.framer.finish().map_err(|why| unframed(self.file, self.framer.position(), why))?;
        let Refusal { errcode, errmsg } = mem::take(&mut self.refusal);
        if errcode != 0 {
            return Err(Error::refused(CALL, i32::try_from(errcode).unwrap_or(-1), errmsg));
        }
        let lists = self.shape.lists;
        if !(0..lists).any(|list| self.framer.has_array(list)) {
            let names = self.shape.names[..lists].join("`, nor `");
            let file = self.file + 1;
            let why = Bilingual::new(
                format!("file {file} of the export has no list `{names}`"),
                format!("导出的第 {file} 个文件没有列表 `{}`", self.shape.names[..lists].join("`、`")),
            );
            return Err(Error::new(CALL, ErrorKind::Incomplete(why)));
        }
        Ok(())
    }

    /// Collects the records that are complete.
    fn frame(&mut self) -> Result<()> {
        let file = self.file;
        loop {
            let frame = match self.framer.next_frame() {
                Ok(Some(frame)) => frame,
                Ok(None) => return Ok(()),
                Err(why) => return Err(unframed(file, self.framer.position(), why)),
            };
            let at = frame.at;
            if frame.element && frame.name < self.shape.lists {
                self.framed.push(Record { name: frame.name, at, length: frame.json.len() });
                continue;
            }
            let unreadable = |error| malformed(file, at, error);
            match self.shape.names[frame.name] {
                _ if frame.element => {
                    return Err(corrupt(
                        file,
                        at,
                        ("has a list in a place for a text or a number", "应为文本或数字的位置是一个列表"),
                    ));
                }
                TAG_NAME => {
                    let name: Option<String> = value(frame.json).map_err(unreadable)?;
                    // Every file repeats the tag's name.
                    let _ = self.tag_name.set(name.unwrap_or_default());
                }
                ERRCODE => {
                    let json_fields::Number(errcode) = value(frame.json).map_err(unreadable)?;
                    if self.refusal.errcode == 0 {
                        self.refusal.errcode = errcode;
                    }
                }
                ERRMSG => {
                    let errmsg: Option<String> = value(frame.json).map_err(unreadable)?;
                    self.refusal.errmsg = redact::shortened(errmsg.unwrap_or_default());
                }
                _ if frame.json == b"null" => {}
                _ => {
                    return Err(corrupt(
                        file,
                        at,
                        ("has another value in the place of its rows", "应为数据列表的位置是其他内容"),
                    ));
                }
            }
        }
    }

    /// Starts parsing the records collected since the last call. Returns `None` if there are none.
    fn parse(&mut self) -> Option<JoinHandle<Parsed<R>>> {
        if self.framed.is_empty() {
            return None;
        }
        let (from, json) = self.framer.release();
        let records = mem::take(&mut self.framed);
        let (file, shape, counters) = (self.file, self.shape, Arc::clone(&self.counters));
        let damaged = self.damaged.clone();
        Some(task::spawn_blocking(move || {
            let mut rows = Vec::with_capacity(records.len());
            let mut failed = None;
            for Record { name, at, length } in records {
                let start = (at - from) as usize;
                match shape.row(name, &json[start..start + length]) {
                    Ok((row, is_damaged)) => {
                        rows.push(row);
                        if is_damaged {
                            damaged.0.fetch_add(1, Relaxed);
                        }
                    }
                    Err(error) => {
                        failed = Some(malformed(file, at, error));
                        break;
                    }
                }
            }
            counters.rows.fetch_add(rows.len() as u64, Relaxed);
            (rows, failed)
        }))
    }

    fn corrupt(&self, why: impl Into<Bilingual>) -> Error {
        corrupt(self.file, self.framer.position(), why)
    }
}

/// Reads a value beside the rows, and repairs a damaged text in it.
fn value<T: DeserializeOwned>(json: &[u8]) -> serde_json::Result<T> {
    serde_json::from_slice(json).or_else(|error| {
        let json = mend(json).ok_or(error)?;
        serde_json::from_slice(&json)
    })
}

fn unframed(file: usize, at: u64, why: Unframed) -> Error {
    corrupt(
        file,
        at,
        match why {
            Unframed::NotAnObject => (
                "decrypts to data other than JSON: check the key of the job",
                "解密后不是 JSON：请确认使用的是该任务的密钥",
            ),
            Unframed::TooLong => ("has a record of more than 4 MiB", "含有超过 4 MiB 的记录"),
            Unframed::Cut => ("decrypts to JSON that ends too early", "解密后的 JSON 不完整"),
        },
    )
}

fn malformed(file: usize, at: u64, error: serde_json::Error) -> Error {
    let row = Some(redact::json_error(error));
    let why = ("has a row with an unexpected structure", "有一行数据的结构与文档不符").into();
    Error::new(CALL, ErrorKind::CorruptFile { file, offset: at, why, row })
}
