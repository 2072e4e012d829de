//! The rows of a finished export, as a stream over all its files.

use std::{
    collections::VecDeque,
    fmt,
    pin::Pin,
    sync::{Arc, OnceLock, atomic::Ordering::Relaxed},
    task::{Context, Poll},
    vec,
};

use futures_core::Stream;
use serde::de::DeserializeOwned;

use super::{
    CALL, ExportFile, ExportJob, ExportRow, TagRow,
    download::FileDownload,
    pipeline::{self, Batches, Common, Counters, DamagedRows},
    row::{Fields, Shape},
};
use crate::{Error, ErrorKind, Result};

/// Maximum number of files read concurrently. Each file uses two of the runtime's blocking threads (512 by default), and
/// parsing needs some as well.
const MOST_AT_ONCE: usize = 64;

/// A finished export.
pub struct Export<R> {
    job: ExportJob<R>,
    /// The index in the job of the first of `files`.
    first: usize,
    files: Vec<ExportFile>,
    damaged: DamagedRows,
}

impl<R: ExportRow> Export<R> {
    pub(super) fn new(job: ExportJob<R>, files: Vec<ExportFile>) -> Self {
        Self { job, first: 0, files, damaged: DamagedRows::default() }
    }

    /// Returns the job of the export.
    pub fn job(&self) -> &ExportJob<R> {
        &self.job
    }

    /// Returns the encrypted files, in order. Their links are valid for two hours; the row streams replace expired links
    /// automatically.
    pub fn files(&self) -> &[ExportFile] {
        &self.files
    }

    /// Returns a counter of the rows with a damaged id, in this export and in each of its [files](Self::file). A userid
    /// that is empty, or contains U+FFFD or a control character, is damaged and matches no member. The counter stays
    /// valid after the export is dropped.
    pub fn damaged_rows(&self) -> DamagedRows {
        self.damaged.clone()
    }

    /// Streams the rows of all files, in order.
    ///
    /// A text that is not valid UTF-8 is repaired: the damaged bytes become U+FFFD, and the row is kept.
    ///
    /// Memory use is bounded, regardless of the file size. A broken connection is resumed at the same byte. The md5 of a
    /// file is checked at its end, so an error there means that the rows already returned from this file are unreliable.
    /// The stream ends after an error. A stream that ends without an error has read all files completely. A file without
    /// its list is an error ([`ErrorKind::Incomplete`]), and so is a file with an error code ([`ErrorKind::Refused`]).
    ///
    /// Requires a tokio runtime. Decryption and parsing use its blocking threads: two for each file in progress, and at
    /// least one more.
    pub fn rows(self) -> ExportRows<R> {
        self.read(Shape::whole())
    }

    /// Returns one of the files as an export with only this file. `file` counts from 0. Returns `None` if the index is
    /// out of range.
    pub fn file(&self, file: usize) -> Option<Self> {
        let files = vec![self.files.get(file)?.clone()];
        Some(Self { job: self.job.clone(), first: self.first + file, files, damaged: self.damaged.clone() })
    }

    /// Streams the rows of one file. `file` counts from 0. The stream is empty if the index is out of range.
    pub fn file_rows(&self, file: usize) -> ExportRows<R> {
        let none = || Self {
            job: self.job.clone(),
            first: self.first,
            files: Vec::new(),
            damaged: self.damaged.clone(),
        };
        self.file(file).unwrap_or_else(none).rows()
    }

    fn read<T>(self, shape: Shape<T>) -> ExportRows<T> {
        let Self { job, first, files, damaged } = self;
        let total = files.iter().map(|file| file.size).sum();
        let common = Common {
            key: job.key().clone(),
            shape,
            tag_name: Arc::default(),
            counters: Arc::default(),
            damaged,
        };
        let (tag_name, counters) = (Arc::clone(&common.tag_name), Arc::clone(&common.counters));
        let downloads = (first..).zip(files).map(move |(position, file)| {
            let asked = job.clone();
            FileDownload::new(job.client(), Box::new(move || asked.status()), position, file)
        });
        ExportRows {
            batches: ExportBatches {
                downloads: Box::new(downloads),
                common,
                started: VecDeque::new(),
                at_once: 1,
                over: false,
            },
            ready: Vec::new().into_iter(),
            tag_name,
            progress: Progress { counters, total },
        }
    }
}

impl<R: Fields> Export<R> {
    /// Streams only the ids, which costs a fraction of reading complete rows.
    pub fn ids(self) -> ExportRows<R::Id> {
        self.read(Shape::ids::<R>())
    }

    /// Streams rows of a custom type. Its fields have the same names as in WeCom's files; all other fields are skipped.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> wecom_contacts::Result<()> {
    /// # let sim = wecom_sim::Sim::builder().running_clock(true).job_time(std::time::Duration::ZERO).start().await.expect("a free port");
    /// # let client = |secret| wecom_contacts::Client::builder(sim.corp_id(), secret).base_url(sim.url()).build();
    /// # let client = client(wecom_contacts::Secret::app(sim.agent_id(), sim.app_secret()))?;
    /// # let mut members = 0;
    /// use futures_util::TryStreamExt;
    /// use wecom_contacts::Polling;
    ///
    /// #[derive(serde::Deserialize)]
    /// struct Place {
    ///     userid: String,
    ///     #[serde(default)]
    ///     department: Vec<u32>,
    /// }
    ///
    /// let export = client.exports().members().await?.wait(Polling::default()).await?;
    /// let mut places = export.rows_as::<Place>();
    /// while let Some(place) = places.try_next().await? {
    ///     println!("{} {:?}", place.userid, place.department);
    /// #     assert!(!place.department.is_empty());
    /// #     members += 1;
    /// }
    /// # assert_eq!(members, 7);
    /// # Ok(())
    /// # }
    /// ```
    pub fn rows_as<T: DeserializeOwned + Send + Unpin + 'static>(self) -> ExportRows<T> {
        self.read(Shape::fields::<R>())
    }
}

impl<R> fmt::Debug for Export<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Export").field("job", &self.job).field("files", &self.files).finish()
    }
}

/// The rows of an export, as a stream of `Result<R>`; see [`Export::rows`].
pub struct ExportRows<R> {
    batches: ExportBatches<R>,
    ready: vec::IntoIter<R>,
    tag_name: Arc<OnceLock<String>>,
    progress: Progress,
}

impl<R> ExportRows<R> {
    /// Reads this many files concurrently. Defaults to 1; the maximum is 64. Memory grows with it. The rows keep their order.
    #[must_use]
    pub fn files_at_once(mut self, files: usize) -> Self {
        self.batches.at_once = files.clamp(1, MOST_AT_ONCE);
        self
    }

    /// Returns the rows in batches of a few hundred, for callers that process them in bulk.
    pub fn batches(self) -> ExportBatches<R> {
        self.batches
    }

    /// Returns the progress of the reading. The handle works from other tasks and threads.
    pub fn progress(&self) -> Progress {
        self.progress.clone()
    }
}

impl ExportRows<TagRow> {
    /// Returns the tag's name (标签名) once the stream has read it, usually before the first row.
    pub fn tag_name(&self) -> Option<&str> {
        self.tag_name.get().map(String::as_str)
    }
}

impl<R: Send + Unpin + 'static> Stream for ExportRows<R> {
    type Item = Result<R>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<R>>> {
        loop {
            if let Some(row) = self.ready.next() {
                return Poll::Ready(Some(Ok(row)));
            }
            match Pin::new(&mut self.batches).poll_next(context) {
                Poll::Ready(Some(Ok(batch))) => self.ready = batch.into_iter(),
                Poll::Ready(Some(Err(error))) => return Poll::Ready(Some(Err(error))),
                Poll::Ready(None) => return Poll::Ready(None),
                Poll::Pending => return Poll::Pending,
            }
        }
    }
}

impl<R> fmt::Debug for ExportRows<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExportRows").field("progress", &self.progress).finish_non_exhaustive()
    }
}

/// The rows of an export in batches, as a stream of `Result<Vec<R>>`; see [`ExportRows::batches`].
pub struct ExportBatches<R> {
    downloads: Box<dyn Iterator<Item = FileDownload> + Send>,
    common: Common<R>,
    /// Files in progress, in order.
    started: VecDeque<Batches<R>>,
    at_once: usize,
    /// Set after the end or an error.
    over: bool,
}

impl<R: Send + 'static> Stream for ExportBatches<R> {
    type Item = Result<Vec<R>>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Vec<R>>>> {
        let this = &mut *self;
        while !this.over {
            while this.started.len() < this.at_once
                && let Some(download) = this.downloads.next()
            {
                this.started.push_back(pipeline::start(download, &this.common));
            }
            let Some(first) = this.started.front_mut() else {
                break;
            };
            let Poll::Ready(batch) = first.poll_next(context) else {
                return Poll::Pending;
            };
            match batch.unwrap_or_else(|| Err(stopped())) {
                Ok(Some(batch)) => return Poll::Ready(Some(Ok(batch))),
                Ok(None) => drop(this.started.pop_front()),
                Err(error) => {
                    this.over = true;
                    this.started.clear();
                    return Poll::Ready(Some(Err(error)));
                }
            }
        }
        this.over = true;
        Poll::Ready(None)
    }
}

impl<R> fmt::Debug for ExportBatches<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ExportBatches(..)")
    }
}

fn stopped() -> Error {
    let why = ("the async runtime stopped while a file was read", "读取文件时异步运行时已停止");
    Error::new(CALL, ErrorKind::Configuration(why.into()))
}

/// The progress of reading an export.
#[derive(Clone, Debug)]
pub struct Progress {
    counters: Arc<Counters>,
    total: u64,
}

impl Progress {
    /// Returns the number of rows read so far.
    pub fn rows(&self) -> u64 {
        self.counters.rows.load(Relaxed)
    }

    /// Returns the number of encrypted bytes downloaded so far.
    pub fn bytes(&self) -> u64 {
        self.counters.bytes.load(Relaxed)
    }

    /// Returns the total size of all files in bytes.
    pub fn total_bytes(&self) -> u64 {
        self.total
    }
}
