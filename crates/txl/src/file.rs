//! Files that are read and written: `-` is stdin, and nobody ever sees half of what is written.

use std::{
    fs::{self, File},
    io::{self, BufWriter, Read, Write},
    path::{Path, PathBuf},
};

use tempfile::NamedTempFile;

use crate::failure::{Failure, Result};

/// A file's bytes, or those of stdin for `-`.
pub(crate) fn contents(path: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = if path == Path::new("-") {
        io::stdin().lock().read_to_end(&mut bytes)
    } else {
        File::open(path).and_then(|mut file| file.read_to_end(&mut bytes))
    };
    read.map_err(|error| {
        Failure::new(format!("cannot read {}", path.display()))
            .because(&error)
            .remedy("name a file that exists and may be read, or - for stdin")
    })?;
    Ok(bytes)
}

/// A file's text.
pub(crate) fn text(path: &Path) -> Result<String> {
    String::from_utf8(contents(path)?).map_err(|_| {
        Failure::new(format!("{} is not UTF-8", path.display())).remedy("convert the file to UTF-8")
    })
}

/// A file under way: it has its name only once it is [whole](Draft::finish), and until then whatever had the name keeps it.
/// Others may not read it, as it holds people's data or secrets.
#[derive(Debug)]
pub(crate) struct Draft {
    target: PathBuf,
    /// Beside the target, as a name can only be given within one file system; gone if it is dropped.
    file: BufWriter<NamedTempFile>,
}

impl Draft {
    pub(crate) fn new(target: &Path) -> Result<Self> {
        if fs::metadata(target).is_ok_and(|there| !there.is_file()) {
            let failure = Failure::usage(format!("{} is there and is no file", target.display()));
            return Err(failure.remedy("name a file, new or to be replaced"));
        }
        let name = target.file_name().unwrap_or_default().to_string_lossy();
        let file = tempfile::Builder::new()
            .prefix(&format!(".{name}."))
            .suffix(".part")
            .tempfile_in(directory_of(target))
            .map_err(|error| unwritable(target, &error))?;
        Ok(Self { target: target.to_owned(), file: BufWriter::new(file) })
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result {
        self.file.write_all(bytes).map_err(|error| unwritable(&self.target, &error))
    }

    /// Gives the file its name, once all of it is on the disk.
    pub(crate) fn finish(self) -> Result {
        let Self { target, file } = self;
        let named = || -> io::Result<()> {
            let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
            file.as_file().sync_all()?;
            file.persist(&target)?;
            Ok(())
        };
        named().map_err(|error| unwritable(&target, &error))
    }
}

/// The directory that a file is in, or will be.
pub(crate) fn directory_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Removes a file, if there is one.
pub(crate) fn remove(path: &Path) -> Result {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(unwritable(path, &error)),
        _ => Ok(()),
    }
}

pub(crate) fn unwritable(path: &Path, error: &io::Error) -> Failure {
    Failure::new(format!("cannot write {}", path.display())).because(error).remedy(
        "name a file in a directory that exists and may be written, and see that the disk is not full",
    )
}
