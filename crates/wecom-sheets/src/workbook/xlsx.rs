//! XLSX workbooks (Office Open XML): their parts and rows.

use std::{io::Read, sync::Arc};

use super::{
    Listed, Pick,
    cells::{Cells, Context},
    formats::Formats,
    merges::{MERGES, Range},
    package::{HELD, Package, STREAMED, unpacked},
    tags::range_of,
    texts::Texts,
    xml::{attribute, each_element, is_true},
};
use crate::{Error, Quantity, Result, source::Source};

/// A workbook with its texts and a selected sheet.
pub(crate) struct Book {
    context: Arc<Context>,
    part: String,
    pub(super) merges: Vec<Range>,
    pub(super) may_hide_rows: bool,
}

/// Returns the part that the container declares as the workbook.
pub(super) fn main_part(package: &mut Package) -> Result<Option<String>> {
    let relations = relations(package, "")?;
    let main = relations.into_iter().find(|relation| relation.is("officeDocument"));
    Ok(match main {
        Some(relation) => Some(relation.target),
        // Some programs omit the relations.
        None => package.has("xl/workbook.xml").then(|| "xl/workbook.xml".to_owned()),
    })
}

pub(super) fn open(mut package: Package, main: &str, pick: Pick<'_>) -> Result<(Book, Listed)> {
    let relations = relations(&mut package, main)?;
    let (mut sheets, mut is_1904, mut is_to_compute) = (Vec::new(), false, false);
    let Some(xml) = package.xml(main, HELD)? else {
        return Err(Error::Workbook(format!("it has no part {main}")));
    };
    each_element(xml, &mut |element, path| {
        match (path.last().map(String::as_str), element.local_name().as_ref()) {
            (Some("sheets"), "sheet") => {
                let name = attribute(element, "name")?.unwrap_or_default();
                let state = attribute(element, "state")?;
                let relation = attribute(element, "id")?;
                if sheets.len() == SHEETS {
                    return Err(Error::TooMany { what: Quantity::Sheets, limit: SHEETS as u64 });
                }
                let is_shown = !matches!(state.as_deref(), Some("hidden" | "veryHidden"));
                sheets.push((name, is_shown, relation));
            }
            (_, "workbookPr") => is_1904 = is_true(attribute(element, "date1904")?.as_deref()),
            (_, "calcPr") => is_to_compute = is_true(attribute(element, "fullCalcOnLoad")?.as_deref()),
            _ => {}
        }
        Ok(())
    })?;
    let target = |relation: &Option<String>| {
        let found = relations.iter().find(|known| Some(&known.id) == relation.as_ref());
        found.filter(|known| known.is("worksheet")).map(|known| known.target.clone())
    };
    // Charts and dialogs are sheets without rows.
    let sheets: Vec<_> = sheets
        .into_iter()
        .filter_map(|(name, is_shown, relation)| Some((name, is_shown, target(&relation)?)))
        .collect();
    let (at, listed) = pick(sheets.iter().map(|(name, is_shown, _)| (name.clone(), *is_shown)).collect())?;
    let part = sheets[at].2.clone();
    let linked = |kind: &str, usual: &str| {
        let found = relations.iter().find(|relation| relation.is(kind));
        found.map_or_else(|| usual.to_owned(), |relation| relation.target.clone())
    };
    let formats = Formats::read(&mut package, &linked("styles", "xl/styles.xml"))?;
    let texts = Texts::read(&mut package, &linked("sharedStrings", "xl/sharedStrings.xml"))?;
    let survey = survey(&mut package, &part)?;
    let merges = if survey.has_merges { merges(&mut package, &part)? } else { Vec::new() };
    let context = Arc::new(Context { texts, formats, is_1904, is_to_compute });
    Ok((Book { context, part, merges, may_hide_rows: survey.may_hide_rows }, listed))
}

/// Maximum number of sheets. Excel supports some thousands.
const SHEETS: usize = 10_000;

impl Book {
    pub(super) fn rows(&self, source: &Source) -> Result<Cells> {
        match Package::open(source)?.xml(&self.part, STREAMED)? {
            Some(xml) => Cells::new(xml, Arc::clone(&self.context)),
            None => Err(Error::Workbook(format!("it has no part {}", self.part))),
        }
    }
}

/// A part that another part refers to.
struct Relation {
    id: String,
    kind: String,
    target: String,
}

impl Relation {
    /// Returns whether the relation is of this kind. The standard has two spellings for each kind, with the same end.
    fn is(&self, kind: &str) -> bool {
        self.kind.strip_suffix(kind).is_some_and(|before| before.ends_with('/'))
    }
}

/// Returns the relations of a part. An empty name means the container.
fn relations(package: &mut Package, of: &str) -> Result<Vec<Relation>> {
    let (folder, file) = of.rsplit_once('/').unwrap_or(("", of));
    let name = format!("{folder}/_rels/{file}.rels");
    let mut relations = Vec::new();
    let Some(xml) = package.xml(&name, HELD)? else { return Ok(relations) };
    each_element(xml, &mut |element, _| {
        if element.local_name().as_ref() != "Relationship" {
            return Ok(());
        }
        if relations.len() == SHEETS {
            return Err(Error::TooMany { what: Quantity::Relations, limit: SHEETS as u64 });
        }
        let target = attribute(element, "Target")?.unwrap_or_default();
        relations.push(Relation {
            id: attribute(element, "Id")?.unwrap_or_default(),
            kind: attribute(element, "Type")?.unwrap_or_default(),
            target: resolved(folder, &target),
        });
        Ok(())
    })?;
    Ok(relations)
}

/// Resolves a target relative to a folder.
fn resolved(folder: &str, target: &str) -> String {
    let target = target.replace('\\', "/");
    let base = if target.starts_with('/') { "" } else { folder };
    let mut parts: Vec<&str> = base.split('/').filter(|part| !part.is_empty()).collect();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// The optional elements of a sheet, found by a search of its bytes. Most sheets have none, so that only their rows are parsed.
#[derive(Default)]
struct Survey {
    has_merges: bool,
    may_hide_rows: bool,
}

fn survey(package: &mut Package, part: &str) -> Result<Survey> {
    let Some(mut bytes) = package.part(part, STREAMED)? else {
        return Err(Error::Workbook(format!("it has no part {part}")));
    };
    let merge = memchr::memmem::Finder::new(b"mergeCell");
    let hidden = memchr::memmem::Finder::new(b"hidden=");
    let flat = memchr::memmem::Finder::new(b"ht=\"0");
    let mut survey = Survey::default();
    let mut chunk = vec![0; 64 << 10];
    // A searched text can be split between two chunks.
    let mut kept = 0;
    loop {
        let read = bytes.read(&mut chunk[kept..]).map_err(unpacked)?;
        if read == 0 {
            return Ok(survey);
        }
        let seen = &chunk[..kept + read];
        survey.has_merges = survey.has_merges || merge.find(seen).is_some();
        survey.may_hide_rows =
            survey.may_hide_rows || hidden.find(seen).is_some() || flat.find(seen).is_some();
        let end = seen.len();
        kept = end.min(16);
        chunk.copy_within(end - kept..end, 0);
    }
}

/// Returns the ranges of merged cells, which follow the rows.
fn merges(package: &mut Package, part: &str) -> Result<Vec<Range>> {
    let mut merges = Vec::new();
    let Some(xml) = package.xml(part, STREAMED)? else { return Ok(merges) };
    each_element(xml, &mut |element, path| {
        if element.local_name().as_ref() != "mergeCell"
            || path.last().map(String::as_str) != Some("mergeCells")
        {
            return Ok(());
        }
        if merges.len() == MERGES {
            return Err(Error::TooMany { what: Quantity::MergedRanges, limit: MERGES as u64 });
        }
        let range = attribute(element, "ref")?.unwrap_or_default();
        merges.extend(range_of(&range)?);
        Ok(())
    })?;
    Ok(merges)
}
