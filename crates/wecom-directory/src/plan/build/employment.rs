//! Whether a person works here, by the column of states and by the days of the row.

use jiff::civil::Date;

use crate::{
    plan::{Finding, FindingKind},
    policy::StateRule,
    roster::{Cell, Column, Roster, day},
};

/// What a row says of a person's employment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Employment {
    /// Works here, or the roster does not say.
    Active,
    /// Has left.
    Left,
    /// Begins on this day, or later.
    Future(Option<Date>),
    /// The roster says something that cannot be understood.
    Unknown,
}

const ACTIVE: &[&str] = &["在职", "正式", "试用", "试用期", "实习", "active"];
const LEFT: &[&str] = &["离职", "已离职", "left"];
const FUTURE: &[&str] = &["待入职", "future"];

/// Reads the state and the days of a row.
pub(super) fn of(
    roster: &Roster,
    row: usize,
    rule: Option<&StateRule>,
    today: Date,
    findings: &mut Vec<Finding>,
) -> Employment {
    let place = roster.place(row);
    let mut days = [None, None];
    for (column, date) in [Column::FirstDay, Column::LastDay].iter().zip(&mut days) {
        match roster.cell(row, column) {
            Cell::Value(text) => match day(text) {
                Some(read) => *date = Some(read),
                None => {
                    let field = if *column == Column::FirstDay { "入职日期" } else { "离职日期" };
                    findings.push(Finding::new(FindingKind::InvalidDay).at([place]).field(field));
                    return Employment::Unknown;
                }
            },
            Cell::Unusable => return Employment::Unknown,
            Cell::Absent | Cell::Empty => {}
        }
    }
    let [first, last] = days;
    let future = || {
        let begins = first.filter(|first| *first > today);
        begins.map_or(Employment::Active, |first| Employment::Future(Some(first)))
    };
    // The last day of work is a day of work.
    let has_left = last.is_some_and(|last| last < today);
    match roster.cell(row, &Column::State) {
        Cell::Absent | Cell::Empty if has_left => Employment::Left,
        Cell::Absent | Cell::Empty => future(),
        Cell::Unusable => Employment::Unknown,
        Cell::Value(word) => {
            let word = word.trim();
            let has = |own: fn(&StateRule) -> &Vec<String>, standard: &[&str]| match rule.map(own) {
                Some(words) if !words.is_empty() => words.iter().any(|own| own == word),
                _ => standard.contains(&word),
            };
            if has(|rule| &rule.left, LEFT) {
                // A leaving that is announced is not one yet.
                if last.is_some_and(|last| last >= today) { Employment::Active } else { Employment::Left }
            } else if has(|rule| &rule.future, FUTURE) {
                // The day has come although the word has not changed.
                if first.is_some_and(|first| first <= today) {
                    Employment::Active
                } else {
                    Employment::Future(first)
                }
            } else if has(|rule| &rule.active, ACTIVE) {
                if has_left { Employment::Left } else { future() }
            } else {
                findings.push(Finding::new(FindingKind::UnknownState).at([place]).text(word));
                Employment::Unknown
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::roster::Place;

    fn employment(state: &str, first: &str, last: &str) -> Employment {
        let mut roster = Roster::new([Column::State, Column::FirstDay, Column::LastDay]);
        roster.push(Place::default(), |row| [state, first, last].iter().for_each(|cell| row.text(cell)));
        of(&roster, 0, None, Date::constant(2026, 11, 28), &mut Vec::new())
    }

    #[test]
    fn states_and_days_are_respected() {
        assert_eq!(employment("在职", "2020-01-01", ""), Employment::Active);
        assert_eq!(employment("", "", ""), Employment::Active);
        assert_eq!(employment("离职", "", ""), Employment::Left);
        assert_eq!(employment("离职", "", "2026-11-30"), Employment::Active);
        assert_eq!(employment("离职", "", "2026/11/28"), Employment::Active);
        assert_eq!(employment("在职", "", "2026年11月27日"), Employment::Left);
        assert_eq!(
            employment("待入职", "2026-12-01", ""),
            Employment::Future(Some(Date::constant(2026, 12, 1)))
        );
        assert_eq!(employment("待入职", "2026-11-28", ""), Employment::Active);
        assert_eq!(employment("", "2026-12-01", ""), Employment::Future(Some(Date::constant(2026, 12, 1))));
        assert_eq!(employment("停薪留职", "", ""), Employment::Unknown);
        assert_eq!(employment("在职", "第一天", ""), Employment::Unknown);
    }
}
