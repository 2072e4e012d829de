//! A page with a tree that folds, searches, and works by keyboard. It is one file and loads nothing.

use std::fmt::{self, Write as _};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Levels from the top whose items are open at first.
const OPEN_LEVELS: usize = 2;

/// An item of the tree with all below it.
pub(crate) struct Item {
    pub(crate) name: String,
    /// What is beside the name: a class of the style, and the text.
    pub(crate) beside: Vec<(&'static str, String)>,
    pub(crate) below: Vec<Self>,
}

/// Returns the page. Every text is escaped.
pub(crate) fn page(title: &str, items: &[Item]) -> String {
    let mut page = String::new();
    // Writing into a text cannot fail.
    let _ = write(&mut page, title, items);
    page
}

fn write(page: &mut String, title: &str, items: &[Item]) -> fmt::Result {
    let title = escaped(title);
    write!(
        page,
        r#"<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta charset="utf-8"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"/>
<title>{title}</title>
<style>
{STYLE}</style>
</head>
<body>
<h1>{title}</h1>
<div class="tools">
<label for="search">搜索 Search</label> <input id="search" type="search" autocomplete="off"/>
<button id="open" type="button">全部展开 Expand all</button> <button id="close" type="button">全部收起 Collapse all</button>
<output id="status" for="search"></output>
</div>
<ul role="tree" aria-label="{title}">
"#
    )?;
    let mut is_first = true;
    for item in items {
        write_item(page, item, 1, &mut is_first)?;
    }
    write!(page, "</ul>\n<script>\n{SCRIPT}</script>\n</body>\n</html>\n")
}

fn write_item(page: &mut String, item: &Item, level: usize, is_first: &mut bool) -> fmt::Result {
    // One item is in the tab order.
    let tab = if std::mem::take(is_first) { 0 } else { -1 };
    let expanded = match (item.below.is_empty(), level <= OPEN_LEVELS) {
        (true, _) => "",
        (false, true) => r#" aria-expanded="true""#,
        (false, false) => r#" aria-expanded="false""#,
    };
    write!(
        page,
        r#"<li role="treeitem" aria-level="{level}"{expanded} tabindex="{tab}"><div class="row"><span class="name">{}</span>"#,
        escaped(&item.name)
    )?;
    for (class, text) in &item.beside {
        write!(page, r#"<span class="{class}">{}</span>"#, escaped(text))?;
    }
    page.push_str("</div>");
    if !item.below.is_empty() {
        page.push_str("<ul role=\"group\">\n");
        for below in &item.below {
            write_item(page, below, level + 1, is_first)?;
        }
        page.push_str("</ul>");
    }
    page.push_str("</li>\n");
    Ok(())
}

/// The text as content or a quoted attribute of HTML and XML. Characters that XML does not allow are left out.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for one in text.chars() {
        match one {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\t' | '\n' | '\r' => escaped.push(' '),
            one if one.is_control() || matches!(one, '\u{fffe}' | '\u{ffff}') => {}
            one => escaped.push(one),
        }
    }
    escaped
}
