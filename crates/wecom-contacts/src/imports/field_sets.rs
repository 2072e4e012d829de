//! The sets of fields in a file of members. Rows with different sets go into different parts.
//!
//! A column of a part determines its field in every row, even with an empty cell. A row that leaves fields unchanged
//! therefore goes into a part without the columns of those fields.

use std::borrow::Cow;

use super::{FileSink, ImportMember, MemberColumn, MemberColumns, Problem, Violation, table::Table};

/// Maximum number of sets, because each needs a separate job.
const MOST: usize = 16;

/// The settings that all parts of a file share.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) columns: Vec<MemberColumn>,
    pub(super) extra: Vec<String>,
    pub(super) bom: bool,
}

/// The tables of a file, one for each set of fields.
#[derive(Debug)]
pub(super) struct FieldSets<S> {
    /// The sink of the first table.
    sink: Option<S>,
    sets: Vec<FieldSet>,
    /// One table for each of `sets`, or only one if the sink cannot be duplicated.
    tables: Vec<Table<S>>,
    /// The set of the previous row.
    current: usize,
    /// The first row whose set exceeds the maximum.
    beyond: Option<FieldSet>,
}

/// The fields that a row leaves unchanged, and the first line with this set.
#[derive(Clone, Debug)]
struct FieldSet {
    line: u32,
    kept: MemberColumns,
    kept_extra: Vec<bool>,
}

impl FieldSet {
    fn of(line: u32, row: &ImportMember, kept: MemberColumns, extra: usize) -> Self {
        Self { line, kept, kept_extra: (0..extra).map(|place| keeps_extra(row, place)).collect() }
    }

    fn is_that_of(&self, row: &ImportMember, kept: MemberColumns) -> bool {
        let same = |(place, kept): (usize, &bool)| keeps_extra(row, place) == *kept;
        self.kept == kept && self.kept_extra.iter().enumerate().all(same)
    }

    /// Returns the first column that is in only one of two sets.
    fn difference(&self, other: &Self, layout: &Layout) -> Option<Cow<'static, str>> {
        let differs = |column: &&MemberColumn| self.kept.contains(**column) != other.kept.contains(**column);
        if let Some(column) = layout.columns.iter().find(differs) {
            return Some(column.heading().into());
        }
        let mut extras = self.kept_extra.iter().zip(&other.kept_extra).zip(&layout.extra);
        extras.find(|((one, other), _)| one != other).map(|(_, name)| name.clone().into())
    }
}

fn keeps_extra(row: &ImportMember, place: usize) -> bool {
    row.extra.get(place).is_none_or(Option::is_none)
}

impl<S: FileSink> FieldSets<S> {
    pub(super) fn new(sink: S) -> Self {
        Self { sink: Some(sink), sets: Vec::new(), tables: Vec::new(), current: 0, beyond: None }
    }

    /// Returns the table for a row that leaves these columns unchanged. Returns `None` if there are too many sets, which
    /// becomes a violation at the end.
    #[inline]
    pub(super) fn table(
        &mut self,
        layout: &Layout,
        line: u32,
        row: &ImportMember,
        kept: MemberColumns,
    ) -> Option<&mut Table<S>> {
        if !self.sets.get(self.current).is_some_and(|set| set.is_that_of(row, kept)) {
            self.current = self.find(layout, line, row, kept);
        }
        self.tables.get_mut(self.current)
    }

    /// Returns the index of a row's set. A new set is added; a set beyond the maximum gets an index out of range.
    #[cold]
    fn find(&mut self, layout: &Layout, line: u32, row: &ImportMember, kept: MemberColumns) -> usize {
        if let Some(place) = self.sets.iter().position(|set| set.is_that_of(row, kept)) {
            return place;
        }
        let set = FieldSet::of(line, row, kept, layout.extra.len());
        if self.sets.len() == MOST {
            self.beyond.get_or_insert(set);
            return usize::MAX;
        }
        if let Some(sink) = self.sink.take().or_else(|| self.tables[0].another_sink()) {
            self.tables.push(table(layout, sink, &set));
        }
        self.sets.push(set);
        self.sets.len() - 1
    }

    /// Returns the violation of too many sets, if the number exceeds the limit.
    pub(super) fn violation(&self, layout: &Layout, one_only: bool) -> Option<Violation> {
        let one_only = one_only || self.tables.len() < self.sets.len();
        let odd = if one_only { self.sets.get(1).or(self.beyond.as_ref()) } else { self.beyond.as_ref() }?;
        let first = &self.sets[0];
        let sets = (self.sets.len() + usize::from(self.beyond.is_some())) as u64;
        let problem = Problem::FieldSets { sets, most: if one_only { 1 } else { MOST as u64 } };
        let column = odd.difference(first, layout);
        Some(Violation { line: Some(odd.line), other: Some(first.line), column, problem })
    }

    /// Returns the tables, at least one.
    pub(super) fn into_tables(mut self, layout: &Layout) -> Vec<Table<S>> {
        if let Some(sink) = self.sink.take() {
            self.tables.push(table(
                layout,
                sink,
                &FieldSet {
                    line: 0,
                    kept: MemberColumns::default(),
                    kept_extra: vec![false; layout.extra.len()],
                },
            ));
        }
        self.tables
    }
}

fn table<S: FileSink>(layout: &Layout, sink: S, set: &FieldSet) -> Table<S> {
    let columns = layout.columns.iter().filter(|column| !set.kept.contains(**column));
    let extra = layout.extra.iter().zip(&set.kept_extra).filter(|(_, kept)| !**kept);
    let headings = columns.map(|column| column.heading());
    Table::new(sink, layout.bom, headings.chain(extra.map(|(name, _)| name.as_str())))
}

#[cfg(test)]
mod tests {
    use super::{MemberColumn, Problem};
    use crate::{
        imports::{
            ImportFile, Severity,
            member_file::rig::{csv, found, row},
        },
        members::Gender,
    };

    #[test]
    fn rows_that_keep_fields_go_into_parts_without_their_columns() {
        let mut kept = row("b").position("会计").extra(["B"]);
        kept.keep(MemberColumn::Position);
        // Columns that the file lacks, and the account, need no separate part.
        let mut same = row("d").position("").extra([""]);
        [MemberColumn::Address, MemberColumn::Userid].into_iter().for_each(|column| same.keep(column));
        let mut attribute = row("e").position("出纳").extra(["A"]);
        attribute.extra = vec![None];
        let rows =
            [row("a").position("出纳").extra(["A"]), kept.clone(), row("c").extra(["C"]), same, attribute];
        let columns = [MemberColumn::Userid, MemberColumn::Mobile, MemberColumn::Position];
        let builder = || ImportFile::members().columns(columns).extra(["工号"]);
        let ignored = |finding: &&crate::imports::Violation| finding.problem() != Problem::NoColumn;

        let checked = builder().rows(&rows);
        assert_eq!(checked.violations().iter().filter(ignored).count(), 0);
        assert_eq!((checked.rows(), checked.clears()), (5, &[(MemberColumn::Position, 2)][..]));
        let file = checked.into_file().unwrap();
        assert_eq!(
            csv(&file),
            [
                "帐号,手机号,职位,工号\na,13897000,出纳,A\nc,13899000,,C\nd,138100000,,\n",
                "帐号,手机号,工号\nb,13898000,B\n",
                "帐号,手机号,职位\ne,138101000,出纳\n",
            ]
        );

        let said = "line 3: 职位 has a value in only one of lines 2 and 3: the rows have 3 different sets of fields, and this \
            file can have only one; set each field in all rows or in no row";
        let mut streamed = builder().to_writer(Vec::new());
        rows.iter().for_each(|row| streamed.push(row));
        for violations in [
            builder().replaces_all().rows(&rows).into_file().unwrap_err(),
            builder().present_members(["a", "b", "c", "d", "e"]).rows(&rows).into_file().unwrap_err(),
            streamed.finish().unwrap().into_file().unwrap_err(),
        ] {
            assert!(violations.iter().any(|finding| finding.to_string() == said), "{violations}");
            assert_eq!(violations.worst(), Some(Severity::Job));
            assert!(
                violations.to_string().starts_with("the file cannot be sent in this form: line 3: "),
                "{violations}"
            );
        }
        let only_attribute = [&rows[0], &rows[4]];
        let said = "line 3: 工号 has a value in only one of lines 2 and 3";
        let violations = builder().replaces_all().rows(only_attribute).into_file().unwrap_err();
        assert!(violations.iter().any(|finding| finding.to_string().starts_with(said)), "{violations}");
        // Rows that keep the same columns form one set.
        let file = builder().replaces_all().rows([&kept, &kept.clone()]).into_file_anyway();
        assert_eq!(csv(&file), ["帐号,手机号,工号\nb,13898000,B\nb,13898000,B\n"]);
    }

    #[test]
    fn sets_of_fields_beyond_those_that_can_be_sent_are_found() {
        let columns =
            [MemberColumn::Name, MemberColumn::Position, MemberColumn::Alias, MemberColumn::Address];
        let rows = (0_u32..16).map(|set| {
            let mut member = row(&format!("u{set}"));
            let kept = columns.iter().enumerate().filter(|(bit, _)| set & (1 << bit) != 0);
            kept.for_each(|(_, column)| member.keep(*column));
            member
        });
        let mut rows: Vec<_> = rows.collect();
        let checked = ImportFile::members().columns(MemberColumn::ALL).rows(&rows);
        assert!(checked.violations().is_empty(), "{:?}", found(&checked));
        assert_eq!(checked.into_file().unwrap().parts().len(), 16);

        rows.push(rows[5].clone());
        rows[16].userid = "u16".into();
        rows[16].mobile = "13800000016".into();
        rows[16].keep(MemberColumn::Telephone);
        let checked = ImportFile::members().columns(MemberColumn::ALL).rows(&rows);
        assert_eq!(
            found(&checked),
            [
                "line 18: 姓名 has a value in only one of lines 2 and 18: the rows have more than 16 different sets of fields, \
              and each set needs a separate job"
            ]
        );
    }

    #[test]
    fn an_unknown_gender_never_makes_an_empty_cell() {
        let columns = [MemberColumn::Userid, MemberColumn::Gender];
        let mut zero = row("c");
        zero.set(MemberColumn::Gender, "0").unwrap();
        let rows = [row("a").gender(Gender::Female), row("b").gender(Gender::Undefined), zero, row("d")];
        let checked = ImportFile::members().columns(columns).rows(&rows);
        assert_eq!(checked.clears(), [(MemberColumn::Gender, 1)]);
        assert_eq!(csv(&checked.into_file().unwrap()), ["帐号,性别\na,女\nd,\n", "帐号\nb\nc\n"]);
    }
}
