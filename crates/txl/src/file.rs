//! Files that are read and written. `-` is stdin. A written file gets its name after it is complete.

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

/// Returns stdin for the only argument that can read it.
///
/// # Errors
///
/// Fails if another argument already reads it, or if it is closed.
pub(crate) fn stdin() -> Result<io::StdinLock<'static>> {
    if startup_streams::stdin_was_closed() {
        return Err(Failure::new(files::stdin_is_closed()).remedy(files::name_a_file_for_stdin()));
    }
    if STDIN_IS_TAKEN.swap(true, Relaxed) {
        return Err(Failure::usage(files::stdin_is_given_twice()).remedy(files::name_files_but_for_one()));
    }
    Ok(io::stdin().lock())
}

/// Fails if stdout was closed at the start of the program, because output would be lost without an error.
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

/// Returns the bytes of a file, or of stdin for `-`.
pub(crate) fn contents(path: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = if path == Path::new("-") {
        stdin()?.read_to_end(&mut bytes)
    } else {
        File::open(path).and_then(|mut file| file.read_to_end(&mut bytes))
    };
    read.map_err(|error| {
        Failure::new(files::cannot_read(path)).because(&error).remedy(files::name_a_readable_file())
    })?;
    Ok(bytes)
}

/// Returns the text of a file.
pub(crate) fn text(path: &Path) -> Result<String> {
    String::from_utf8(contents(path)?)
        .map_err(|_| Failure::new(files::is_not_utf8(path)).remedy(files::convert_to_utf8()))
}

/// A file that is being written. It gets its name when it is [complete](Draft::finish); until then, an older file keeps the name. Only its owner can
/// read it, because it can contain personal data or secrets.
#[derive(Debug)]
pub(crate) struct Draft {
    target: PathBuf,
    /// The temporary file is beside the target, because a rename requires the same file system. It is removed on drop.
    file: BufWriter<NamedTempFile>,
    listed: Listed,
}

/// All unfinished drafts, for an end of the process without drops.
static DRAFTS: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// An entry in the list of drafts.
#[derive(Debug)]
struct Listed(PathBuf);

impl Listed {
    fn new(path: &Path) -> Self {
        DRAFTS.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned());
        Self(path.to_owned())
    }
}

impl Drop for Listed {
    /// Removes the temporary file and its entry. The draft has its final name by now, or is not needed.
    fn drop(&mut self) {
        DRAFTS.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.0);
        remove_draft(&self.0);
    }
}

/// Removes a draft, and the log and index files that a database has beside it. A file that cannot be removed stays.
fn remove_draft(path: &Path) {
    for companion in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(companion);
        let _ = fs::remove_file(name);
    }
}

/// Removes the drafts of all threads before the process ends without drops.
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

    /// Returns the temporary path, for a writer that opens the file by its path.
    pub(crate) fn path(&self) -> &Path {
        &self.listed.0
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result {
        self.file.write_all(bytes).map_err(|error| unwritable(&self.target, &error))
    }

    /// Renames the file to its final name after it is completely on the disk.
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

/// Returns the directory of a file.
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
