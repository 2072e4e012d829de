//! The files of a package, and the archives that hold them. Equal files give equal archives.

use std::{
    collections::BTreeSet,
    fs,
    io::{Cursor, Write},
    path::Path,
};

use anyhow::{Context, Result};
use flate2::{Compression, GzBuilder, write::GzEncoder};
use tar::{EntryType, Header};
use zip::{ZipWriter, write::SimpleFileOptions};

/// One file of a package. The path is relative and has `/`.
#[derive(Clone, Debug)]
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) content: Vec<u8>,
    pub(crate) executable: bool,
}

impl File {
    pub(crate) fn new(path: impl Into<String>, content: impl Into<Vec<u8>>) -> Self {
        Self { path: path.into(), content: content.into(), executable: false }
    }

    pub(crate) fn executable(path: impl Into<String>, content: impl Into<Vec<u8>>) -> Self {
        Self { executable: true, ..Self::new(path, content) }
    }

    /// Reads the content from a file of the workspace.
    pub(crate) fn copied(path: impl Into<String>, from: &Path) -> Result<Self> {
        Ok(Self::new(path, fs::read(from).with_context(|| format!("cannot read {}", from.display()))?))
    }

    fn mode(&self) -> u32 {
        if self.executable { 0o755 } else { 0o644 }
    }
}

/// Returns a compressed tar archive with the files and their folders. Every entry begins with `prefix`, belongs to root, and has the time
/// `modified` (seconds since 1970).
pub(crate) fn tar_gz(files: &[File], prefix: &str, modified: u64) -> Result<Vec<u8>> {
    let mut archive = tar::Builder::new(encoder(Vec::new()));
    for folder in folders(files) {
        append(&mut archive, EntryType::Directory, &format!("{prefix}{folder}/"), &[], 0o755, modified)?;
    }
    for file in files {
        let path = format!("{prefix}{}", file.path);
        append(&mut archive, EntryType::Regular, &path, &file.content, file.mode(), modified)?;
    }
    Ok(archive.into_inner()?.finish()?)
}

fn append(
    archive: &mut tar::Builder<GzEncoder<Vec<u8>>>,
    kind: EntryType,
    path: &str,
    content: &[u8],
    mode: u32,
    modified: u64,
) -> Result<()> {
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_size(content.len() as u64);
    header.set_mode(mode);
    header.set_mtime(modified);
    header.set_uid(0);
    header.set_gid(0);
    header.set_username("root")?;
    header.set_groupname("root")?;
    // `append_data` would drop the `./` that Debian's tools expect.
    let name = &mut header.as_old_mut().name;
    name.get_mut(..path.len())
        .with_context(|| format!("the path is too long for an archive: {path}"))?
        .copy_from_slice(path.as_bytes());
    header.set_cksum();
    archive.append(&header, content)?;
    Ok(())
}

/// Returns a zip archive with the files.
pub(crate) fn zip(files: &[File], prefix: &str) -> Result<Vec<u8>> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for file in files {
        let options = SimpleFileOptions::default().unix_permissions(file.mode());
        archive.start_file(format!("{prefix}{}", file.path), options)?;
        archive.write_all(&file.content)?;
    }
    Ok(archive.finish()?.into_inner())
}

/// Compresses a file without its name and time.
pub(crate) fn gz(content: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = encoder(Vec::new());
    encoder.write_all(content)?;
    Ok(encoder.finish()?)
}

fn encoder(output: Vec<u8>) -> GzEncoder<Vec<u8>> {
    GzBuilder::new().write(output, Compression::best())
}

/// Returns the folders of the files, each one after its parent.
fn folders(files: &[File]) -> BTreeSet<&str> {
    let parents = |file: &File| file.path.match_indices('/').map(|(at, _)| at).collect::<Vec<_>>();
    files.iter().flat_map(|file| parents(file).into_iter().map(|at| &file.path[..at])).collect()
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use flate2::read::GzDecoder;

    use super::*;

    #[test]
    fn each_folder_precedes_its_files_and_everything_belongs_to_root() {
        let files = [File::executable("usr/bin/txl", "elf"), File::new("usr/share/doc/txl/copyright", "MIT")];
        let archive = tar_gz(&files, "./", 1_700_000_000).unwrap();
        assert_eq!(archive, tar_gz(&files, "./", 1_700_000_000).unwrap());
        let mut archive = tar::Archive::new(GzDecoder::new(&archive[..]));
        let mut entries = Vec::new();
        for entry in archive.entries().unwrap() {
            let mut entry = entry.unwrap();
            let mut content = String::new();
            entry.read_to_string(&mut content).unwrap();
            let header = entry.header();
            assert_eq!((header.uid().unwrap(), header.gid().unwrap()), (0, 0));
            assert_eq!(header.mtime().unwrap(), 1_700_000_000);
            let path = String::from_utf8(entry.path_bytes().into_owned()).unwrap();
            entries.push((path, header.mode().unwrap(), content));
        }
        let entry = |path: &str, mode, content: &str| (path.to_owned(), mode, content.to_owned());
        assert_eq!(
            entries,
            [
                entry("./usr/", 0o755, ""),
                entry("./usr/bin/", 0o755, ""),
                entry("./usr/share/", 0o755, ""),
                entry("./usr/share/doc/", 0o755, ""),
                entry("./usr/share/doc/txl/", 0o755, ""),
                entry("./usr/bin/txl", 0o755, "elf"),
                entry("./usr/share/doc/txl/copyright", 0o644, "MIT"),
            ]
        );
    }

    #[test]
    fn a_path_that_tar_cannot_hold_is_an_error() {
        let file = File::new("a".repeat(101), "");
        assert!(tar_gz(&[file], "", 0).unwrap_err().to_string().contains("too long"));
    }

    #[test]
    fn a_zip_holds_the_files_below_its_folder() {
        let archive = zip(&[File::executable("txl.exe", "pe")], "txl-1/").unwrap();
        let mut archive = zip::ZipArchive::new(Cursor::new(archive)).unwrap();
        let mut content = String::new();
        archive.by_name("txl-1/txl.exe").unwrap().read_to_string(&mut content).unwrap();
        assert_eq!(content, "pe");
    }
}
