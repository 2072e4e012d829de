//! The files of an export: encrypted blocks in one stored file.

use crate::large_files::{FilePart, StoredFile};

/// The files of an export.
#[derive(Clone, Debug)]
pub(crate) struct Files {
    pub(super) file: StoredFile,
    pub(super) blocks: Vec<Block>,
}

/// One encrypted file, which is a part of the stored file.
#[derive(Clone, Debug)]
pub(super) struct Block {
    pub(super) start: u64,
    pub(super) size: u64,
    pub(super) md5: String,
}

impl Files {
    /// Returns each file with its md5.
    pub(super) fn each(&self) -> impl Iterator<Item = (FilePart, String)> {
        self.blocks.iter().map(|block| {
            let part = FilePart { file: self.file.clone(), start: block.start, size: block.size };
            (part, block.md5.clone())
        })
    }

    pub(super) fn size(&self) -> u64 {
        self.blocks.iter().map(|block| block.size).sum()
    }
}
