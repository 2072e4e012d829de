//! Files that are read and written: `-` is stdin, and a file has its name only once it is whole.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{self, BufWriter, Read, Write},
    path::{Path, PathBuf},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

use tempfile::NamedTempFile;

use crate::{
    failure::{Failure, Result},
    messages::files,
};

static STDIN_IS_TAKEN: AtomicBool = AtomicBool::new(false);

/// Stdin, for the one argument that may read it.
///
/// # Errors
///
/// Fails if another argument reads it already, or if it is closed.
pub(crate) fn stdin() -> Result<io::StdinLock<'static>> {
    if startup_streams::stdin_was_closed() {
        return Err(Failure::new(files::stdin_is_closed()).remedy(files::name_a_file_for_stdin()));
    }
    if STDIN_IS_TAKEN.swap(true, Relaxed) {
        return Err(Failure::usage(files::stdin_is_given_twice()).remedy(files::name_files_but_for_one()));
    }
    Ok(io::stdin().lock())
}

/// Fails if the program was started with a closed stdout, where output would be lost without an error.
///
/// # Errors
///
/// Fails if stdout was closed at the start.
pub(crate) fn check_stdout() -> Result {
    if startup_streams::stdout_was_closed() {
        return Err(Failure::new(files::stdout_is_closed()).remedy(files::redirect_stdout()));
    }
    Ok(())
}

/// A file's bytes, or those of stdin for `-`.
pub(crate) fn contents(path: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = if path == Path::new("-") {
        stdin()?.read_to_end(&mut bytes)
    } else {
        File::open(path).and_then(|mut file| file.read_to_end(&mut bytes))
    };
    read.map_err(|error| unreadable(path, &error))?;
    Ok(bytes)
}

pub(crate) fn unreadable(path: &Path, error: &io::Error) -> Failure {
    Failure::new(files::cannot_read(path)).because(error).remedy(files::name_a_readable_file())
}

/// A file's text.
pub(crate) fn text(path: &Path) -> Result<String> {
    String::from_utf8(contents(path)?)
        .map_err(|_| Failure::new(files::is_not_utf8(path)).remedy(files::convert_to_utf8()))
}

/// A file under way: it has its name only once it is [whole](Draft::finish), and until then an older file keeps it.
/// Others may not read it, as it holds people's data or secrets.
#[derive(Debug)]
pub(crate) struct Draft {
    target: PathBuf,
    /// Beside the target, as a name can only be given within one file system; gone if it is dropped.
    file: BufWriter<NamedTempFile>,
    listed: Listed,
}

/// The drafts under way, for an end of the process that drops nothing.
static DRAFTS: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// A place in the list of drafts.
#[derive(Debug)]
struct Listed(PathBuf);

impl Listed {
    fn new(path: &Path) -> Self {
        DRAFTS.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned());
        Self(path.to_owned())
    }
}

impl Drop for Listed {
    /// The draft has its final name by now, or is not wanted.
    fn drop(&mut self) {
        DRAFTS.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.0);
        remove_draft(&self.0);
    }
}

/// Removes a draft, and the log and its index that a database keeps beside it. A file that cannot be removed stays.
fn remove_draft(path: &Path) {
    for companion in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(companion);
        let _ = fs::remove_file(name);
    }
}

/// Removes the drafts of all threads, just before the process ends without dropping them.
pub(crate) fn remove_drafts() {
    for path in &*DRAFTS.lock().unwrap_or_else(PoisonError::into_inner) {
        remove_draft(path);
    }
}

impl Draft {
    pub(crate) fn new(target: &Path) -> Result<Self> {
        if fs::metadata(target).is_ok_and(|there| !there.is_file()) {
            return Err(Failure::usage(files::is_no_file(target)).remedy(files::name_a_file()));
        }
        let name = target.file_name().unwrap_or_default().to_string_lossy();
        let file = tempfile::Builder::new()
            .prefix(&format!(".{name}."))
            .suffix(".part")
            .tempfile_in(directory_of(target))
            .map_err(|error| unwritable(target, &error))?;
        let listed = Listed::new(file.path());
        Ok(Self { target: target.to_owned(), file: BufWriter::new(file), listed })
    }

    /// The file under its temporary name, for a writer that opens it by a path.
    pub(crate) fn path(&self) -> &Path {
        &self.listed.0
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result {
        self.file.write_all(bytes).map_err(|error| unwritable(&self.target, &error))
    }

    /// Gives the file its name, once all of it is on the disk.
    pub(crate) fn finish(self) -> Result {
        let Self { target, file, listed } = self;
        let named = || -> io::Result<()> {
            let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
            file.as_file().sync_all()?;
            file.persist(&target)?;
            Ok(())
        };
        let named = named().map_err(|error| unwritable(&target, &error));
        drop(listed);
        named
    }
}

/// The directory that a file is in, or will be.
pub(crate) fn directory_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Removes a file. A missing file is not an error.
pub(crate) fn remove(path: &Path) -> Result {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(unwritable(path, &error)),
        _ => Ok(()),
    }
}

pub(crate) fn unwritable(path: &Path, error: &io::Error) -> Failure {
    Failure::new(files::cannot_write(path)).because(error).remedy(files::name_a_writable_file())
}
