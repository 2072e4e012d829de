//! Large files. A small file is in memory; a larger one is in an unlinked temporary file, which is removed with its
//! last owner.

use std::{
    fmt,
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use axum::body::Body;
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use parking_lot::Mutex;
use tempfile::SpooledTempFile;

/// Maximum size in memory, so that exports of a small corp need no disk.
const IN_MEMORY: usize = 256 << 10;
/// Size of one read of a download. Two such pieces are in memory at a time.
const PIECE: u64 = 256 << 10;

/// A file being written.
#[derive(Debug)]
pub(crate) struct FileWriter {
    file: SpooledTempFile,
    written: u64,
}

/// A complete file, shared by its readers.
#[derive(Clone)]
pub(crate) struct StoredFile {
    /// A read moves the only cursor of the file.
    file: Arc<Mutex<SpooledTempFile>>,
}

/// A part of a file, which is served like a whole file.
#[derive(Clone, Debug)]
pub(crate) struct FilePart {
    pub(crate) file: StoredFile,
    pub(crate) start: u64,
    pub(crate) size: u64,
}

impl FileWriter {
    /// Starts a file. The directory is used only if the file becomes large.
    pub(crate) fn begin(directory: &Path) -> Self {
        Self { file: tempfile::spooled_tempfile_in(IN_MEMORY, directory), written: 0 }
    }

    pub(crate) fn written(&self) -> u64 {
        self.written
    }

    pub(crate) fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.written += bytes.len() as u64;
        Ok(())
    }

    pub(crate) fn finish(self) -> StoredFile {
        StoredFile { file: Arc::new(Mutex::new(self.file)) }
    }
}

impl StoredFile {
    /// Reads `count` bytes from `start` on, or fewer at the end of the file.
    pub(crate) fn read(&self, start: u64, count: u64) -> io::Result<Vec<u8>> {
        let mut file = self.file.lock();
        file.seek(SeekFrom::Start(start))?;
        let mut bytes = Vec::with_capacity(count as usize);
        (&mut *file).take(count).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

impl FilePart {
    /// Returns a part of this part as a body. It is read piece by piece, one piece ahead of the one being sent.
    pub(crate) fn body(&self, offset: u64, count: u64) -> Body {
        let (file, start) = (self.file.clone(), self.start + offset);
        let pieces = (0..count.div_ceil(PIECE)).map(move |piece| {
            let at = piece * PIECE;
            (file.clone(), start + at, PIECE.min(count - at))
        });
        let reads = stream::iter(pieces).map(|(file, at, size)| async move {
            // The disk can be slow, so the read must not block other calls.
            let read = tokio::task::spawn_blocking(move || file.read(at, size)).await?;
            let bytes = read.inspect_err(|error| tracing::error!(%error, "a spooled file cannot be read"))?;
            Ok::<_, io::Error>(Bytes::from(bytes))
        });
        Body::from_stream(reads.buffered(2))
    }
}

/// Returns the default directory: `TMPDIR`, or the temporary directory of the platform.
pub(crate) fn default_directory() -> PathBuf {
    std::env::temp_dir()
}

/// Omits the content.
impl fmt::Debug for StoredFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredFile").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;

    use super::*;

    #[tokio::test]
    async fn any_part_of_a_file_can_be_had_in_memory_and_on_disk() {
        for size in [1000, IN_MEMORY + 3 * PIECE as usize + 17] {
            let content: Vec<u8> = (0..size).map(|at| (at * 31 % 251) as u8).collect();
            let mut writer = FileWriter::begin(&default_directory());
            content.chunks(999).for_each(|chunk| writer.append(chunk).unwrap());
            assert_eq!(writer.written(), size as u64);
            let whole = FilePart { file: writer.finish(), start: 10, size: size as u64 - 20 };
            for (offset, count) in [(0, whole.size), (7, 1), (whole.size - 1, 1), (100, whole.size / 2)] {
                let body = whole.body(offset, count).collect().await.unwrap().to_bytes();
                let start = 10 + offset as usize;
                assert_eq!(body, content[start..start + count as usize], "{offset} {count}");
            }
        }
    }

    #[test]
    fn a_directory_that_is_not_there_is_an_error_once_the_file_grows() {
        let mut writer = FileWriter::begin(Path::new("/nowhere/at/all"));
        writer.append(&[0; 100]).unwrap();
        writer.append(&vec![0; IN_MEMORY]).unwrap_err();
    }
}
