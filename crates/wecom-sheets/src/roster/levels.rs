//! Departments with one column for each level: 一级部门, 二级部门, … Many HR systems export them.

use super::row::Held;
use crate::{
    Column, Error, Meaning, Result,
    cleaning::{CellForm, CellProblem},
    heading_text::{joined, parts, plain, squeezed},
    roster::{RosterField, RosterValue, WrittenDepartment},
};

/// Maximum number of levels in WeCom's tree.
const LEVELS: u8 = 15;

const CHINESE: [&str; LEVELS as usize] =
    ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二", "十三", "十四", "十五"];
const ENGLISH: [&str; 10] =
    ["first", "second", "third", "fourth", "fifth", "1st", "2nd", "3rd", "4th", "5th"];

/// What is written for a level that a department does not have.
const NO_LEVEL: [&str; 9] = ["-", "--", "/", "\\", "—", "——", "无", "n/a", "none"];

/// Returns the level of the department that a heading means: 1 for 一级部门.
pub(super) fn level(heading: &str) -> Option<u8> {
    let text = plain(heading);
    of_key(&joined(&squeezed(&text))).or_else(|| {
        let parts = parts(&text);
        let (first, rest) = parts.split_first().filter(|(first, _)| !first.is_note)?;
        let key = |text: &str| of_key(&joined(&squeezed(text)));
        // A column such as 一级部门/二级部门 contains whole paths.
        if rest.iter().any(|part| key(&part.text).is_some()) { None } else { key(&first.text) }
    })
}

/// The level of a heading without blanks, brackets and marks.
fn of_key(key: &str) -> Option<u8> {
    chinese(key).or_else(|| english(key)).filter(|level| (1..=LEVELS).contains(level))
}

fn chinese(key: &str) -> Option<u8> {
    const AFTER: [&str; 7] = ["部门名称", "部门名", "部门", "组织名称", "组织", "机构名称", "机构"];
    let number = AFTER
        .iter()
        .find_map(|word| key.strip_suffix(word)?.strip_suffix('级'))
        .or_else(|| AFTER.iter().find_map(|word| key.strip_prefix(word)?.strip_suffix('级')))?;
    let number = number.strip_prefix('第').unwrap_or(number);
    let by_character = CHINESE.iter().position(|known| *known == number);
    by_character.map(|at| at as u8 + 1).or_else(|| number.parse().ok())
}

fn english(key: &str) -> Option<u8> {
    const UNIT: [&str; 7] = ["department", "dept", "organization", "organisation", "orgunit", "org", "unit"];
    let rest = UNIT.iter().find_map(|word| {
        let rest = key.strip_suffix("name").unwrap_or(key);
        rest.strip_suffix(word).or_else(|| rest.strip_prefix(word))
    })?;
    let digits = ["level", "lvl", "lv", "l"].iter().find_map(|word| rest.strip_prefix(word)?.parse().ok());
    digits.or_else(|| {
        let ordinal = rest.strip_suffix("level")?;
        ENGLISH.iter().position(|known| *known == ordinal).map(|at| (at % 5) as u8 + 1)
    })
}

/// The places of the level columns, the highest level first.
///
/// # Errors
///
/// Returns an error if the file also has a column of departments, or lacks a level between two others.
pub(super) fn places(columns: &mut [Column<RosterField>]) -> Result<Vec<usize>> {
    let mut levels: Vec<(u8, usize)> = columns
        .iter()
        .enumerate()
        .filter_map(|(at, column)| match column.meaning {
            Meaning::Level(level) => Some((level, at)),
            _ => None,
        })
        .collect();
    levels.sort_unstable();
    // One level alone does not say where in it a person works.
    if let [(_, only)] = levels.as_slice() {
        columns[*only].meaning = Meaning::Deciding;
        return Ok(Vec::new());
    }
    let headings = || levels.iter().map(|(_, at)| columns[*at].heading.clone());
    let whole = columns.iter().find(|column| column.meaning == Meaning::Field(RosterField::Department));
    if let (Some(whole), false) = (whole, levels.is_empty()) {
        let headings = std::iter::once(whole.heading.clone()).chain(headings()).collect();
        return Err(Error::SameField { field: RosterField::Department.name().to_owned(), headings });
    }
    let missing = (1..).zip(&levels).find(|(expected, (level, _))| level != expected);
    if let Some((missing, _)) = missing {
        return Err(Error::NoColumn {
            heading: format!("{}级部门", CHINESE[usize::from(missing) - 1]),
            headings: headings().collect(),
        });
    }
    Ok(levels.into_iter().map(|(_, at)| at).collect())
}

/// Returns the department that the cells of the levels name together. A level without the one above it is a fault of its cell.
pub(super) fn department(cells: &mut [Held], levels: &[usize]) -> Held {
    const GAP: CellProblem = CellProblem::Unfit(CellForm::NoLevelAbove);

    let mut names = Vec::new();
    let mut is_managed = false;
    let mut ended = false;
    for at in levels {
        let name = match &cells[*at] {
            Held::Faulty(problem) => return Held::Faulty(problem.clone()),
            Held::Unmanaged => None,
            Held::Value(RosterValue::Text(name)) if !is_no_level(name) => Some(name.clone()),
            Held::Empty | Held::Value(_) => {
                is_managed = true;
                None
            }
        };
        match name {
            None => ended = true,
            Some(_) if ended => {
                cells[*at] = Held::Faulty(GAP);
                return Held::Faulty(GAP);
            }
            Some(name) => names.push(name),
        }
    }
    match (names.is_empty(), is_managed) {
        (false, _) => Held::Value(RosterValue::Departments(vec![WrittenDepartment::Levels(names)])),
        (true, true) => Held::Empty,
        (true, false) => Held::Unmanaged,
    }
}

fn is_no_level(name: &str) -> bool {
    NO_LEVEL.iter().any(|word| name.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_is_recognised_in_chinese_and_in_english() {
        for (heading, expected) in [
            ("一级部门", 1),
            ("*二级部门", 2),
            ("三级部门名称", 3),
            ("第四级部门", 4),
            ("５级部门", 5),
            ("十二级部门", 12),
            ("部门（一级）", 1),
            ("二级组织", 2),
            ("一级机构", 1),
            ("三級部門", 3),
            ("一级部门/BU", 1),
            ("Level 2 Department", 2),
            ("Department Level 3", 3),
            ("Dept. L1", 1),
            ("L2 Dept Name", 2),
            ("First-level department", 1),
            ("3rd Level Department", 3),
        ] {
            assert_eq!(level(heading), Some(expected), "{heading}");
        }
        for heading in [
            "部门",
            "一级部门/二级部门",
            "一级部门负责人",
            "一级部门编码",
            "部门1",
            "职级",
            "二级",
            "Level 1",
            "十六级部门",
            "0级部门",
        ] {
            assert_eq!(level(heading), None, "{heading}");
        }
    }
}
