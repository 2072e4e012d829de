//! Asynchronous exports (异步导出): submission, writing of the files when due, and links to the files.

pub(super) mod blocks;
pub(super) mod files;
pub(super) mod job;
pub(super) mod results;
pub(super) mod writing;
#[cfg(test)]
mod writing_tests;

pub(crate) use files::Files;
pub(crate) use job::{ExportKind, ExportRequest, ExportTask};
pub(crate) use writing::{ExportWriter, Slice};
