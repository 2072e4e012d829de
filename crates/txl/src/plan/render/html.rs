//! A plan as one page of HTML that needs nothing else: the tree, findings, the gate and a filter.

use wecom_directory::plan::{Category, Leaver, LeaverOutcome, Plan};

use super::{drawing::Drawing, entry::Entry, files, lines::member, mask::Masking, names::Names, table::word};
use crate::{
    failure::printable,
    messages::{Message, plan as messages, plan_page},
};

const STYLE: &str = include_str!("page/plan.css");
const SCRIPT: &str = include_str!("page/plan.js");

/// Draws the page.
pub(super) fn html(plan: &Plan, masking: Masking) -> String {
    let names = Names::of(plan);
    let drawing = Drawing::of(plan, &names, masking);
    let title = escaped(&messages::title(plan).to_string());
    let mut page = format!(
        "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n\
         <style>\n{STYLE}</style>\n</head>\n<body>\n<header>\n<h1>{title}</h1>\n<p>{}</p>\n",
        plan_page::language(),
        escaped(&messages::basis(plan).to_string())
    );
    if !plan.basis.existence {
        paragraph(&mut page, "warning", &messages::existence_is_unknown().to_string());
    }
    page.push_str("</header>\n<main>\n");
    gate(&mut page, plan);
    counts(&mut page, plan);
    findings(&mut page, plan);
    leavers(&mut page, plan);
    changes(&mut page, plan, &names, &drawing);
    page.push_str(&format!("</main>\n<script>\n{SCRIPT}</script>\n</body>\n</html>\n"));
    page
}

fn gate(page: &mut String, plan: &Plan) {
    let passes = plan.gate.passes();
    let (class, verdict) = match passes {
        true => ("pass", messages::gate_passes()),
        false => ("stop", messages::gate_stops()),
    };
    page.push_str(&format!(
        "<section id=\"gate\" class=\"{class}\">\n<h2>{}</h2>\n",
        escaped(&verdict.to_string())
    ));
    list(
        page,
        plan.gate.reasons.iter().map(|reason| {
            let flag =
                reason.flag().map(|flag| format!(" <code>{}</code>", escaped(&flag))).unwrap_or_default();
            format!("{}{flag}", escaped(&messages::reason(reason).to_string()))
        }),
    );
    page.push_str("</section>\n");
}

fn counts(page: &mut String, plan: &Plan) {
    page.push_str(&format!("<section id=\"counts\">\n<h2>{}</h2>\n", plan_page::counts()));
    if plan.counts.is_empty() {
        paragraph(page, "", &messages::no_changes(plan).to_string());
    }
    list(page, messages::counts(plan).iter().map(|line| escaped(&line.to_string())));
    page.push_str("</section>\n");
}

fn findings(page: &mut String, plan: &Plan) {
    if plan.findings.is_empty() && plan.not_writable.is_empty() {
        return;
    }
    folding(page, "findings", &plan_page::findings(), plan.findings.len() + plan.not_writable.len());
    let findings = plan.findings.iter();
    list(page, findings.map(|finding| escaped(&messages::finding(finding, files(plan)).to_string())));
    list(
        page,
        plan.not_writable.iter().map(|value| {
            let title = messages::not_writable(&value.field, value.reason, 1);
            escaped(&format!("{title}{}", messages::object(&value.object)))
        }),
    );
    page.push_str("</details>\n</section>\n");
}

fn leavers(page: &mut String, plan: &Plan) {
    let kept: Vec<&Leaver> =
        plan.leavers.iter().filter(|leaver| leaver.outcome != LeaverOutcome::Disabled).collect();
    if kept.is_empty() {
        return;
    }
    folding(page, "leavers", &plan_page::leavers(), kept.len());
    list(
        page,
        kept.iter().map(|leaver| {
            escaped(&format!("{}{}", messages::leavers(leaver.outcome, 1), messages::object(&leaver.object)))
        }),
    );
    page.push_str("</details>\n</section>\n");
}

/// Begins a section that folds. Long lists are folded at first, so that the changes are on the first screen.
fn folding(page: &mut String, id: &str, title: &Message, items: usize) {
    const MOST_UNFOLDED: usize = 10;
    let open = if items <= MOST_UNFOLDED { " open" } else { "" };
    page.push_str(&format!(
        "<section id=\"{id}\">\n<details{open}>\n<summary><h2>{title} ({items})</h2></summary>\n"
    ));
}

fn changes(page: &mut String, plan: &Plan, names: &Names, drawing: &Drawing) {
    if drawing.entries.is_empty() {
        return;
    }
    page.push_str(&format!(
        "<section id=\"changes\">\n<h2 id=\"changes-title\">{}</h2>\n\
         <p class=\"tools\"><label>{} <input id=\"filter\" type=\"search\" autocomplete=\"off\"></label>\n\
         <button type=\"button\" id=\"open\">{}</button> <button type=\"button\" id=\"close\">{}</button>\n\
         <span id=\"shown\" role=\"status\" data-of=\"{}\"></span></p>\n\
         <ul role=\"tree\" aria-labelledby=\"changes-title\">\n",
        plan_page::changes(),
        plan_page::filter(),
        plan_page::unfold_all(),
        plan_page::fold_all(),
        plan_page::shown_of_all(),
    ));
    for top in &drawing.tops {
        node(page, plan, names, drawing, *top);
    }
    let others = drawing.elsewhere.iter().chain(&drawing.tags);
    for entry in others.map(|at| &drawing.entries[*at]) {
        let fields = entry
            .fields
            .iter()
            .map(|field| messages::field(&field.field, field.before.as_deref(), &field.after).to_string());
        let text = format!(
            "{} {}  {}",
            entry.sign(),
            entry.full_name(),
            fields.collect::<Vec<_>>().join(crate::messages::between_changes())
        );
        leaf(page, entry, &printable(&text));
    }
    page.push_str("</ul>\n</section>\n");
}

/// A department with its members and the departments below it. The depth of a drawing is bounded.
fn node(page: &mut String, plan: &Plan, names: &Names, drawing: &Drawing, at: usize) {
    let node_at = &drawing.nodes[at];
    let class = node_at.own.map_or("", |own| word(drawing.entries[own].category));
    let is_leaf = node_at.members.is_empty() && node_at.below.is_empty();
    let expanded = if is_leaf { "" } else { " aria-expanded=\"true\"" };
    page.push_str(&format!(
        "<li role=\"treeitem\"{expanded} tabindex=\"-1\"><span class=\"label department {class}\">{}</span>",
        escaped(&super::lines::department(drawing, node_at, names))
    ));
    if !is_leaf {
        page.push_str("\n<ul role=\"group\">\n");
        for (_, entries) in drawing.groups(&node_at.members) {
            for entry in entries {
                leaf(page, entry, &member(entry, Some(node_at.id), plan, names));
            }
        }
        for below in &node_at.below {
            node(page, plan, names, drawing, *below);
        }
        page.push_str("</ul>\n");
    }
    page.push_str("</li>\n");
}

fn leaf(page: &mut String, entry: &Entry, text: &str) {
    page.push_str(&format!(
        "<li role=\"treeitem\" tabindex=\"-1\"><span class=\"label {}\">{}</span></li>\n",
        class(entry.category),
        escaped(text)
    ));
}

fn class(category: Category) -> &'static str {
    word(category)
}

fn paragraph(page: &mut String, class: &str, text: &str) {
    page.push_str(&format!("<p class=\"{class}\">{}</p>\n", escaped(text)));
}

/// A list of items that are HTML already; nothing without items.
fn list(page: &mut String, items: impl Iterator<Item = String>) {
    let items: Vec<_> = items.map(|item| format!("<li>{item}</li>\n")).collect();
    if !items.is_empty() {
        page.push_str(&format!("<ul>\n{}</ul>\n", items.concat()));
    }
}

/// A text without a character that HTML reads as markup, or that cannot be seen.
fn escaped(text: &str) -> String {
    let mut safe = String::new();
    for one in printable(text).chars() {
        match one {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            one => safe.push(one),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_becomes_markup() {
        assert_eq!(
            escaped("<img src=x onerror='alert(1)'>&\"\u{202e}"),
            "&lt;img src=x onerror=&#39;alert(1)&#39;&gt;&amp;&quot;\\u{202e}"
        );
    }

    #[test]
    fn the_page_loads_nothing_from_elsewhere() {
        for text in [STYLE, SCRIPT] {
            for word in ["http:", "https:", "url(", "@import", "fetch(", "</script", "</style"] {
                assert!(!text.contains(word), "{word}");
            }
        }
    }
}
