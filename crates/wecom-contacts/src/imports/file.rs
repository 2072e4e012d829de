//! The file of an import, ready to be sent.

use std::{fmt, sync::Arc};

use bytes::Bytes;

use super::{DepartmentFileBuilder, MemberColumn, MemberFileBuilder, Severity, Violations, row_keys::Lines};
use crate::{Error, ErrorKind, MediaId, Result, media::UploadedMedia};

/// The file of an import: what a builder wrote ([`members`](Self::members), [`departments`](Self::departments)), anybody's CSV in
/// UTF-8, or the id of a file that was uploaded (普通文件) within the last three days.
///
/// Only of a builder's file the outcome's rows say their lines.
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
    /// The rows give this number of different sets of fields.
    Built {
        parts: Vec<Bytes>,
        field_sets: usize,
        lines: Arc<Lines>,
    },
    Raw(Bytes),
    Uploaded(MediaId),
}

/// What one job imports.
#[derive(Clone)]
pub(super) enum Source {
    Csv(Bytes),
    Medium(MediaId),
}

impl ImportFile {
    /// Begins a file of members.
    pub fn members() -> MemberFileBuilder {
        MemberFileBuilder::new()
    }

    /// Begins a file of departments.
    pub fn departments() -> DepartmentFileBuilder {
        DepartmentFileBuilder::new()
    }

    /// The CSV of each part; none if it was uploaded before. Several parts have only files of members that the builder wrote,
    /// if they have more than 20 MB or if some rows leave fields as they are that others give.
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

    /// The one part of a file that must not have several.
    pub(super) fn only_source(self, call: &'static str) -> Result<Source> {
        let why = match &self.0 {
            Content::Built { field_sets, .. } if *field_sets > 1 => {
                format!("its rows give {field_sets} different sets of fields")
            }
            _ => "it is too large for one".into(),
        };
        let mut sources = self.sources();
        match (sources.pop(), sources.len()) {
            (Some(source), 0) => Ok(source),
            (_, more) => Err(Error::new(
                call,
                ErrorKind::Unwritable(format!(
                    "the file has {} parts, as {why}, and this is one job, which takes one part",
                    more + 1
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

/// A file that was written and checked.
#[derive(Clone, Debug)]
#[must_use = "a file that was checked is not sent by that"]
pub struct Checked<F> {
    pub(super) file: F,
    pub(super) violations: Violations,
    pub(super) rows: u64,
    pub(super) bytes: u64,
    pub(super) clears: Clears,
}

/// How many cells of each column are empty and would empty their field.
#[derive(Clone, Debug, Default)]
pub(super) struct Clears {
    pub(super) columns: Vec<(MemberColumn, u64)>,
    pub(super) extra: Vec<(String, u64)>,
}

impl<F> Checked<F> {
    /// The file, whatever was found.
    pub fn file(&self) -> &F {
        &self.file
    }

    /// What was found.
    pub fn violations(&self) -> &Violations {
        &self.violations
    }

    /// How many rows the file has, without the headings.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// How large the file is, all its parts together.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The columns with empty cells that empty the field of a member who has a value there, and how many such cells each has. The
    /// file does not say which members have one. Empty cells of 是否部门内领导, 排序 and 禁用 leave the field as it is.
    pub fn clears(&self) -> &[(MemberColumn, u64)] {
        &self.clears.columns
    }

    /// The same for extended attributes (扩展属性), by name.
    pub fn extra_clears(&self) -> &[(String, u64)] {
        &self.clears.extra
    }

    /// Returns the file, if WeCom is not expected to refuse it or any of its rows.
    ///
    /// # Errors
    ///
    /// All violations, if one is worse than a [`Warning`](Severity::Warning).
    pub fn into_file(self) -> std::result::Result<F, Violations> {
        if self.violations.worst() > Some(Severity::Warning) { Err(self.violations) } else { Ok(self.file) }
    }

    /// Returns the file whatever was found: the server is the judge.
    pub fn into_file_anyway(self) -> F {
        self.file
    }
}
