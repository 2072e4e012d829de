//! One file from its link to typed rows, in stages that run side by side.
//!
//! A task downloads and hands runs of ciphertext to two threads: one sums them up (md5), one decrypts, frames and parses.
//! Runs are large and the queues between the stages short, so that waking a stage costs little and memory does not grow
//! with the file. Dropping the rows' end stops all three.

use std::{
    mem,
    pin::pin,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use bytes::Bytes;
use futures_util::future::{self, Either};
use md5::{Digest, Md5};
use tokio::{
    sync::{mpsc, oneshot},
    task,
    time::sleep,
};
use wecom_cipher::{EncodingAesKey, FileDecryptor};

use super::{
    CALL, corrupt,
    download::Download,
    frame::{Framer, Unframed},
    row::{Shape, TAG_NAME},
};
use crate::{Error, ErrorKind, Result, redact};

/// Ciphertext goes from stage to stage in runs of at least so many bytes, but for the last.
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

/// What the files of one export have in common.
pub(super) struct Common<R> {
    pub(super) key: EncodingAesKey,
    pub(super) shape: Shape<R>,
    pub(super) tag_name: Arc<OnceLock<String>>,
    pub(super) counters: Arc<Counters>,
}

/// Starts the stages of one file. A queue that ends without a `None` or an error was not read to its end.
pub(super) fn start<R: Send + 'static>(download: Download, common: &Common<R>) -> mpsc::Receiver<Batch<R>> {
    let (rows, ready) = mpsc::channel(QUEUE);
    let (to_sum, to_be_summed) = mpsc::channel(QUEUE);
    let (to_read, to_be_read) = mpsc::channel(QUEUE);
    let (verdict, judged) = oneshot::channel();
    let md5 = download.file().md5.clone();
    let reader = Reader {
        decryptor: FileDecryptor::new(&common.key),
        records: Records {
            file: download.position(),
            framer: Framer::new(common.shape.names, RECORD_LIMIT),
            shape: common.shape,
            tag_name: Arc::clone(&common.tag_name),
            counters: Arc::clone(&common.counters),
        },
    };
    task::spawn_blocking(move || {
        let _ = verdict.send(sum(to_be_summed).is_some_and(|digest| digest.eq_ignore_ascii_case(md5.trim())));
    });
    task::spawn_blocking(move || read(reader, to_be_read, judged, &rows));
    tokio::spawn(fetch(download, [to_read, to_sum], Arc::clone(&common.counters)));
    ready
}

/// Downloads, and hands every run to both stages.
async fn fetch(mut download: Download, stages: [mpsc::Sender<Part>; 2], counters: Arc<Counters>) {
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
    /// Hands it on, and then this; `None` if nobody takes it any more.
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
    let digest: [u8; 16] = md5.finalize().into();
    Some(format!("{:032x}", u128::from_be_bytes(digest)))
}

/// Hands on the rows of each run, and at last `None` or why there are no more.
fn read<R>(
    mut reader: Reader<R>,
    mut parts: mpsc::Receiver<Part>,
    judged: oneshot::Receiver<bool>,
    rows: &mpsc::Sender<Batch<R>>,
) {
    loop {
        let mut batch = Vec::new();
        let last = match parts.blocking_recv() {
            Some(Part::Run(chunks)) => reader.push(&chunks, &mut batch).err().map(Err),
            Some(Part::Failed(error)) => Some(Err(error)),
            Some(Part::End) => {
                let ended = reader.finish(&mut batch, judged);
                return hand_on(batch, Some(ended.map(|()| None)), rows).unwrap_or_default();
            }
            // The runtime stopped, and the download with it.
            None => return,
        };
        let ended = last.is_some();
        if hand_on(batch, last, rows).is_none() || ended {
            return;
        }
    }
}

/// `None` if nobody wants the rows any more.
fn hand_on<R>(batch: Vec<R>, last: Option<Batch<R>>, rows: &mpsc::Sender<Batch<R>>) -> Option<()> {
    if !batch.is_empty() {
        rows.blocking_send(Ok(Some(batch))).ok()?;
    }
    last.map_or(Some(()), |last| rows.blocking_send(last).ok())
}

/// Decrypts one file and reads its records.
struct Reader<R> {
    decryptor: FileDecryptor,
    records: Records<R>,
}

impl<R> Reader<R> {
    fn push(&mut self, chunks: &[Bytes], rows: &mut Vec<R>) -> Result<()> {
        for chunk in chunks {
            self.decryptor.push(chunk, self.records.framer.tail());
            self.records.take(rows)?;
        }
        Ok(())
    }

    /// Ends the file: the last rows, and whether the whole is what was announced.
    fn finish(self, rows: &mut Vec<R>, judged: oneshot::Receiver<bool>) -> Result<()> {
        let Self { decryptor, mut records } = self;
        // A wrong sum says more than what came of the bytes.
        if judged.blocking_recv() != Ok(true) {
            return Err(records.corrupt("does not have the announced md5"));
        }
        if decryptor.finish(records.framer.tail()).is_err() {
            return Err(records.corrupt("does not decrypt with this key"));
        }
        records.take(rows)?;
        let (file, at) = (records.file, records.framer.position());
        records.framer.finish().map_err(|why| unframed(file, at, why))
    }
}

/// Frames and parses the records of one file.
struct Records<R> {
    file: usize,
    framer: Framer,
    shape: Shape<R>,
    tag_name: Arc<OnceLock<String>>,
    counters: Arc<Counters>,
}

impl<R> Records<R> {
    /// Takes out of the framer what has come in whole.
    fn take(&mut self, rows: &mut Vec<R>) -> Result<()> {
        let (before, file) = (rows.len(), self.file);
        loop {
            let frame = match self.framer.next() {
                Ok(Some(frame)) => frame,
                Ok(None) => break,
                Err(why) => return Err(unframed(file, self.framer.position(), why)),
            };
            let at = frame.at;
            if frame.element {
                let row = (self.shape.read)(frame.name, frame.json);
                rows.push(row.map_err(|error| malformed(file, at, error))?);
            } else if self.shape.names[frame.name] == TAG_NAME {
                let name: Option<String> =
                    serde_json::from_slice(frame.json).map_err(|error| malformed(file, at, error))?;
                // Each file repeats the name.
                let _ = self.tag_name.set(name.unwrap_or_default());
            } else if frame.json != b"null" {
                return Err(corrupt(file, at, "holds something else where its rows should be"));
            }
        }
        self.counters.rows.fetch_add((rows.len() - before) as u64, Relaxed);
        Ok(())
    }

    fn corrupt(&self, why: &'static str) -> Error {
        corrupt(self.file, self.framer.position(), why)
    }
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
