//! Files that are read and written: `-` is stdin, and nobody ever sees half of what is written.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, BufWriter, Read, Write},
    path::{Path, PathBuf},
};

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

/// A file under way: it has its name only once it is [whole](Draft::finish). Others may not read it, as it holds people's
/// data or secrets.
#[derive(Debug)]
pub(crate) struct Draft {
    target: PathBuf,
    path: PathBuf,
    file: BufWriter<File>,
    is_whole: bool,
}

impl Draft {
    pub(crate) fn new(target: &Path) -> Result<Self> {
        let mut path = target.as_os_str().to_owned();
        path.push(".part");
        let path = PathBuf::from(path);
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&path).map_err(|error| unwritable(target, &error))?;
        Ok(Self { target: target.to_owned(), path, file: BufWriter::new(file), is_whole: false })
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result {
        self.file.write_all(bytes).map_err(|error| unwritable(&self.target, &error))
    }

    /// Gives the file its name.
    pub(crate) fn finish(mut self) -> Result {
        self.file
            .flush()
            .and_then(|()| fs::rename(&self.path, &self.target))
            .map_err(|error| unwritable(&self.target, &error))?;
        self.is_whole = true;
        Ok(())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.is_whole {
            // What is left of a failure that is told already.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Removes a file, if there is one.
pub(crate) fn remove(path: &Path) -> Result {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(unwritable(path, &error)),
        _ => Ok(()),
    }
}

fn unwritable(path: &Path, error: &io::Error) -> Failure {
    Failure::new(format!("cannot write {}", path.display())).because(error).remedy(
        "name a file in a directory that exists and may be written, and see that the disk is not full",
    )
}
