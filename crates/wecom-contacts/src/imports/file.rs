//! The file of an import, ready for submission.

use std::{fmt, sync::Arc};

use bytes::Bytes;

use super::{DepartmentFileBuilder, MemberColumn, MemberFileBuilder, Severity, Violations, row_keys::Lines};
use crate::{Bilingual, Error, ErrorKind, MediaId, Result, media::UploadedMedia};

/// The file of an import. It comes from a builder ([`members`](Self::members), [`departments`](Self::departments)), from
/// any CSV in UTF-8, or from the id of a file (普通文件) that was uploaded within the last three days.
///
/// The outcome contains line numbers only for files from a builder.
///
/// ```
/// # fn example(client: wecom_contacts::Client) -> Result<(), Box<dyn std::error::Error>> {
/// use wecom_contacts::imports::{ImportFile, ImportMember};
///
/// let checked = ImportFile::members()
///     .extra(["工号"])
///     .rows([ImportMember::new("wangfang", "王芳").mobile("13800000001").department([2, 7]).extra(["A17"])]);
/// for violation in checked.violations() {
///     println!("{violation}");
/// }
/// let file: ImportFile = checked.into_file()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct ImportFile(pub(super) Content);

#[derive(Clone)]
pub(super) enum Content {
    /// The number of different sets of fields in the rows.
    Built {
        parts: Vec<Bytes>,
        field_sets: usize,
        lines: Arc<Lines>,
    },
    Raw(Bytes),
    Uploaded(MediaId),
}

/// The input of one job.
#[derive(Clone)]
pub(super) enum Source {
    Csv(Bytes),
    Medium(MediaId),
}

impl ImportFile {
    /// Starts a file of members.
    pub fn members() -> MemberFileBuilder {
        MemberFileBuilder::new()
    }

    /// Starts a file of departments.
    pub fn departments() -> DepartmentFileBuilder {
        DepartmentFileBuilder::new()
    }

    /// Returns the CSV of each part. Empty for a file that was uploaded before. A builder's file of members has several
    /// parts if it exceeds 20 MB, or if rows leave different fields unchanged. All other files have one part.
    pub fn parts(&self) -> &[Bytes] {
        match &self.0 {
            Content::Built { parts, .. } => parts,
            Content::Raw(csv) => std::slice::from_ref(csv),
            Content::Uploaded(_) => &[],
        }
    }

    pub(super) fn sources(self) -> Vec<Source> {
        match self.0 {
            Content::Built { parts, .. } => parts.into_iter().map(Source::Csv).collect(),
            Content::Raw(csv) => vec![Source::Csv(csv)],
            Content::Uploaded(id) => vec![Source::Medium(id)],
        }
    }

    /// Returns the only part of a file. Fails for several parts.
    pub(super) fn only_source(self, call: &'static str) -> Result<Source> {
        let why = match &self.0 {
            Content::Built { field_sets, .. } if *field_sets > 1 => Bilingual::new(
                format!("its rows have {field_sets} different sets of fields"),
                format!("各行填写的字段组合有 {field_sets} 种"),
            ),
            _ => Bilingual::new("it is too large for one part", "文件过大"),
        };
        let mut sources = self.sources();
        match (sources.pop(), sources.len()) {
            (Some(source), 0) => Ok(source),
            (_, more) => Err(Error::new(
                call,
                ErrorKind::Unwritable(Bilingual::new(
                    format!(
                        "the file has {} parts because {}, but this job accepts only one part",
                        more + 1,
                        why.english
                    ),
                    format!("{}，文件被分成 {} 份，而一个任务只能提交一份", why.chinese, more + 1),
                )),
            )),
        }
    }

    pub(super) fn lines(&self) -> Option<Arc<Lines>> {
        match &self.0 {
            Content::Built { lines, .. } => Some(Arc::clone(lines)),
            _ => None,
        }
    }
}

impl fmt::Debug for ImportFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Content::Uploaded(id) => f.debug_tuple("ImportFile").field(id).finish(),
            _ => {
                let bytes: usize = self.parts().iter().map(Bytes::len).sum();
                write!(f, "ImportFile({bytes} bytes in {} parts)", self.parts().len())
            }
        }
    }
}

macro_rules! import_file_from {
    ($($from:ty => |$value:ident| $into:expr;)*) => {$(
        impl From<$from> for ImportFile {
            fn from($value: $from) -> Self {
                Self($into)
            }
        }
    )*};
}

import_file_from! {
    &str => |csv| Content::Raw(Bytes::copy_from_slice(csv.as_bytes()));
    &String => |csv| Content::Raw(Bytes::copy_from_slice(csv.as_bytes()));
    &[u8] => |csv| Content::Raw(Bytes::copy_from_slice(csv));
    &Vec<u8> => |csv| Content::Raw(Bytes::copy_from_slice(csv));
    String => |csv| Content::Raw(csv.into());
    Vec<u8> => |csv| Content::Raw(csv.into());
    Bytes => |csv| Content::Raw(csv);
    MediaId => |id| Content::Uploaded(id);
    &MediaId => |id| Content::Uploaded(id.clone());
    &UploadedMedia => |medium| Content::Uploaded(medium.media_id.clone());
}

/// A file with the result of its check.
#[derive(Clone, Debug)]
#[must_use = "checking a file does not send it"]
pub struct Checked<F> {
    pub(super) file: F,
    pub(super) violations: Violations,
    pub(super) rows: u64,
    pub(super) bytes: u64,
    pub(super) clears: Clears,
}

/// The number of empty cells in each column that would empty their field.
#[derive(Clone, Debug, Default)]
pub(super) struct Clears {
    pub(super) columns: Vec<(MemberColumn, u64)>,
    pub(super) extra: Vec<(String, u64)>,
}

impl<F> Checked<F> {
    /// Returns the file, regardless of its violations.
    pub fn file(&self) -> &F {
        &self.file
    }

    /// Returns the violations.
    pub fn violations(&self) -> &Violations {
        &self.violations
    }

    /// Returns the number of rows, without the headings.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Returns the total size of all parts in bytes.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Returns the columns whose empty cells would empty a field, each with the number of such cells. The number includes
    /// members whose field is already empty, because the file has no information about current values. Empty cells of
    /// 是否部门内领导, 排序 and 禁用 are excluded: they leave the field unchanged.
    pub fn clears(&self) -> &[(MemberColumn, u64)] {
        &self.clears.columns
    }

    /// Returns the same numbers for extended attributes (扩展属性), by name.
    pub fn extra_clears(&self) -> &[(String, u64)] {
        &self.clears.extra
    }

    /// Returns the file, if WeCom is expected to accept it and all of its rows.
    ///
    /// # Errors
    ///
    /// All violations, if at least one is more severe than a [`Warning`](Severity::Warning).
    pub fn into_file(self) -> std::result::Result<F, Violations> {
        if self.violations.worst() > Some(Severity::Warning) { Err(self.violations) } else { Ok(self.file) }
    }

    /// Returns the file regardless of its violations. The server then decides.
    pub fn into_file_anyway(self) -> F {
        self.file
    }
}
