//! Where rows go: stdout, one file, or a directory with a file for each of the export's.

use std::{
    fs, io,
    io::IsTerminal,
    path::{Path, PathBuf},
};

use clap::Args;
use futures_util::{StreamExt, TryStreamExt, stream};
use wecom_contacts::exports::{Export, ExportRow, ExportRows};

use super::{
    format::{Format, Writer},
    job::Kind,
    progress::Gauge,
    row::Row,
};
use crate::{
    failure::{Failure, Result},
    file::{Draft, directory_of, unwritable},
    output::{Output, print_bytes, say},
};

/// Which rows an export is read as.
pub(super) type Read<R, T> = fn(Export<R>) -> ExportRows<T>;

#[derive(Args)]
pub(super) struct To {
    /// The file to write; or a directory, for a file for each of the export's: members-0001.jsonl and so on
    #[arg(long, value_name = "FILE|DIR")]
    out: Option<PathBuf>,
    /// How rows are written [default: by the ending of --out, else jsonl; on stdout by -o]
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// How many of the export's files are read side by side; memory grows with it
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=16))]
    files_at_once: u8,
    /// Say nothing on stderr but what goes wrong
    #[arg(short, long)]
    quiet: bool,
}

/// Where rows go, and how.
pub(super) struct Place {
    to: Target,
    /// `None` on stdout, where `-o` decides.
    format: Option<Format>,
    files_at_once: usize,
    is_quiet: bool,
}

enum Target {
    Stdout,
    File(PathBuf),
    Directory { path: PathBuf, kind: Kind },
}

impl To {
    pub(super) fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Settles where to write, before a job is submitted for nothing.
    pub(super) fn place(&self, kind: Kind) -> Result<Place> {
        let (to, format) = match &self.out {
            None => (Target::Stdout, self.format),
            Some(path) if path.is_dir() || ends_as_a_directory(path) => {
                fs::create_dir_all(path).map_err(|error| unwritable(path, &error))?;
                (Target::Directory { path: path.clone(), kind }, Some(self.format.unwrap_or_default()))
            }
            Some(path) => {
                Draft::new(path)?;
                let format = self.format.or_else(|| Format::of(path)).unwrap_or_default();
                (Target::File(path.clone()), Some(format))
            }
        };
        Ok(Place { to, format, files_at_once: self.files_at_once.into(), is_quiet: self.quiet })
    }
}

impl Place {
    /// Whether progress may be drawn: rows that go to the same screen would run into it.
    pub(super) fn may_draw(&self) -> bool {
        !self.is_quiet && (!matches!(self.to, Target::Stdout) || !io::stdout().is_terminal())
    }

    /// Reads all rows of an export and writes them; returns how many.
    pub(super) async fn save<R: ExportRow, T: Row>(
        &self,
        export: Export<R>,
        read: Read<R, T>,
        gauge: &Gauge,
        output: Output,
    ) -> Result<u64> {
        gauge.read(export.files().iter().map(|file| file.size).sum());
        match &self.to {
            Target::Stdout => {
                let rows = read(export).files_at_once(self.files_at_once);
                match self.format.or(output.is_json().then_some(Format::Json)) {
                    Some(format) => copy(rows, format, &std::env::temp_dir(), gauge, print_bytes).await,
                    None => {
                        // A table's columns are as wide as their widest cell.
                        let rows: Vec<T> = rows.try_collect().await?;
                        gauge.clear();
                        T::print(&rows, output)?;
                        Ok(rows.len() as u64)
                    }
                }
            }
            Target::File(path) => {
                self.file(path, read(export).files_at_once(self.files_at_once), gauge).await
            }
            Target::Directory { path, kind } => self.directory(path, *kind, &export, read, gauge).await,
        }
    }

    async fn directory<R: ExportRow, T: Row>(
        &self,
        directory: &Path,
        kind: Kind,
        export: &Export<R>,
        read: Read<R, T>,
        gauge: &Gauge,
    ) -> Result<u64> {
        let extension = self.format.unwrap_or_default().extension();
        let path = |position: usize| directory.join(format!("{kind}-{:04}.{extension}", position + 1));
        let files = export.files().len();
        let stale = path(files);
        if stale.exists() {
            let failure = Failure::new(format!("{} is there, of an export with more files", stale.display()));
            return Err(failure.remedy("remove the files of the earlier export, or name another directory"));
        }
        stream::iter((0..files).filter_map(|position| Some((path(position), export.file(position)?))))
            .map(|(path, file)| async move { self.file(&path, read(file), gauge).await })
            .buffer_unordered(self.files_at_once)
            .try_fold(0, async |sum, rows| Ok(sum + rows))
            .await
    }

    async fn file<T: Row>(&self, path: &Path, rows: ExportRows<T>, gauge: &Gauge) -> Result<u64> {
        let mut draft = Draft::new(path)?;
        let format = self.format.unwrap_or_default();
        let count = copy(rows, format, directory_of(path), gauge, |bytes| draft.write(bytes)).await?;
        draft.finish()?;
        Ok(count)
    }

    /// Tells that all rows are where they belong.
    pub(super) fn tell(&self, rows: u64) {
        match &self.to {
            Target::Stdout => {}
            Target::File(path) | Target::Directory { path, .. } => {
                say(format_args!("{rows} rows in {}", path.display()));
            }
        }
    }
}

/// Writes rows as they come; returns how many.
async fn copy<T: Row>(
    rows: ExportRows<T>,
    format: Format,
    spool: &Path,
    gauge: &Gauge,
    mut take: impl FnMut(&[u8]) -> Result,
) -> Result<u64> {
    gauge.follow(rows.progress());
    let mut writer = Writer::new(format, spool)?;
    let mut batches = rows.batches();
    let mut count = 0;
    while let Some(batch) = batches.try_next().await? {
        count += batch.len() as u64;
        writer.write(&batch, &mut take)?;
        gauge.tick();
    }
    writer.finish(&mut take).await?;
    Ok(count)
}

fn ends_as_a_directory(path: &Path) -> bool {
    path.to_string_lossy().ends_with(std::path::is_separator)
}
