//! The frame of a page: the list of pages, the search, the languages, and the neighbours.

use super::{
    book::{self, Book, Line, Page},
    relative,
};

/// The files that every page uses, by their name on the site.
pub(super) const ASSETS: [(&str, &str); 2] =
    [("site.css", include_str!("site.css")), ("search.js", include_str!("search.js"))];

/// Returns a whole page. `at` is its place in the book.
pub(super) fn page(book: &Book, at: usize, body: &str, title: &str, books: &[Book]) -> String {
    let language = book.language;
    let pages: Vec<&Page> = book.pages().collect();
    let here = book::address(&pages[at].path);
    let top = relative(&here, "".as_ref());
    let home = format!(
        "{top}{}",
        if language.folder.is_empty() { String::new() } else { format!("{}/", language.folder) }
    );
    let link = |page: &Page| relative(&here, &book::address(&page.path));
    let mut contents = String::new();
    for line in &book.lines {
        match line {
            Line::Part(part) => contents.push_str(&format!("</ul><h2>{}</h2><ul>\n", escaped(part))),
            Line::Page(page) => {
                let current = if page.path == pages[at].path { " aria-current=\"page\"" } else { "" };
                contents.push_str(&format!(
                    "<li><a href=\"{}\"{current}>{}</a></li>\n",
                    link(page),
                    escaped(&page.title)
                ));
            }
        }
    }
    let languages: String = books
        .iter()
        .filter(|other| other.language.tag != language.tag)
        .filter_map(|other| {
            let page = other.counterpart(&book.address_in(&pages[at].path))?;
            let (tag, name) = (other.language.tag, other.language.name);
            Some(format!("<a href=\"{}\" lang=\"{tag}\" hreflang=\"{tag}\">{name}</a>", link(page)))
        })
        .collect();
    let neighbour = |page: Option<&&Page>, relation: &str, word: &str| {
        page.map_or_else(String::new, |page| {
            format!("<a rel=\"{relation}\" href=\"{}\">{word}: {}</a>", link(page), escaped(&page.title))
        })
    };
    let previous =
        neighbour(at.checked_sub(1).and_then(|before| pages.get(before)), "prev", language.previous);
    let next = neighbour(pages.get(at + 1), "next", language.next);
    format!(
        "<!doctype html>\n<html lang=\"{tag}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title} · {book_title}</title>\n<link rel=\"stylesheet\" href=\"{top}site.css\">\n</head>\n<body>\n\
         <header><a class=\"home\" href=\"{home}index.html\">{book_title}</a>\n\
         <input type=\"search\" id=\"search\" placeholder=\"{search}\" aria-label=\"{search}\" data-home=\"{home}\" \
         data-nothing=\"{nothing}\" hidden>\n<nav class=\"languages\">{languages}</nav></header>\n\
         <ol id=\"found\" hidden></ol>\n<div class=\"frame\">\n\
         <details class=\"contents\" open><summary>{contents_word}</summary><nav><ul>\n{contents}</ul></nav></details>\n\
         <main>\n{body}<nav class=\"neighbours\">{previous}{next}</nav>\n</main>\n</div>\n\
         <script src=\"{home}search-data.js\"></script>\n<script src=\"{top}search.js\"></script>\n</body>\n</html>\n",
        tag = language.tag,
        title = escaped(title),
        book_title = escaped(&book.title),
        search = language.search,
        nothing = language.nothing_found,
        contents_word = language.contents,
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site::book::LANGUAGES;

    fn book(language: usize, pages: &[&str]) -> Book {
        let page = |path: &&str| Line::Page(Page { title: path.to_uppercase(), path: path.into() });
        let lines = pages.iter().map(page).collect();
        Book { language: LANGUAGES[language], title: "A & B".into(), lines }
    }

    #[test]
    fn a_page_leads_to_its_neighbours_and_to_the_other_language() {
        let books = [
            book(0, &["docs/README.md", "docs/bulk.md", "docs/benchmarks.md"]),
            book(1, &["docs/zh/README.md", "docs/zh/bulk.md"]),
        ];
        let html = page(&books[0], 1, "<p>body</p>", "Bulk", &books);
        assert!(html.contains("<title>Bulk · A &amp; B</title>"), "{html}");
        assert!(html.contains("<a href=\"zh/bulk.html\" lang=\"zh-CN\""), "{html}");
        assert!(html.contains("<a rel=\"prev\" href=\"index.html\">"), "{html}");
        assert!(html.contains("<a rel=\"next\" href=\"benchmarks.html\">"), "{html}");
        assert!(html.contains("<a href=\"bulk.html\" aria-current=\"page\">"), "{html}");
        // A page without a counterpart leads to the first page of the other language.
        let html = page(&books[0], 2, "", "Benchmarks", &books);
        assert!(html.contains("<a href=\"zh/index.html\" lang=\"zh-CN\""), "{html}");
        let html = page(&books[1], 1, "", "批量", &books);
        assert!(
            html.contains("href=\"../site.css\"") && html.contains("src=\"../zh/search-data.js\""),
            "{html}"
        );
        assert!(html.contains("<a href=\"../bulk.html\" lang=\"en\""), "{html}");
        assert!(!html.contains("://"), "the frame needs no network: {html}");
    }
}
