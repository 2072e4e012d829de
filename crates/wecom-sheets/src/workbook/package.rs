//! The container of a workbook: a ZIP of parts.
//!
//! A small ZIP can unpack to any size. Unpacked bytes are counted over all parts, and between two angle brackets.

use std::{
    collections::HashMap,
    io::{self, BufReader, Read, Seek, SeekFrom, Take},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use flate2::{Crc, bufread::DeflateDecoder};
use quick_xml::Reader;
use zip::{CompressionMethod, ZipArchive, result::ZipError};

use super::window::Window;
use crate::{
    Error, Result,
    source::{ReadSeek, Source},
};

/// Maximum number of bytes that one reading unpacks. Rows are streamed, so this limits time. A million members with all fields have about 600 MB.
const UNPACKED: u64 = 1280 << 20;
/// Maximum size of a part that is held in memory, above all the shared texts.
pub(super) const HELD: u64 = 256 << 20;
/// Maximum size of a sheet.
pub(super) const STREAMED: u64 = 1 << 30;
/// Maximum distance between two angle brackets. Excel's longest cell has 32,767 characters.
pub(super) const TEXT_BYTES: usize = 1 << 20;
/// Maximum number of parts. Ordinary workbooks have a few tens.
const PARTS: usize = 10_000;

/// The parts of a workbook.
pub(super) struct Package {
    source: Source,
    archive: ZipArchive<Box<dyn ReadSeek>>,
    /// Positions by name in lower case. Names of parts are case-insensitive.
    places: HashMap<String, usize>,
    /// The number of bytes that all parts together may still unpack.
    left: Arc<AtomicU64>,
}

/// An XML part that is unpacked while it is parsed.
pub(super) type Xml = Reader<Window<Part>>;

impl Package {
    pub(super) fn open(source: &Source) -> Result<Self> {
        let mut archive = ZipArchive::new(source.open()?).map_err(damaged)?;
        if archive.len() > PARTS {
            return Err(Error::Workbook(format!("it has {} parts", archive.len())));
        }
        if archive.has_overlapping_entries().map_err(damaged)? {
            return Err(Error::Workbook("its parts overlap: the file is damaged or malicious".to_owned()));
        }
        let mut places = HashMap::new();
        for at in 0..archive.len() {
            if let Some(name) = archive.name_for_index(at) {
                places.insert(lookup(&name.map_err(damaged)?), at);
            }
        }
        Ok(Self { source: source.clone(), archive, places, left: Arc::new(AtomicU64::new(UNPACKED)) })
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.places.contains_key(&lookup(name))
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.places.keys().map(String::as_str)
    }

    /// Returns the bytes of a part, at most `limit`.
    ///
    /// The part reads the file by itself. The reader of `zip` would borrow the package, but rows outlive the package.
    pub(super) fn part(&mut self, name: &str, limit: u64) -> Result<Option<Part>> {
        let Some(at) = self.places.get(&lookup(name)) else { return Ok(None) };
        let file = self.archive.by_index(*at).map_err(damaged)?;
        let Some(start) = file.data_start() else {
            return Err(Error::Workbook(format!("its part {name} has no position")));
        };
        let mut bytes = self.source.open()?;
        bytes.seek(SeekFrom::Start(start))?;
        let packed = BufReader::with_capacity(PACKED, bytes.take(file.compressed_size()));
        let content = match file.compression() {
            CompressionMethod::Stored => Content::Stored(packed),
            CompressionMethod::Deflated => Content::Deflated(DeflateDecoder::new(packed)),
            method => {
                return Err(Error::Workbook(format!(
                    "its part {name} has an unsupported compression: {method}"
                )));
            }
        };
        Ok(Some(Part {
            content,
            crc: Crc::new(),
            announced_crc: file.crc32(),
            name: name.to_owned(),
            left: Arc::clone(&self.left),
            limit,
            size: 0,
            run: 0,
        }))
    }

    /// Returns a part as XML.
    pub(super) fn xml(&mut self, name: &str, limit: u64) -> Result<Option<Xml>> {
        let part = self.part(name, limit)?;
        Ok(part.map(|part| Reader::from_reader(Window::new(part))))
    }
}

/// Number of packed bytes that are read at once.
const PACKED: usize = 32 << 10;

fn lookup(name: &str) -> String {
    name.trim_start_matches('/').replace('\\', "/").to_ascii_lowercase()
}

fn damaged(error: ZipError) -> Error {
    match error {
        ZipError::Io(error) => Error::from(error),
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => Error::Password,
        error => Error::Workbook(error.to_string()),
    }
}

/// Converts an error of the XML parser.
pub(super) fn broken(error: quick_xml::Error) -> Error {
    match error {
        quick_xml::Error::Io(error) => match std::sync::Arc::try_unwrap(error) {
            Ok(error) => unpacked(error),
            Err(error) => Error::Workbook(error.to_string()),
        },
        error => Error::Workbook(error.to_string()),
    }
}

/// Converts an error of unpacking. I/O errors of the system have a number; those of the decompression do not.
pub(super) fn unpacked(error: io::Error) -> Error {
    match Error::from(error) {
        Error::Io(error) if error.raw_os_error().is_none() => Error::Workbook(error.to_string()),
        error => error,
    }
}

/// The bytes of a part. They are unpacked and counted.
pub(super) struct Part {
    content: Content,
    crc: Crc,
    announced_crc: u32,
    name: String,
    left: Arc<AtomicU64>,
    limit: u64,
    size: u64,
    /// Number of bytes since the last angle bracket. The parser buffers this many bytes.
    run: usize,
}

enum Content {
    Stored(BufReader<Take<Box<dyn ReadSeek>>>),
    Deflated(DeflateDecoder<BufReader<Take<Box<dyn ReadSeek>>>>),
}

impl Part {
    fn too_large(&self, limit: u64) -> io::Error {
        Error::TooLarge { part: self.name.clone(), limit }.into()
    }
}

impl Read for Part {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = match &mut self.content {
            Content::Stored(bytes) => bytes.read(buffer)?,
            Content::Deflated(bytes) => bytes.read(buffer)?,
        };
        self.crc.update(&buffer[..read]);
        if read == 0 && !buffer.is_empty() && self.crc.sum() != self.announced_crc {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "the checksum of a part is wrong"));
        }
        self.size += read as u64;
        if self.size > self.limit {
            return Err(self.too_large(self.limit));
        }
        let spend = |left: u64| left.checked_sub(read as u64);
        if self.left.fetch_update(Relaxed, Relaxed, spend).is_err() {
            return Err(self.too_large(UNPACKED));
        }
        match memchr::memchr(b'<', &buffer[..read]) {
            Some(first) if self.run + first <= TEXT_BYTES => {
                let last = memchr::memrchr(b'<', &buffer[..read]).unwrap_or(first);
                self.run = read - last;
            }
            _ => {
                self.run += read;
                if self.run > TEXT_BYTES {
                    return Err(self.too_large(TEXT_BYTES as u64));
                }
            }
        }
        Ok(read)
    }
}
