//! The data of the search: every section of a book as a script, because a page that is opened from a file cannot load JSON.

use anyhow::Result;

use super::document::Document;

/// Adds the sections of a page as `[address, page, heading, text]`.
pub(super) fn collect(document: &Document, address: &str, found: &mut Vec<[String; 4]>) {
    for section in document.sections.iter().filter(|section| !section.heading.is_empty()) {
        let text = section.text.split_whitespace().collect::<Vec<_>>().join(" ");
        let address = format!("{address}#{}", section.anchor);
        found.push([address, document.title.clone(), section.heading.clone(), text]);
    }
}

/// Returns the script that holds the sections.
pub(super) fn script(found: &[[String; 4]]) -> Result<String> {
    Ok(format!("window.searchData = {};\n", serde_json::to_string(found)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_is_found_by_its_text_and_code() {
        let mut found = Vec::new();
        collect(&Document::parse("# Guide\nHello\n## Trusted IP\nError `60020`.\n"), "a.html", &mut found);
        let expected = [
            ["a.html#guide", "Guide", "Guide", "Guide Hello"],
            ["a.html#trusted-ip", "Guide", "Trusted IP", "Trusted IP Error 60020 ."],
        ];
        assert_eq!(found, expected);
        assert!(script(&found).unwrap().starts_with("window.searchData = [[\"a.html#guide\","));
    }
}
