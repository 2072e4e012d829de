//! The tree of a plan as lines of text.

use super::{
    drawing::{Drawing, Node},
    entry::Entry,
    names::Names,
};
use crate::{
    failure::printable,
    messages::plan as messages,
    output::{width_of, wrapped},
};
use wecom_contacts::DepartmentId;
use wecom_directory::plan::{Category, Plan};

/// The lines that join a branch to the trunk.
const FORK: &str = "├── ";
const LAST: &str = "└── ";
const TRUNK: &str = "│   ";
const BLANK: &str = "    ";

/// No text beside the trunk gets fewer columns.
const NARROWEST: usize = 24;

/// How much of a department's changes is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Detail {
    /// A line for each member.
    Members,
    /// A line for each department.
    Departments,
}

/// Draws the tree in lines of at most this width.
pub(super) fn draw(
    drawing: &Drawing,
    plan: &Plan,
    names: &Names,
    detail: Detail,
    width: usize,
) -> Vec<String> {
    let mut lines = Vec::new();
    let mut waiting: Vec<(usize, String, String)> =
        drawing.tops.iter().rev().map(|top| (*top, String::new(), String::new())).collect();
    while let Some((at, first, rest)) = waiting.pop() {
        let (at, head) = joined(drawing, names, at);
        let node = &drawing.nodes[at];
        let has_below = !node.below.is_empty();
        let own_trunk = format!("{rest}{}", if has_below { TRUNK } else { BLANK });
        match detail {
            Detail::Members => {
                push(&mut lines, &first, &rest, &head, width);
                for (_, entries) in drawing.groups(&node.members) {
                    for entry in entries {
                        let text = member(entry, Some(node.id), plan, names);
                        push(&mut lines, &own_trunk, &format!("{own_trunk}    "), &text, width);
                    }
                }
            }
            Detail::Departments => {
                let groups = drawing.groups(&node.members);
                lines.push(folded(&first, &head, &groups, width));
            }
        }
        for (place, below) in node.below.iter().enumerate().rev() {
            let is_last = place + 1 == node.below.len();
            let (branch, trunk) = if is_last { (LAST, BLANK) } else { (FORK, TRUNK) };
            waiting.push((*below, format!("{rest}{branch}"), format!("{rest}{trunk}")));
        }
    }
    lines
}

/// Members that the tree does not place, each in a line below the title.
pub(super) fn members(
    title: &str,
    entries: &[&Entry],
    plan: &Plan,
    names: &Names,
    width: usize,
) -> Vec<String> {
    let mut lines = vec![title.to_owned()];
    for entry in entries {
        push(&mut lines, BLANK, "        ", &member(entry, None, plan, names), width);
    }
    lines
}

/// A list of members that the tree does not place, as a line.
pub(super) fn list(title: &str, entries: &[&Entry], width: usize) -> String {
    let names: Vec<_> = entries.iter().map(|entry| printable(entry.short_name())).collect();
    fitted(&format!("{title}: "), &names, width)
}

/// Names behind a title, as many as the width allows.
pub(super) fn fitted(title: &str, names: &[String], width: usize) -> String {
    let (mut line, mut shown) = (title.to_owned(), 0);
    for (at, name) in names.iter().enumerate() {
        let mut next = format!("{line}{}{name}", if at > 0 { crate::messages::between_names() } else { "" });
        let left = names.len() - at - 1;
        let tail = if left > 0 { messages::and_more(left).to_string() } else { String::new() };
        if width_of(&next) + width_of(&tail) > width && at > 0 {
            break;
        }
        std::mem::swap(&mut line, &mut next);
        shown = at + 1;
    }
    if shown < names.len() {
        line.push_str(&messages::and_more(names.len() - shown).to_string());
    }
    line
}

/// A department without changes of its own and with a single one below shares its line: `示例集团/华东`.
fn joined(drawing: &Drawing, names: &Names, mut at: usize) -> (usize, String) {
    let mut above = String::new();
    loop {
        let node = &drawing.nodes[at];
        let is_plain = node.own.is_none() && node.members.is_empty() && node.folded == 0;
        match node.below.as_slice() {
            [only] if is_plain && drawing.nodes[*only].own.is_none() => {
                above = format!("{above}{}/", names.name(node.id));
                at = *only;
            }
            _ => return (at, format!("{above}{}", department(drawing, node, names))),
        }
    }
}

/// What a department is called, and what happens to it.
pub(super) fn department(drawing: &Drawing, node: &Node, names: &Names) -> String {
    let name = names.name(node.id);
    let mut text = match node.own.map(|own| &drawing.entries[own]) {
        None => name,
        Some(entry) => {
            let sign = entry.sign();
            let old = names.old_name(node.id);
            let mut text = match entry.category {
                Category::Create | Category::Remove => format!("{sign} {name}"),
                _ if old == name => format!("{sign} {name}"),
                _ => format!("{sign} {old} → {name}"),
            };
            if entry.category == Category::Move
                && let Some(parent) = names.old_parent(node.id)
            {
                text.push_str(&format!(" ({})", messages::from(&names.old_name(parent))));
            }
            let others =
                entry.fields.iter().filter(|field| !matches!(field.field.as_str(), "name" | "parentid"));
            if !matches!(entry.category, Category::Create | Category::Remove) {
                for field in others {
                    text.push_str(&format!(
                        " ({})",
                        messages::field(&field.field, field.before.as_deref(), &field.after)
                    ));
                }
            }
            text
        }
    };
    if node.folded > 0 {
        text.push_str(&format!(" ({})", messages::with_below(node.folded)));
    }
    printable(&text)
}

/// A member in a line of its own: what happens, and where it is written in the roster. `at`: the department below which the line is.
pub(super) fn member(entry: &Entry, at: Option<DepartmentId>, plan: &Plan, names: &Names) -> String {
    let mut notes = Vec::new();
    match entry.category {
        Category::Disable => notes.push(messages::disabled().to_string()),
        Category::Enable => notes.push(messages::enabled().to_string()),
        Category::Remove => notes.push(messages::removed().to_string()),
        _ => {}
    }
    if entry.category == Category::Move {
        let named = |ids: &[DepartmentId], old: bool| {
            let names = ids.iter().map(|id| if old { names.old_name(*id) } else { names.name(*id) });
            names.collect::<Vec<_>>().join(crate::messages::between_names())
        };
        let joins: Vec<_> = entry.joins.iter().copied().filter(|id| Some(*id) != at).collect();
        if !entry.leaves.is_empty() {
            notes.push(messages::from(&named(&entry.leaves, true)).to_string());
        }
        if !joins.is_empty() {
            notes.push(messages::joins(&named(&joins, false)).to_string());
        }
    }
    for field in &entry.fields {
        let is_shown_elsewhere = match field.field.as_str() {
            "department" | "enable" => entry.category != Category::Update,
            "name" | "userid" => entry.category == Category::Create,
            // A member is drawn in the main department.
            "main_department" => !entry.leaves.is_empty() || !entry.joins.is_empty(),
            _ => false,
        };
        if !is_shown_elsewhere {
            let label = if field.field == "is_leader_in_dept" { "leads" } else { &field.field };
            notes.push(messages::field(label, field.before.as_deref(), &field.after).to_string());
        }
    }
    let mut text = format!("{} {}", entry.sign(), entry.full_name());
    if !notes.is_empty() {
        text.push_str(&format!("  {}", notes.join(crate::messages::between_changes())));
    }
    if !entry.places.is_empty() {
        text.push_str(&format!("  [{}]", messages::places(&entry.places, super::files(plan))));
    }
    printable(&text)
}

/// A department and its members in one line, with as many names as there is room for.
fn folded(first: &str, head: &str, groups: &[(char, Vec<&Entry>)], width: usize) -> String {
    let head = format!("{first}{}", cut(head, width.saturating_sub(width_of(first)).max(NARROWEST)));
    let mut shown = vec![0; groups.len()];
    let line = |shown: &[usize]| {
        let mut line = head.clone();
        for ((sign, entries), shown) in groups.iter().zip(shown) {
            line.push_str("  ");
            line.push_str(&group(*sign, entries, *shown));
        }
        line
    };
    // The groups take turns, so that each shows some names.
    let mut is_full = vec![false; groups.len()];
    while let Some(next) = (0..groups.len())
        .filter(|at| !is_full[*at] && shown[*at] < groups[*at].1.len())
        .min_by_key(|at| shown[*at])
    {
        shown[next] += 1;
        if width_of(&line(&shown)) > width {
            shown[next] -= 1;
            is_full[next] = true;
        }
    }
    line(&shown)
}

fn group(sign: char, entries: &[&Entry], shown: usize) -> String {
    if shown == 0 {
        return format!("{sign} {}", entries.len());
    }
    let names: Vec<_> = entries.iter().take(shown).map(|entry| printable(entry.short_name())).collect();
    let more = entries.len() - shown;
    let tail = if more > 0 { messages::and_more(more).to_string() } else { String::new() };
    format!("{sign} {}{tail}", names.join(crate::messages::between_names()))
}

/// The text in at most this width.
fn cut(text: &str, width: usize) -> String {
    if width_of(text) <= width {
        return text.to_owned();
    }
    let mut short = String::new();
    for one in text.chars() {
        if width_of(&short) + width_of(&one.to_string()) + 1 > width {
            break;
        }
        short.push(one);
    }
    format!("{short}…")
}

/// Adds a text whose further lines are indented by `rest`.
fn push(lines: &mut Vec<String>, first: &str, rest: &str, text: &str, width: usize) {
    let room = width.saturating_sub(width_of(first).max(width_of(rest))).max(NARROWEST);
    for (at, part) in wrapped(text, room).into_iter().enumerate() {
        lines.push(format!("{}{part}", if at == 0 { first } else { rest }));
    }
}
