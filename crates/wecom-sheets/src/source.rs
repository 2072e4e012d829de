//! Where the bytes of a file are. A file is read several times, and is the same each time or an error.

use std::{
    fmt,
    fs::{File, Metadata},
    io::{self, BufReader, Cursor, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
    sync::Arc,
    time::SystemTime,
};

use crate::{Error, Result};

/// The most that is read of what is no regular file, such as a pipe, and is held in memory.
const PIPED: u64 = 1 << 30;

/// Where the bytes are.
#[derive(Clone)]
pub(crate) enum Source {
    File(PathBuf, Stamp),
    Memory(Arc<[u8]>),
}

/// What tells a file from what it was before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    length: u64,
    modified: Option<SystemTime>,
    identity: (u64, u64),
}

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        #[cfg(unix)]
        let identity = {
            use std::os::unix::fs::MetadataExt;
            (metadata.dev(), metadata.ino())
        };
        #[cfg(not(unix))]
        let identity = (0, 0);
        Self { length: metadata.len(), modified: metadata.modified().ok(), identity }
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path, _) => f.debug_tuple("File").field(path).finish(),
            Self::Memory(bytes) => write!(f, "Memory({} bytes)", bytes.len()),
        }
    }
}

/// The bytes of a text, from its beginning.
pub(crate) type Text = Box<dyn Read + Send>;

pub(crate) trait ReadSeek: Read + Seek + Send {}

impl<R: Read + Seek + Send> ReadSeek for R {}

impl Source {
    /// A file by its path. What can be read once alone, such as a pipe, is read whole.
    pub(crate) fn of(path: &Path) -> Result<Self> {
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        if metadata.is_file() && metadata.len() > 0 {
            return Ok(Self::File(path.to_owned(), Stamp::of(&metadata)));
        }
        // A file of no length may be one that the system makes up, as those in /proc.
        let mut bytes = Vec::new();
        file.take(PIPED + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > PIPED {
            return Err(Error::TooMany { what: "bytes from a pipe", limit: PIPED });
        }
        Ok(Self::Memory(bytes.into()))
    }

    pub(crate) fn open(&self) -> Result<Box<dyn ReadSeek>> {
        Ok(match self {
            Self::File(path, stamp) => {
                let file = File::open(path)?;
                if Stamp::of(&file.metadata()?) != *stamp {
                    return Err(Error::Changed);
                }
                Box::new(BufReader::new(Whole { file, at: 0, length: stamp.length }))
            }
            Self::Memory(bytes) => Box::new(Cursor::new(Arc::clone(bytes))),
        })
    }

    /// Gives what came of a reading, if the file is still the same. Of one that changed meanwhile neither rows nor errors mean anything.
    pub(crate) fn unchanged<T>(&self, read: Result<T>) -> Result<T> {
        if let Self::File(path, stamp) = self
            && std::fs::metadata(path).is_ok_and(|metadata| Stamp::of(&metadata) != *stamp)
        {
            return Err(Error::Changed);
        }
        read
    }
}

/// A file that has as many bytes as it had when it was opened.
struct Whole {
    file: File,
    at: u64,
    length: u64,
}

impl Read for Whole {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.length.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let wanted = buffer.len().min(left);
        let read = self.file.read(&mut buffer[..wanted])?;
        if read == 0 && wanted > 0 {
            return Err(Error::Changed.into());
        }
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for Whole {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.at = self.file.seek(to)?;
        Ok(self.at)
    }
}
