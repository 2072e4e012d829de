//! One file from its link to typed rows, in stages that run side by side.
//!
//! A task downloads and hands runs of ciphertext to two threads: one sums them up (md5), one decrypts and frames. What is framed of
//! a run is parsed on whichever thread is free, a few runs side by side, as parsing costs more than all the rest. Runs are large
//! and the queues between the stages short, so that waking a stage costs little and memory does not grow with the file.
//! Dropping the rows' end stops all of them.

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
use crate::{Error, ErrorKind, Result, json_fields, redact};

/// Minimum number of bytes in a run of ciphertext that goes from stage to stage; the last run may have fewer.
const RUN: usize = 256 << 10;
/// Less than a full run is handed on if nothing comes for so long.
const LINGER: Duration = Duration::from_millis(20);
/// So many runs, or batches of rows, wait between two stages.
const QUEUE: usize = 2;
/// A record larger than this is taken for garbage. A member with everything filled in has a few KiB.
const RECORD_LIMIT: usize = 4 << 20;

/// What goes from the download to the stages behind it.
#[derive(Clone)]
enum Part {
    /// Chunks as they came off the wire.
    Run(Arc<[Bytes]>),
    /// All that was announced has come.
    End,
    Failed(Error),
}

/// The rows of one run; `None` at the end of the file.
pub(super) type Batch<R> = Result<Option<Vec<R>>>;

/// How far an export has been read; shared by its files.
#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) bytes: AtomicU64,
    pub(super) rows: AtomicU64,
}

/// Rows whose id is damaged, counted over all files of an export however it is read.
#[derive(Clone, Debug, Default)]
pub struct DamagedRows(Arc<AtomicU64>);

impl DamagedRows {
    /// How many such rows were read so far. Each was handed out: [`UserId::is_damaged`](crate::UserId::is_damaged) tells which.
    pub fn count(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

/// What the files of one export have in common.
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

/// The rows of one file, run by run. A queue that ends without a `None` or an error was not read to its end.
pub(super) struct Batches<R> {
    steps: mpsc::Receiver<Step<R>>,
    parsing: Option<JoinHandle<Parsed<R>>>,
    failed: Option<Error>,
}

/// What the reader gets out of a run, in the order of the file.
enum Step<R> {
    /// Its rows are being parsed.
    Rows(JoinHandle<Parsed<R>>),
    /// There is no more.
    End(Result<()>),
}

/// The rows before the first that cannot be read, and why it cannot.
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

/// Downloads, and hands every run to both stages.
async fn fetch(mut download: FileDownload, stages: [mpsc::Sender<Part>; 2], counters: Arc<Counters>) {
    let mut run = Pending { chunks: Vec::new(), size: 0, stages, counters };
    loop {
        let next = pin!(download.next());
        // Rows of a slow connection do not wait for a run to be full.
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
            // What came before an error is read first.
            Err(error) => Some(Part::Failed(error)),
        };
        let ended = last.is_some();
        if run.send(last).await.is_none() || ended {
            return;
        }
    }
}

/// What has come off the wire and not been handed on.
struct Pending {
    chunks: Vec<Bytes>,
    size: usize,
    stages: [mpsc::Sender<Part>; 2],
    counters: Arc<Counters>,
}

impl Pending {
    /// Sends the run and then this part to the stages; `None` if a stage has ended.
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

/// The md5 of the ciphertext in small hex digits, if all of it comes.
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

/// Decrypts and frames, has what each run holds parsed, and says at last how the file ended.
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
            // The runtime stopped, and the download with it.
            None => return,
        }
        // If the reader of the rows has gone, the rest of the file is of no use.
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
    /// Rows framed since the last were parsed.
    framed: Vec<Record>,
    refusal: Refusal,
    damaged: DamagedRows,
    shape: Shape<R>,
    tag_name: Arc<OnceLock<String>>,
    counters: Arc<Counters>,
}

/// What a file says in the place of its rows, or beside them. Of several codes the first that is not 0 counts.
#[derive(Default)]
struct Refusal {
    errcode: i64,
    errmsg: String,
}

/// Where in the document a row lies, and in which of the lists.
struct Record {
    name: usize,
    at: u64,
    length: usize,
}

impl<R: Send + 'static> Records<R> {
    /// Ends the file: whether the whole is what was announced.
    fn end(&mut self, decryptor: FileDecryptor, judged: oneshot::Receiver<bool>) -> Result<()> {
        // A wrong sum says more than what came of the bytes.
        if judged.blocking_recv() != Ok(true) {
            return Err(self.corrupt("does not have the announced md5"));
        }
        if decryptor.finish(self.framer.tail()).is_err() {
            return Err(self.corrupt("does not decrypt with this key"));
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
            let why = format!("file {} of the export has no list `{names}`", self.file + 1);
            return Err(Error::new(CALL, ErrorKind::Incomplete(why)));
        }
        Ok(())
    }

    /// Notes the records that have come in whole.
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
                    return Err(corrupt(file, at, "holds a list where a text or a number should be"));
                }
                TAG_NAME => {
                    let name: Option<String> = value(frame.json).map_err(unreadable)?;
                    // Each file repeats the name.
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
                _ => return Err(corrupt(file, at, "holds something else where its rows should be")),
            }
        }
    }

    /// Has the rows parsed that were framed since the last time, if there are any.
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

    fn corrupt(&self, why: &'static str) -> Error {
        corrupt(self.file, self.framer.position(), why)
    }
}

/// Reads one value beside the rows, a broken text in it mended.
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
            Unframed::NotAnObject => "does not decrypt to JSON: is this the job's key?",
            Unframed::TooLong => "holds a record of more than 4 MiB",
            Unframed::Cut => "decrypts to JSON that ends too early",
        },
    )
}

fn malformed(file: usize, at: u64, error: serde_json::Error) -> Error {
    let row = Some(redact::json_error(error));
    Error::new(CALL, ErrorKind::CorruptFile { file, offset: at, why: "holds a row of another shape", row })
}
