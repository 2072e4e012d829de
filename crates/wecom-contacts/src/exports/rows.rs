//! The rows of an export that is done, as a stream over all its files.

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

/// Each file takes two of the runtime's blocking threads, 512 by default. Some must be left for parsing.
const MOST_AT_ONCE: usize = 64;

/// An export that is done.
pub struct Export<R> {
    job: ExportJob<R>,
    /// The place of the first of `files` among those of the job.
    first: usize,
    files: Vec<ExportFile>,
    damaged: DamagedRows,
}

impl<R: ExportRow> Export<R> {
    pub(super) fn new(job: ExportJob<R>, files: Vec<ExportFile>) -> Self {
        Self { job, first: 0, files, damaged: DamagedRows::default() }
    }

    /// The job that made it.
    pub fn job(&self) -> &ExportJob<R> {
        &self.job
    }

    /// The encrypted files, in order. Their links live for two hours; the rows ask for new ones where needed.
    pub fn files(&self) -> &[ExportFile] {
        &self.files
    }

    /// Counts the rows with a damaged id, of this export and of each of its [files](Self::file): a row whose userid holds U+FFFD or a
    /// control character, or is empty, names no member. The handle outlives the export.
    pub fn damaged_rows(&self) -> DamagedRows {
        self.damaged.clone()
    }

    /// Streams the rows of all files, in order.
    ///
    /// A text that is not UTF-8 costs nothing but itself: what is broken of it becomes U+FFFD, and its row stays.
    ///
    /// Memory is bounded whatever the size of the files. A connection that breaks is taken up where it broke. A file's
    /// md5 is known to be right only at its end: an error there means that its rows, which came before, are not to be
    /// trusted. After an error the stream ends; a stream that ends without one has read every file whole. A file without its list is
    /// an error ([`ErrorKind::Incomplete`]), and so is one that holds a refusal ([`ErrorKind::Refused`]).
    ///
    /// Needs a tokio runtime, whose blocking threads do the decryption and the parsing: two for each file under way, and at
    /// least one more.
    pub fn rows(self) -> ExportRows<R> {
        self.read(Shape::whole())
    }

    /// Returns one of the files, counted from 0, as an export that has no other; `None` if there is no such file.
    pub fn file(&self, file: usize) -> Option<Self> {
        let files = vec![self.files.get(file)?.clone()];
        Some(Self { job: self.job.clone(), first: self.first + file, files, damaged: self.damaged.clone() })
    }

    /// Streams the rows of one file, counted from 0; none if there is no such file.
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
    /// Streams the ids alone, which costs a fraction of reading whole rows.
    pub fn ids(self) -> ExportRows<R::Id> {
        self.read(Shape::ids::<R>())
    }

    /// Streams rows of a type of your own, which names the fields it wants as WeCom does; all others are passed over.
    ///
    /// ```no_run
    /// # async fn example(export: wecom_contacts::exports::Export<wecom_contacts::members::Member>) -> wecom_contacts::Result<()> {
    /// use futures_util::TryStreamExt;
    ///
    /// #[derive(serde::Deserialize)]
    /// struct Seat {
    ///     userid: String,
    ///     #[serde(default)]
    ///     department: Vec<u32>,
    /// }
    ///
    /// let mut seats = export.rows_as::<Seat>();
    /// while let Some(seat) = seats.try_next().await? {
    ///     println!("{} {:?}", seat.userid, seat.department);
    /// }
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

    /// Returns the rows in batches of a few hundred, as they are read: for a caller that passes them on in bulk.
    pub fn batches(self) -> ExportBatches<R> {
        self.batches
    }

    /// How far the reading has come; the handle can be asked from elsewhere.
    pub fn progress(&self) -> Progress {
        self.progress.clone()
    }
}

impl ExportRows<TagRow> {
    /// The tag's name (标签名), once the stream has come by it, which is before the first row as a rule.
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
    /// Files under way, in order.
    started: VecDeque<Batches<R>>,
    at_once: usize,
    /// After the end or an error.
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
    Error::new(CALL, ErrorKind::Configuration("the async runtime stopped while a file was read".into()))
}

/// How far the reading of an export has come.
#[derive(Clone, Debug)]
pub struct Progress {
    counters: Arc<Counters>,
    total: u64,
}

impl Progress {
    /// Rows read so far.
    pub fn rows(&self) -> u64 {
        self.counters.rows.load(Relaxed)
    }

    /// Bytes downloaded so far, encrypted as they are.
    pub fn bytes(&self) -> u64 {
        self.counters.bytes.load(Relaxed)
    }

    /// Bytes of all files together.
    pub fn total_bytes(&self) -> u64 {
        self.total
    }
}
