//! The destination of rows: stdout, one file, or a directory with one file for each file of the export.

use std::{
    fs, io,
    io::IsTerminal,
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::Args;
use futures_util::{StreamExt, TryStreamExt, stream};
use wecom_contacts::{
    Client,
    exports::{Export, ExportRow, ExportRows},
};
use wecom_sheets::writing::INCOMPLETE_PREFIX;

use super::{
    departments::Paths,
    format::{Format, Style, Writer},
    kind::ExportKind,
    progress::Gauge,
    row::Row,
};
use crate::{
    failure::{Failure, Result},
    file::{Draft, directory_of, unwritable},
    messages, numbers,
    output::{self, Output, print_bytes, say, stdout},
};

/// The type of the rows of an export.
pub(super) type Read<R, T> = fn(Export<R>) -> ExportRows<T>;

#[derive(Args)]
pub(super) struct DestinationArgs {
    /// File to write: .jsonl, .json, .csv or .xlsx. A directory receives one file for each file of the export, such as
    /// members-0001.jsonl. `-` is stdout
    ///
    /// The format of a name without an ending is that of -o, and defaults to JSONL. CSV has the headings of WeCom's template above the
    /// codes and ids of the API. Further fields follow under their JSON names, then attributes (扩展属性). XLSX has the same columns,
    /// with words instead of codes and departments as paths, such as 示例公司/研发部. All cells of XLSX are text. Both omit empty
    /// columns. A heading that begins with 部分缺失- marks an incomplete column: WeCom omitted the field in some rows, and `txl import`
    /// ignores the column.
    #[arg(long, value_name = "FILE|DIR")]
    out: Option<PathBuf>,
    /// Alias of -o, for older scripts
    #[arg(long, value_enum, hide_possible_values = true)]
    format: Option<output::Format>,
    /// Number of files of the export to read in parallel. Memory use grows with it
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = numbers::whole::<u8>(1..=16))]
    files_at_once: u8,
}

/// The destination and the format.
pub(super) struct Destination {
    to: Target,
    /// `None` for a table on stdout.
    format: Option<Format>,
    style: Style,
    files_at_once: usize,
    /// The format of rows that are held in memory and then printed.
    listed: output::Format,
}

enum Target {
    Stdout,
    File(PathBuf),
    Directory { path: PathBuf, kind: ExportKind },
}

impl DestinationArgs {
    /// Decides on the destination before a job is submitted, so that no job is wasted.
    pub(super) fn destination(&self, kind: ExportKind, output: Output) -> Result<Destination> {
        let asked = self.format.or((!output.is_table()).then_some(output.format));
        let (to, format) = match &self.out {
            Some(path) if path != Path::new("-") && output.selects() => {
                return Err(Failure::usage(messages::formats::file_has_all_fields())
                    .remedy(messages::formats::redirect_the_selection()));
            }
            Some(path) if path != Path::new("-") => {
                if path.is_dir() || ends_as_a_directory(path) {
                    let format = asked.map(Format::asked).transpose()?.unwrap_or_default();
                    fs::create_dir_all(path).map_err(|error| unwritable(path, &error))?;
                    (Target::Directory { path: path.clone(), kind }, Some(format))
                } else {
                    let format = Format::of_file(path, asked)?;
                    Draft::new(path)?;
                    (Target::File(path.clone()), Some(format))
                }
            }
            // These rows go through the printer of all lists.
            _ if output.selects() || asked == Some(output::Format::Yaml) => (Target::Stdout, None),
            _ => {
                let asked = asked.filter(|format| *format != output::Format::Table);
                (Target::Stdout, asked.map(Format::asked).transpose()?)
            }
        };
        let style = Style { csv_safe: output.csv_safe, ..Style::default() };
        Ok(Destination {
            to,
            format,
            style,
            files_at_once: self.files_at_once.into(),
            listed: asked.unwrap_or_default(),
        })
    }
}

impl Destination {
    /// Reads the data that the file needs in addition to the rows.
    pub(super) async fn prepare<T: Row>(&mut self, client: &Client) -> Result {
        if self.format == Some(Format::Xlsx) && T::NAMES_DEPARTMENTS {
            self.style.paths = Arc::new(Paths::read(client).await?);
        }
        Ok(())
    }

    /// Returns whether progress can be drawn. Rows on the same terminal would mix with it.
    pub(super) fn may_draw(&self) -> bool {
        !matches!(self.to, Target::Stdout) || !io::stdout().is_terminal()
    }

    /// Reads and writes all rows of an export. Returns their number.
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
                stdout::end_with_reader();
                let rows = read(export).files_at_once(self.files_at_once);
                match self.format {
                    Some(format) => {
                        self.copy(rows, format, None, &std::env::temp_dir(), gauge, print_bytes).await
                    }
                    None => {
                        // The widest cell decides the width of a column.
                        let rows: Vec<T> = rows.try_collect().await?;
                        gauge.clear();
                        T::print(&rows, output.in_format(self.listed))?;
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
        kind: ExportKind,
        export: &Export<R>,
        read: Read<R, T>,
        gauge: &Gauge,
    ) -> Result<u64> {
        let extension = self.format.unwrap_or_default().extension();
        let path = |position: usize| directory.join(format!("{kind}-{:04}.{extension}", position + 1));
        let files = export.files().len();
        let stale = path(files);
        if stale.exists() {
            let failure = Failure::new(messages::export::files_of_a_longer_export(&stale));
            return Err(failure.remedy(messages::export::remove_the_earlier_files()));
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
        let take = |bytes: &[u8]| draft.write(bytes);
        let count = self.copy(rows, format, Some(path), directory_of(path), gauge, take).await?;
        draft.finish()?;
        Ok(count)
    }

    /// Prints the number of written rows and the destination to stderr.
    pub(super) fn report(&self, rows: u64) {
        match &self.to {
            Target::Stdout => {}
            Target::File(path) | Target::Directory { path, .. } => {
                say(messages::export::rows_in(rows, path));
            }
        }
    }

    /// Writes rows as they arrive. Returns their number.
    async fn copy<T: Row>(
        &self,
        rows: ExportRows<T>,
        format: Format,
        path: Option<&Path>,
        spool: &Path,
        gauge: &Gauge,
        mut take: impl FnMut(&[u8]) -> Result,
    ) -> Result<u64> {
        gauge.follow(rows.progress());
        let mut writer = Writer::new(format, spool, &self.style)?;
        let mut batches = rows.batches();
        let mut count = 0;
        while let Some(batch) = batches.try_next().await? {
            count += batch.len() as u64;
            writer.write(&batch, &mut take)?;
            gauge.tick();
        }
        let incomplete = writer.finish(&mut take).await?;
        if !incomplete.is_empty() {
            let columns: Vec<_> = incomplete.iter().map(|column| (&*column.heading, column.rows)).collect();

            gauge.aside(|| {
                say(messages::export::incomplete_columns(&columns, path, INCOMPLETE_PREFIX));
            });
        }
        Ok(count)
    }
}

fn ends_as_a_directory(path: &Path) -> bool {
    path.to_string_lossy().ends_with(std::path::is_separator)
}
