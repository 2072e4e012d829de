//! A plan as text: counts, the tree, what people should look at, and the gate.

use std::{collections::BTreeMap, path::Path};

use wecom_directory::plan::{Leaver, LeaverOutcome, NotWritable, NotWritableReason, Plan};

use super::{
    drawing::Drawing,
    entry::Entry,
    files,
    lines::{Detail, draw, fitted, list, members},
    mask::Masking,
    names::Names,
};
use crate::{
    failure::printable,
    messages::{Message, plan as messages},
    output::hanging,
};

/// The tree takes at most this many lines, if not all of it is wanted.
const TREE: usize = 22;
/// Findings take at most this many lines, if not all of them are wanted.
const FINDINGS: usize = 9;
/// Findings of one kind that are shown before they are folded.
const OF_A_KIND: usize = 5;

/// How a plan is drawn as text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TextStyle<'a> {
    /// The columns of a line.
    pub(crate) width: usize,
    /// Whether every member and every finding gets its line.
    pub(crate) all: bool,
    pub(crate) masking: Masking,
    /// The file of the plan, for the commands that follow.
    pub(crate) file: Option<&'a Path>,
}

/// Draws a plan.
pub(crate) fn text(plan: &Plan, style: TextStyle<'_>) -> String {
    let mut page = Page { lines: Vec::new(), width: style.width };
    head(&mut page, plan);
    counts(&mut page, plan);
    tree(&mut page, plan, style);
    leavers(&mut page, plan);
    not_writable(&mut page, plan);
    findings(&mut page, plan, style.all);
    gate(&mut page, plan, style);
    let mut text = page.lines.join("\n");
    text.push('\n');
    text
}

/// Lines of at most a width.
struct Page {
    lines: Vec<String>,
    width: usize,
}

impl Page {
    /// Adds a text, whose further lines are indented.
    fn say(&mut self, indent: usize, message: &Message) {
        let line = format!("{:indent$}{}", "", printable(&message.to_string()));
        self.lines.push(hanging(&line, self.width));
    }

    fn line(&mut self, line: String) {
        self.lines.push(line);
    }

    fn gap(&mut self) {
        if self.lines.last().is_some_and(|line| !line.is_empty()) {
            self.lines.push(String::new());
        }
    }
}

fn head(page: &mut Page, plan: &Plan) {
    page.say(0, &messages::title(plan));
    page.say(0, &messages::basis(plan));
    if !plan.basis.existence {
        page.say(0, &messages::existence_is_unknown());
    }
    page.gap();
}

fn counts(page: &mut Page, plan: &Plan) {
    if plan.counts.is_empty() {
        page.say(0, &messages::no_changes(plan));
    }
    for line in messages::counts(plan) {
        page.say(0, &line);
    }
    page.gap();
}

fn tree(page: &mut Page, plan: &Plan, style: TextStyle<'_>) {
    let names = Names::of(plan);
    let mut drawing = Drawing::of(plan, &names, style.masking);
    let mut lines = draw(&drawing, plan, &names, Detail::Members, style.width);
    let is_folded = lines.len() + drawing.elsewhere.len() > TREE && !style.all;
    if is_folded {
        drawing.fold(TREE);
        lines = draw(&drawing, plan, &names, Detail::Departments, style.width);
    }
    page.lines.extend(lines);
    let of = |at: &[usize]| at.iter().map(|at| &drawing.entries[*at]).collect::<Vec<&Entry>>();
    for (sign, entries) in drawing.groups(&drawing.elsewhere) {
        let title = messages::elsewhere(sign).to_string();
        if is_folded {
            page.line(list(&title, &entries, style.width));
        } else {
            page.lines.extend(members(&title, &entries, plan, &names, style.width));
        }
    }
    for entry in of(&drawing.tags) {
        let fields =
            entry.fields.iter().map(|field| messages::field(&field.field, None, &field.after).to_string());
        let text = messages::tag(entry.sign(), entry.short_name(), &fields.collect::<Vec<_>>());
        page.line(fitted(&printable(&text.to_string()), &[], style.width));
    }
    page.gap();
}

/// Leavers that the plan does not act on; the others are on the tree.
fn leavers(page: &mut Page, plan: &Plan) {
    let mut kept: BTreeMap<usize, (LeaverOutcome, Vec<&Leaver>)> = BTreeMap::new();
    for leaver in plan.leavers.iter().filter(|leaver| leaver.outcome != LeaverOutcome::Disabled) {
        kept.entry(leaver.outcome as usize).or_insert((leaver.outcome, Vec::new())).1.push(leaver);
    }
    for (outcome, leavers) in kept.into_values() {
        let names: Vec<_> = leavers.iter().map(|leaver| printable(messages::name(&leaver.object))).collect();
        page.line(fitted(&messages::leavers(outcome, names.len()).to_string(), &names, page.width));
    }
}

fn not_writable(page: &mut Page, plan: &Plan) {
    let mut groups: BTreeMap<(&str, usize), (NotWritableReason, Vec<&NotWritable>)> = BTreeMap::new();
    for value in &plan.not_writable {
        let group = groups.entry((&value.field, value.reason as usize)).or_insert((value.reason, Vec::new()));
        group.1.push(value);
    }
    for ((field, _), (reason, values)) in groups {
        let names: Vec<_> = values.iter().map(|value| printable(messages::name(&value.object))).collect();
        let title = messages::not_writable(field, reason, names.len()).to_string();
        page.line(fitted(&title, &names, page.width));
    }
    page.gap();
}

/// Findings by their kinds, each with the lines of the file.
fn findings(page: &mut Page, plan: &Plan, all: bool) {
    if plan.findings.is_empty() {
        return;
    }
    page.say(0, &messages::findings(plan.findings.len()));
    let start = page.lines.len();
    let mut kinds: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for finding in &plan.findings {
        kinds.entry(finding.kind).or_default().push(finding);
    }
    let mut left = plan.findings.len();
    for findings in kinds.into_values() {
        let most = if all { findings.len() } else { OF_A_KIND };
        for finding in findings.iter().take(most) {
            if !all && page.lines.len() - start >= FINDINGS {
                page.say(2, &messages::more_findings(left));
                page.gap();
                return;
            }
            page.say(2, &messages::finding(finding, files(plan)));
            left -= 1;
        }
        if findings.len() > most {
            page.say(2, &messages::more_of_a_kind(&findings[most..], files(plan)));
            left -= findings.len() - most;
        }
    }
    page.gap();
}

fn gate(page: &mut Page, plan: &Plan, style: TextStyle<'_>) {
    if plan.gate.passes() {
        page.say(0, &messages::gate_passes());
    } else {
        page.say(0, &messages::gate_stops());
        for reason in &plan.gate.reasons {
            page.say(2, &messages::reason(reason));
        }
    }
    // A command stays in one line, so that it can be copied.
    for (title, command) in messages::what_next(plan, style.file) {
        page.say(0, &title);
        page.line(format!("  {}", printable(&command)));
    }
}
