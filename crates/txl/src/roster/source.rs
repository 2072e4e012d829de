//! The files of a roster, and how they are read.

use std::{
    collections::BTreeSet,
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::Args;
use sha2::{Digest, Sha256};
use wecom_directory::{
    policy::Policy,
    roster::{Column, DepartmentRow, Place, Roster, RosterFile},
};
use wecom_sheets::{
    Encoding, Error, Options,
    roster::{
        DepartmentPlace, DepartmentTable, ListedField, RosterField, RosterOptions, RosterReading, RosterTable,
    },
};

use super::{
    KnownCorp,
    columns::{Paths, Source, columns, write},
    unreadable::unreadable,
};
use crate::{
    failure::{Failure, Result},
    file::{self, contents},
    messages::{Message, import::file as file_messages, roster as messages},
    output::say,
};

/// The maximum number of entries in a printed list.
const SHOWN: usize = 20;
/// Bytes of a file that are hashed at once.
const CHUNK: usize = 1 << 20;

/// How the files of a roster are read.
#[derive(Args, Default)]
#[command(next_help_heading = "Roster (花名册)")]
pub(crate) struct ReadingArgs {
    /// Read the column with this heading as this field, such as mobile=联系方式; FIELD can also be extra:NAME or ignore
    #[arg(long, value_name = "FIELD=HEADING", value_parser = pair)]
    map: Vec<(String, String)>,
    /// Sheet of the workbook [default: the first visible sheet]
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
    /// Encoding of a CSV or JSON file, such as GBK or Big5 [default: detected]
    #[arg(long, value_name = "NAME", value_parser = str::parse::<Encoding>)]
    encoding: Option<Encoding>,
}

fn pair(text: &str) -> std::result::Result<(String, String), Message> {
    match text.split_once('=') {
        Some((field, heading)) if !heading.is_empty() && !field.is_empty() => {
            Ok((field.to_owned(), heading.to_owned()))
        }
        _ => Err(messages::field_and_heading_expected()),
    }
}

/// Receives the messages about what was recognised in the files.
type Say = fn(Message);

/// The files of a roster, before their columns are known.
#[derive(Default)]
pub(crate) struct RosterFiles(Vec<Loaded>);

struct Loaded {
    path: PathBuf,
    source: RosterFile,
    /// The content of stdin, which can be read once.
    bytes: Option<Arc<[u8]>>,
}

impl RosterFiles {
    /// Notes the files and their digests.
    ///
    /// # Errors
    ///
    /// Fails if a file cannot be read.
    pub(crate) fn open(paths: &[PathBuf]) -> Result<Self> {
        let load = |path: &PathBuf| {
            let bytes = if path == Path::new("-") { Some(contents(path)?) } else { None };
            let source = RosterFile { name: name(path), sha256: digest(path, bytes.as_deref())? };
            Ok(Loaded { path: path.clone(), source, bytes: bytes.map(Into::into) })
        };
        paths.iter().map(load).collect::<Result<_>>().map(Self)
    }
}

impl Loaded {
    fn members(&self, options: &Options, roster: &RosterOptions) -> wecom_sheets::Result<RosterTable> {
        match &self.bytes {
            Some(bytes) => RosterTable::read_bytes(Arc::clone(bytes), options, roster),
            None => RosterTable::open(&self.path, options, roster),
        }
    }

    fn departments(&self, options: &Options) -> wecom_sheets::Result<DepartmentTable> {
        match &self.bytes {
            Some(bytes) => DepartmentTable::read_bytes(Arc::clone(bytes), options),
            None => DepartmentTable::open(&self.path, options),
        }
    }
}

/// A file with its columns.
enum Opened {
    Members(RosterTable),
    Departments(DepartmentTable),
}

impl ReadingArgs {
    /// Returns the headings that mean nothing by themselves: they may be attributes of the corp. Faults of a file are left to
    /// [`read`](Self::read).
    pub(crate) fn unknown_headings(&self, files: &RosterFiles, policy: &Policy) -> BTreeSet<String> {
        let mapped = self.mapped(policy);
        let mut unknown = BTreeSet::new();
        for file in &files.0 {
            let opened = self.open(
                file,
                policy,
                &KnownCorp::default(),
                &mapped,
                files.0.len() > 1,
                &mut BTreeSet::new(),
            );
            if let Ok(Opened::Members(table)) = opened {
                unknown.extend(table.ignored().chain(table.deciding()).map(str::to_owned));
            }
        }
        unknown
    }

    /// Reads all files as one roster, and prints what was recognised.
    ///
    /// # Errors
    ///
    /// Fails if a file cannot be read, if a heading of `--map` or of the policy is in no file, or if a department of a sheet of
    /// departments cannot be read.
    pub(crate) fn read(&self, files: &RosterFiles, policy: &Policy, corp: &KnownCorp) -> Result<Roster> {
        self.read_with(files, policy, corp, say)
    }

    /// Reads all files as one roster, as [`read`](Self::read) does, and reports what was recognised to `say`.
    pub(crate) fn read_with(
        &self,
        files: &RosterFiles,
        policy: &Policy,
        corp: &KnownCorp,
        say: Say,
    ) -> Result<Roster> {
        let mapped = self.mapped(policy);
        let mut used = BTreeSet::new();
        let mut opened = Vec::with_capacity(files.0.len());
        for file in &files.0 {
            opened.push((self.open(file, policy, corp, &mapped, files.0.len() > 1, &mut used)?, file));
        }
        if let Some((_, missing)) = mapped.iter().find(|(_, heading)| !used.contains(*heading)) {
            return Err(Failure::usage(messages::no_file_has(missing)).remedy(messages::map_one_of_these()));
        }
        assemble(&opened, corp, say)
    }

    /// The fields with the headings of the corp's own files. Flags come after the policy, whose headings they replace.
    fn mapped<'m>(&'m self, policy: &'m Policy) -> Vec<(&'m str, &'m str)> {
        let is_flagged =
            |field: &str| self.map.iter().any(|(flagged, _)| flagged == field && field != "ignore");
        let of_policy = policy.columns.iter().filter(|(field, _)| !is_flagged(field));
        of_policy
            .chain(self.map.iter().map(|(field, heading)| (field, heading)))
            .map(|(field, heading)| (field.as_str(), heading.as_str()))
            .collect()
    }

    /// Opens a file. A heading that only another file has is left out of the mapping.
    fn open<'m>(
        &self,
        file: &Loaded,
        policy: &Policy,
        corp: &KnownCorp,
        mapped: &[(&'m str, &'m str)],
        are_several: bool,
        used: &mut BTreeSet<&'m str>,
    ) -> Result<Opened> {
        let options = self.options();
        let mut mapped = mapped.to_vec();
        let mut state = policy.roster.state.as_ref().map(|state| state.column.as_str());
        loop {
            let mut roster = RosterOptions::new()
                .key(&policy.roster.key)
                .attributes(&corp.attributes)
                .external_attributes(&corp.external_attributes);
            for (field, heading) in &mapped {
                roster = roster.map(*heading, *field);
            }
            if let Some(heading) = state.filter(|heading| !heading.is_empty()) {
                roster = roster.state(heading);
            }
            let error = match file.members(&options, &roster) {
                Ok(table) => {
                    used.extend(mapped.iter().map(|(_, heading)| *heading));
                    return Ok(Opened::Members(table));
                }
                Err(error) => error,
            };
            match &error {
                Error::NoColumn { heading, .. } if are_several => {
                    let before = mapped.len();
                    mapped.retain(|(_, other)| other != heading);
                    if state.is_some_and(|state| state == heading) {
                        state = None;
                    } else if before == mapped.len() {
                        return Err(unreadable(&file.path, &error));
                    }
                }
                // A file without people may be one of departments.
                Error::NoKey { .. } | Error::NoHeadings { .. } if are_several => {
                    let table = file.departments(&options).map_err(|_| unreadable(&file.path, &error))?;
                    return Ok(Opened::Departments(table));
                }
                _ => return Err(unreadable(&file.path, &error)),
            }
        }
    }

    fn options(&self) -> Options {
        let mut options = Options::new();
        if let Some(sheet) = &self.sheet {
            options = options.sheet(sheet);
        }
        if let Some(encoding) = self.encoding {
            options = options.encoding(encoding);
        }
        options
    }
}

/// Puts the rows of all files into one roster, whose columns are those of any file.
fn assemble(opened: &[(Opened, &Loaded)], corp: &KnownCorp, say: Say) -> Result<Roster> {
    let mut all: Vec<(Column, Source)> = Vec::new();
    for (table, _) in opened {
        let Opened::Members(table) = table else { continue };
        for column in columns(table) {
            if !all.iter().any(|(known, _)| *known == column.0) {
                all.push(column);
            }
        }
    }
    let mut roster = Roster::new(all.iter().map(|(column, _)| column.clone()));
    for (number, (table, file)) in opened.iter().enumerate() {
        let number = u16::try_from(number).map_err(|_| Failure::usage(messages::too_many_files()))?;
        let path = &file.path;
        roster.files.push(file.source.clone());
        let departments_table = match table {
            Opened::Departments(table) => {
                say(file_messages::format_of(path, table.sheet().format()));
                Some(table.clone())
            }
            Opened::Members(table) => {
                say(file_messages::format_of(path, table.sheet().format()));
                print_columns(table, say);
                print_reading(&push_rows(&mut roster, number, path, table, &all, corp)?, say);
                table.departments().map_err(|error| unreadable(path, &error))?
            }
        };
        if let Some(table) = departments_table {
            let rows = departments(number, path, &table, corp, say)?;
            roster.departments.get_or_insert_default().extend(rows);
        }
    }
    Ok(roster)
}

fn push_rows(
    roster: &mut Roster,
    file: u16,
    path: &Path,
    table: &RosterTable,
    columns: &[(Column, Source)],
    corp: &KnownCorp,
) -> Result<RosterReading> {
    let mut rows = table.rows();
    for row in &mut rows {
        let row = row.map_err(|error| unreadable(path, &error))?;
        let place = Place { file, line: u32::try_from(row.line()).unwrap_or(u32::MAX) };
        roster.push(place, |writer| {
            for (column, source) in columns {
                write(writer, column, source, &row, &corp.paths);
            }
        });
    }
    Ok(rows.into_reading())
}

/// The rows of a sheet of departments. A row that cannot be read could make a department look as if the sheet lacked it.
fn departments(
    file: u16,
    path: &Path,
    table: &DepartmentTable,
    corp: &KnownCorp,
    say: Say,
) -> Result<Vec<DepartmentRow>> {
    let mut read = Vec::new();
    let mut listed = Paths::new();
    let mut faulty = Vec::new();
    for row in table.rows() {
        let row = row.map_err(|error| unreadable(path, &error))?;
        let text = |field| row.cell(field).text().map(str::to_owned);
        let place = match row.place() {
            Some(DepartmentPlace::Path(path)) => Some(path),
            Some(DepartmentPlace::Under { parent, name }) => Some(format!("{parent}/{name}")),
            Some(DepartmentPlace::UnderId { parent, name }) if parent.0 == 0 => Some(name),
            Some(DepartmentPlace::UnderId { parent, name }) => {
                let above = listed.get(&parent).or_else(|| corp.paths.get(&parent));
                above.map(|above| format!("{above}/{name}"))
            }
            None => None,
        };
        let Some(place) = place.filter(|_| row.faults().next().is_none()) else {
            faulty.push(row.line());
            continue;
        };
        if let Some(id) = text(ListedField::Id).and_then(|id| id.parse().ok()) {
            listed.insert(id, place.clone());
        }
        read.push(DepartmentRow {
            place: Place { file, line: u32::try_from(row.line()).unwrap_or(u32::MAX) },
            path: place,
            name_en: text(ListedField::NameEn),
            order: text(ListedField::Order).and_then(|order| order.parse().ok()),
        });
    }
    if faulty.is_empty() {
        say(messages::departments(read.len()));
        return Ok(read);
    }
    Err(Failure::new(messages::faulty_departments(path, &faulty)).remedy(messages::correct_the_departments()))
}

/// Reports what the columns of a file mean.
pub(crate) fn print_columns(table: &RosterTable, say: Say) {
    for column in table.columns() {
        let heading = &column.heading;
        match &column.meaning {
            wecom_sheets::Meaning::Field(RosterField::Order) => say(messages::order_is_kept(heading)),
            wecom_sheets::Meaning::Field(field) if field.heading() != heading => {
                say(file_messages::column_is(heading, field.name()));
            }
            wecom_sheets::Meaning::Extra(name) => say(file_messages::column_is_an_attribute(heading, name)),
            wecom_sheets::Meaning::External(name) => {
                say(messages::column_is_an_external_attribute(heading, name));
            }
            _ => {}
        }
    }
    let levels: Vec<_> = table.levels().collect();
    if !levels.is_empty() {
        say(messages::columns_are_levels(&levels));
    }
    let ignored: Vec<_> = table.ignored().collect();
    if !ignored.is_empty() {
        say(messages::ignored_columns(&ignored));
    }
    let deciding: Vec<_> = table.deciding().collect();
    if !deciding.is_empty() {
        say(messages::deciding_columns(&deciding));
    }
}

/// Reports what was corrected and skipped in a file.
pub(crate) fn print_reading(reading: &RosterReading, say: Say) {
    for (heading, correction, count) in &reading.corrected {
        say(file_messages::corrected(heading, *count, *correction));
    }
    if reading.astray > 0 {
        say(file_messages::cells_without_a_heading(reading.astray));
    }
    if !reading.skipped.is_empty() {
        say(file_messages::lines_without_data(&reading.skipped, SHOWN));
    }
    say(file_messages::rows(reading.rows));
}

fn name(path: &Path) -> String {
    if path == Path::new("-") {
        return "stdin".to_owned();
    }
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// The SHA-256 of a file, in hexadecimal.
fn digest(path: &Path, bytes: Option<&[u8]>) -> Result<String> {
    let mut hash = Sha256::new();
    match bytes {
        Some(bytes) => hash.update(bytes),
        None => {
            let read = || -> io::Result<()> {
                let mut file = File::open(path)?;
                let mut chunk = vec![0; CHUNK];
                loop {
                    match file.read(&mut chunk)? {
                        0 => return Ok(()),
                        read => hash.update(&chunk[..read]),
                    }
                }
            };
            let mut read = read;
            read().map_err(|error| file::unreadable(path, &error))?;
        }
    }
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}
