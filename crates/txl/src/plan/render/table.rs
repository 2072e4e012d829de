//! A plan as a table: one row for each change, as Markdown, CSV or XLSX.

use std::io::Cursor;

use wecom_directory::{
    journal::ObjectKind,
    plan::{Category, Plan},
};
use wecom_sheets::writing::{CsvWriter, WriteError, XlsxWriter};

use super::{
    entry::{Entry, entries},
    files,
    mask::Masking,
    names::Names,
};
use crate::{
    failure::printable,
    messages::{Message, plan as messages, plan_page},
};

/// The headings of the columns.
const HEADINGS: [&str; 9] =
    ["change", "kind", "id", "name", "department", "field", "before", "after", "lines"];

/// The cells of a row.
type Row = [String; HEADINGS.len()];

/// Returns the rows: one for each field that changes, and one for an object that is created or removed as a whole.
fn rows(plan: &Plan, masking: Masking) -> Vec<Row> {
    let names = Names::of(plan);
    let mut rows = Vec::new();
    for entry in entries(plan, &names, masking) {
        let department = department(&entry, &names);
        let row = |field: &str, before: &str, after: &str| {
            [
                word(entry.category).to_owned(),
                entry.object.kind.as_str().to_owned(),
                entry.object.id.clone(),
                entry.object.name.clone().unwrap_or_default(),
                department.clone(),
                field.to_owned(),
                before.to_owned(),
                after.to_owned(),
                lines(&entry, plan),
            ]
        };
        match entry.category {
            Category::Create => {
                let fields = entry.fields.iter().filter(|field| field.field != "userid");
                let fields = fields.map(|field| format!("{}={}", field.field, field.after));
                rows.push(row("", "", &fields.collect::<Vec<_>>().join("; ")));
            }
            Category::Remove => rows.push(row("", "", "")),
            _ if entry.fields.is_empty() => rows.push(row("", "", "")),
            _ => {
                rows.extend(entry.fields.iter().map(|field| {
                    row(&field.field, field.before.as_deref().unwrap_or_default(), &field.after)
                }))
            }
        }
    }
    rows
}

/// What happens, in one word.
pub(super) fn word(category: Category) -> &'static str {
    match category {
        Category::Create => "create",
        Category::Remove => "remove",
        Category::Disable => "disable",
        Category::Enable => "enable",
        Category::Move => "move",
        Category::Update => "update",
    }
}

fn department(entry: &Entry, names: &Names) -> String {
    let id = match entry.object.kind {
        ObjectKind::Member => entry.department,
        ObjectKind::Department => entry.object.id.parse().ok(),
        ObjectKind::Tag => None,
    };
    id.map(|id| names.path(id)).unwrap_or_default()
}

fn lines(entry: &Entry, plan: &Plan) -> String {
    if entry.places.is_empty() {
        return String::new();
    }
    messages::places(&entry.places, files(plan)).to_string()
}

/// The plan as a document in Markdown: counts, the table, findings and the gate.
pub(super) fn markdown(plan: &Plan, masking: Masking) -> String {
    let mut text =
        format!("# {}\n\n{}\n\n", inline(&messages::title(plan).to_string()), messages::basis(plan));
    let mut list = |title: &Message, items: Vec<String>| {
        if items.is_empty() {
            return;
        }
        text.push_str(&format!("## {title}\n\n"));
        for item in items {
            text.push_str(&format!("- {}\n", inline(&item)));
        }
        text.push('\n');
    };
    list(&plan_page::counts(), messages::counts(plan).iter().map(ToString::to_string).collect());
    let findings = plan.findings.iter().map(|finding| messages::finding(finding, files(plan)).to_string());
    list(&plan_page::findings(), findings.collect());
    let gate = if plan.gate.passes() { messages::gate_passes() } else { messages::gate_stops() };
    let reasons = plan.gate.reasons.iter().map(|reason| messages::reason(reason).to_string());
    list(&plan_page::gate(), std::iter::once(gate.to_string()).chain(reasons).collect());
    let rows = rows(plan, masking);
    if !rows.is_empty() {
        text.push_str(&format!("## {}\n\n| {} |\n", plan_page::changes(), HEADINGS.join(" | ")));
        text.push_str(&format!("|{}\n", " --- |".repeat(HEADINGS.len())));
        for row in rows {
            let cells: Vec<_> = row.iter().map(|cell| inline(cell)).collect();
            text.push_str(&format!("| {} |\n", cells.join(" | ")));
        }
    }
    text
}

/// A text in which no character has a meaning for Markdown or HTML.
fn inline(text: &str) -> String {
    let mut safe = String::new();
    for one in printable(text).chars() {
        match one {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' | '!' => {
                safe.push('\\');
                safe.push(one);
            }
            one => safe.push(one),
        }
    }
    safe
}

/// The table as CSV. Cells that a spreadsheet program would run as formulas get an apostrophe in front.
pub(super) fn csv(plan: &Plan, masking: Masking) -> Result<Vec<u8>, WriteError> {
    let mut sheet = CsvWriter::with_bom(Vec::new())?.safe(true);
    sheet.row(HEADINGS)?;
    for row in rows(plan, masking) {
        sheet.row(row)?;
    }
    sheet.finish()
}

/// The table as a workbook.
pub(super) fn xlsx(plan: &Plan, masking: Masking) -> Result<Vec<u8>, WriteError> {
    let mut sheet = XlsxWriter::new("plan", HEADINGS, &std::env::temp_dir())?;
    for row in rows(plan, masking) {
        sheet.row(row)?;
    }
    let mut bytes = Cursor::new(Vec::new());
    sheet.finish(&mut bytes)?;
    Ok(bytes.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_can_change_the_markdown_around_it() {
        assert_eq!(inline("a|b <script> *c* [d](e) `f`\n# g"), r"a\|b &lt;script> \*c\* \[d\](e) \`f\` \# g");
    }
}
