//! The search for the row of headings, or the two rows of headings.

use std::ops::ControlFlow;

use wecom_contacts::imports::Subject;

use crate::{
    Error, Format, Mapping, Record, Result, Row, Sheet,
    cleaning::trimmed,
    heading_text::{is_same, plain, squeezed},
    heading_words::{Word, is_like_id, word},
    headings::{self, Column, HEADING_ROWS, Meaning},
};

/// Number of rows below the headings that are examined.
const ROWS_BELOW: usize = 20;
/// Maximum number of headings in the list of possible ids.
const LIKE: usize = 5;

/// The columns of a sheet, and the line of its headings.
pub(crate) struct Found<C> {
    /// The line of the last row of headings.
    pub(crate) line: u64,
    pub(crate) columns: Vec<Column<C>>,
}

pub(crate) fn find<R: Record>(sheet: &Sheet, mapping: &Mapping) -> Result<Found<R::Column>> {
    mapping.check::<R>()?;
    let is_json = matches!(sheet.format(), Format::Json { .. });
    let mut search = Search::<'_, R>::new(mapping, is_json);
    let (mut rows, mut row) = (sheet.rows(), Row::default());
    while rows.next_row(&mut row)? && search.row(&row).is_continue() {}
    rows.stop()?;
    search.finish(sheet.format())
}

/// The search for the headings, row by row.
struct Search<'a, R: Record> {
    mapping: &'a Mapping,
    is_json: bool,
    seen: usize,
    above: Vec<String>,
    like: Vec<String>,
    /// No row has a second cell.
    is_undivided: bool,
    is_tag_export: bool,
    found: Option<Headings>,
    record: std::marker::PhantomData<R>,
}

/// The row with the heading of the ids, and the rows around it.
struct Headings {
    line: u64,
    above: Vec<String>,
    texts: Vec<String>,
    /// The second row of headings.
    below: Option<(u64, Vec<String>)>,
    rows_below: usize,
    /// The columns of the account and the department, if the headings are those of `txl export tag`.
    tag: Option<(usize, usize)>,
}

impl<'a, R: Record> Search<'a, R> {
    fn new(mapping: &'a Mapping, is_json: bool) -> Self {
        Self {
            mapping,
            is_json,
            seen: 0,
            above: Vec::new(),
            like: Vec::new(),
            is_undivided: true,
            is_tag_export: false,
            found: None,
            record: std::marker::PhantomData,
        }
    }

    fn row(&mut self, row: &Row) -> ControlFlow<()> {
        let Some(found) = &mut self.found else { return self.look(row) };
        found.rows_below += 1;
        if found.rows_below == 1 && !self.is_json && is_second_row::<R>(found, row, self.mapping) {
            found.below = Some((row.line(), texts(row)));
            found.tag = None;
            return ControlFlow::Break(());
        }
        if let Some((account, department)) = found.tag {
            let is_filled = |at: usize| !trimmed(row.text(at)).is_empty();
            if is_filled(account) == is_filled(department) {
                found.tag = None;
            }
        }
        if found.tag.is_some() && found.rows_below < ROWS_BELOW {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    }

    /// Searches a row for the headings.
    fn look(&mut self, row: &Row) -> ControlFlow<()> {
        self.seen += 1;
        self.is_undivided &= row.len() < 2;
        if self.mapping.is_empty() && is_of_tag::<R>(row) {
            self.is_tag_export = true;
            return ControlFlow::Break(());
        }
        let texts = texts(row);
        if headings::is_headings::<R>(row, self.mapping) {
            let tag = if self.mapping.is_empty() { columns_of_tag(&texts) } else { None };
            self.found = Some(Headings {
                line: row.line(),
                above: std::mem::take(&mut self.above),
                texts,
                below: None,
                rows_below: 0,
                tag,
            });
            return ControlFlow::Continue(());
        }
        if texts.iter().any(|text| matches!(word::<R>(text), Some(Word::Field(_)))) {
            for text in texts.iter().filter(|text| is_like_id::<R>(text)) {
                if self.like.len() < LIKE && !self.like.contains(text) {
                    self.like.push(text.clone());
                }
            }
        }
        self.above = texts;
        if self.seen < HEADING_ROWS { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    }

    fn finish(self, format: &Format) -> Result<Found<R::Column>> {
        let wanted = R::heading(R::ID);
        if self.is_tag_export {
            return Err(Error::TagExport);
        }
        let Some(found) = self.found else {
            return Err(match self.seen {
                0 => Error::empty(format),
                rows => Error::NoHeadings {
                    wanted: if self.is_json { R::field(R::ID) } else { wanted },
                    rows,
                    like: self.like,
                    is_json: self.is_json,
                    is_undivided: self.is_undivided && matches!(format, Format::Csv { .. }),
                    other_sheets: format.other_sheets().map(str::to_owned).collect(),
                },
            });
        };
        if found.tag.is_some() && found.rows_below > 0 {
            return Err(Error::TagExport);
        }
        let line = found.below.as_ref().map_or(found.line, |(line, _)| *line);
        let headings = if self.is_json { found.texts } else { found.joined::<R>()? };
        let columns = headings::columns::<R>(headings, self.mapping)?;
        let is_other = |meaning: &Meaning<R::Column>| match meaning {
            Meaning::Field(column) => *column != R::ID,
            Meaning::Extra(_) => true,
            _ => false,
        };
        if !columns.iter().any(|column| is_other(&column.meaning)) {
            let unknown = columns.into_iter().filter(|column| column.meaning == Meaning::Ignored);
            return Err(Error::OnlyIds { wanted, headings: unknown.map(|column| column.heading).collect() });
        }
        Ok(Found { line, columns })
    }
}

/// Returns the cells of a row of headings. In cells that are merged side by side, only the first has the text, as in CSV.
pub(crate) fn texts(row: &Row) -> Vec<String> {
    let text = |at| if row.is_beside(at) { "" } else { trimmed(row.text(at)) };
    (0..row.len()).map(|at| text(at).to_owned()).collect()
}

/// Returns whether the row has the JSON keys of `txl export tag`, or its headings in an import of departments.
fn is_of_tag<R: Record>(row: &Row) -> bool {
    let keys: Vec<String> = row.texts().map(|cell| trimmed(cell).to_owned()).collect();
    let is_json = keys.iter().any(|key| key == "partyid")
        && keys.iter().all(|key| matches!(key.as_str(), "userid" | "name" | "partyid"));
    is_json || (R::SUBJECT == Subject::Departments && columns_of_tag(&keys).is_some())
}

/// Returns the positions of the account and the department if the headings are those of `txl export tag`. A file of members can have the same
/// headings. In the export of a tag, each row has a value in exactly one of the two columns.
fn columns_of_tag(headings: &[String]) -> Option<(usize, usize)> {
    let keys: Vec<String> = headings.iter().map(|heading| squeezed(&plain(heading))).collect();
    let place = |key: &str| keys.iter().position(|other| other == key);
    place("姓名")?;
    let account = place("帐号")?;
    let department = place("部门id")?;
    (keys.len() == 3).then_some((account, department))
}

/// Returns whether a row below the headings is a second row of headings: it has headings of fields, and no account.
fn is_second_row<R: Record>(found: &Headings, row: &Row, mapping: &Mapping) -> bool {
    let Some(id) = found.texts.iter().position(|text| mapping.is_id::<R>(text)) else { return false };
    let account = trimmed(row.text(id));
    (account.is_empty() || is_same(account, &found.texts[id]))
        && row.texts().any(|cell| {
            matches!(word::<R>(cell), Some(Word::Field(_) | Word::Phone | Word::Status | Word::Deciding))
        })
}

impl Headings {
    /// Returns one heading for each column.
    fn joined<R: Record>(self) -> Result<Vec<String>> {
        let Self { line, above, texts, below, .. } = self;
        match below {
            Some((next, below)) => joined_below::<R>(&texts, &below, line, next),
            None => Ok(joined_above(&above, texts, &|text| word::<R>(text).is_some())),
        }
    }
}

/// Completes the headings with the row above: the headings of cells that are merged over both rows, and the groups of headings.
pub(crate) fn joined_above(
    above: &[String],
    texts: Vec<String>,
    is_known: &dyn Fn(&str) -> bool,
) -> Vec<String> {
    let groups = || above.iter().filter(|text| !text.is_empty());
    // A title over the whole sheet is not a group.
    if !groups().any(|group| Some(group) != groups().next()) {
        return texts;
    }
    let groups = carried(above);
    let own = |at: usize| above.get(at).filter(|text| is_known(text));
    let joined = texts.into_iter().enumerate().map(|(at, text)| match groups.get(at) {
        Some(_) if text.is_empty() => own(at).cloned().unwrap_or(text),
        Some(group) if is_about_others(group) && !is_same(group, &text) => format!("{group} {text}"),
        _ => text,
    });
    joined.collect()
}

pub(crate) fn joined_below<R: Record>(
    texts: &[String],
    below: &[String],
    line: u64,
    next: u64,
) -> Result<Vec<String>> {
    let groups = carried(texts);
    let columns = texts.len().max(below.len());
    let joined = (0..columns).map(|at| {
        let own = texts.get(at).map_or("", String::as_str);
        let lower = below.get(at).map_or("", String::as_str);
        let group = groups.get(at).or(groups.last()).copied().unwrap_or_default();
        if lower.is_empty() || is_same(own, lower) {
            return Ok(own.to_owned());
        }
        if is_about_others(group) {
            return Ok(format!("{group} {lower}"));
        }
        match (word::<R>(own), word::<R>(lower)) {
            (None | Some(Word::Phone), _) => Ok(lower.to_owned()),
            (Some(_), None) => Ok(own.to_owned()),
            (Some(upper), Some(same)) if upper == same => Ok(own.to_owned()),
            _ => Err(Error::TwoHeadings { line, next, headings: vec![own.to_owned(), lower.to_owned()] }),
        }
    });
    joined.collect()
}

/// Extends the heading of each group to the columns up to the next group. CSV has the text of a merged cell only once.
fn carried(texts: &[String]) -> Vec<&str> {
    let mut group = "";
    let mut groups = Vec::with_capacity(texts.len());
    for text in texts {
        if !text.is_empty() {
            group = text;
        }
        groups.push(group);
    }
    groups
}

/// Returns whether the columns of a group are about another person than the member, so that 手机 below it is not the member's.
fn is_about_others(group: &str) -> bool {
    const LONGEST: usize = 16;
    const OTHERS: &[&str] = &[
        "紧急",
        "应急",
        "家庭",
        "家属",
        "亲属",
        "配偶",
        "父母",
        "子女",
        "担保",
        "推荐人",
        "介绍人",
        "上级",
        "领导",
        "汇报",
        "主管",
        "emergency",
        "family",
        "spouse",
        "referee",
        "manager",
        "supervisor",
    ];
    let text = plain(group);
    text.chars().count() <= LONGEST && OTHERS.iter().any(|other| text.contains(other))
}
