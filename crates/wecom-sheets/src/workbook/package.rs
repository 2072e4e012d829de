//! A workbook's container: a ZIP of parts.
//!
//! A small one can unpack to anything. What is unpacked is counted over all parts together, and between one angle bracket and the next.

use std::{
    collections::HashMap,
    io::{self, BufReader, Read},
};

use quick_xml::Reader;
use zip::{ZipArchive, read::ZipFile, result::ZipError};

use crate::{
    Error, Result,
    source::{ReadSeek, Source},
};

/// What may be unpacked in one reading. The rows are streamed, so that this bounds time; a million members with all fields have some 600 MB.
const UNPACKED: u64 = 1280 << 20;
/// What one part may have that is held in memory, above all the shared texts.
pub(super) const HELD: u64 = 256 << 20;
/// What a sheet may have.
pub(super) const STREAMED: u64 = 1 << 30;
/// The longest cell that Excel knows has 32,767 characters.
pub(super) const TEXT_BYTES: usize = 1 << 20;
/// The parts of an honest workbook are some tens.
const PARTS: usize = 10_000;

/// The parts of a workbook.
pub(super) struct Package {
    archive: ZipArchive<Box<dyn ReadSeek>>,
    /// Places by name, in lower case: names of parts do not differ in case alone.
    places: HashMap<String, usize>,
    left: u64,
}

/// A part that is XML, while it is unpacked.
pub(super) type Xml<'a> = Reader<BufReader<Part<'a>>>;

impl Package {
    pub(super) fn open(source: &Source) -> Result<Self> {
        let mut archive = ZipArchive::new(source.open()?).map_err(damaged)?;
        if archive.len() > PARTS {
            return Err(Error::Workbook(format!("it has {} parts", archive.len())));
        }
        if archive.has_overlapping_entries().map_err(damaged)? {
            return Err(Error::Workbook("its parts overlap: it is damaged, or made to harm".to_owned()));
        }
        let mut places = HashMap::new();
        for at in 0..archive.len() {
            if let Some(name) = archive.name_for_index(at) {
                places.insert(lookup(&name.map_err(damaged)?), at);
            }
        }
        Ok(Self { archive, places, left: UNPACKED })
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.places.contains_key(&lookup(name))
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.places.keys().map(String::as_str)
    }

    /// A part's bytes, of which there may be `limit`.
    pub(super) fn part(&mut self, name: &str, limit: u64) -> Result<Option<Part<'_>>> {
        let Some(at) = self.places.get(&lookup(name)) else { return Ok(None) };
        let inner = self.archive.by_index(*at).map_err(damaged)?;
        Ok(Some(Part { inner, name: name.to_owned(), left: &mut self.left, limit, size: 0, run: 0 }))
    }

    /// A part as XML.
    pub(super) fn xml(&mut self, name: &str, limit: u64) -> Result<Option<Xml<'_>>> {
        let part = self.part(name, limit)?;
        Ok(part.map(|part| Reader::from_reader(BufReader::with_capacity(64 << 10, part))))
    }
}

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

/// Says why XML cannot be read on.
pub(super) fn broken(error: quick_xml::Error) -> Error {
    match error {
        quick_xml::Error::Io(error) => match std::sync::Arc::try_unwrap(error) {
            Ok(error) => unpacked(error),
            Err(error) => Error::Workbook(error.to_string()),
        },
        error => Error::Workbook(error.to_string()),
    }
}

/// Says why a part cannot be unpacked. The system's own errors have a number; those of the decompression have none.
pub(super) fn unpacked(error: io::Error) -> Error {
    match Error::from(error) {
        Error::Io(error) if error.raw_os_error().is_none() => Error::Workbook(error.to_string()),
        error => error,
    }
}

/// Counts what is unpacked of a part.
pub(super) struct Part<'a> {
    inner: ZipFile<'a, Box<dyn ReadSeek>>,
    name: String,
    left: &'a mut u64,
    limit: u64,
    size: u64,
    /// Bytes since the last angle bracket: the parser holds as much at once.
    run: usize,
}

impl Part<'_> {
    fn too_large(&self, limit: u64) -> io::Error {
        Error::TooLarge { part: self.name.clone(), limit }.into()
    }
}

impl Read for Part<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.size += read as u64;
        if self.size > self.limit {
            return Err(self.too_large(self.limit));
        }
        let Some(left) = self.left.checked_sub(read as u64) else { return Err(self.too_large(UNPACKED)) };
        *self.left = left;
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
