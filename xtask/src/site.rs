//! `cargo xtask site`: the documentation as a website, built from the Markdown files of `docs`.
//!
//! `docs/SUMMARY.md` lists the English pages and `docs/zh/SUMMARY.md` the Chinese ones, in the form that mdBook reads.
//! The site has no dependency on the network: styles and the search are files of its own.
//! mdBook itself is no dependency of this workspace. Its licence (MPL-2.0) is not in `deny.toml`, and it checks no links.

mod book;
mod document;
mod links;
mod search;
mod template;

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};

use crate::{dist::Publisher, root, target};
use book::{Book, LANGUAGES};
use links::Repository;

/// Pages of `docs` that belong to the work on this repository, not to its users.
const NOT_IN_A_BOOK: [&str; 1] = ["SUMMARY.md"];

/// Checks the links of all Markdown files, and writes the site into `target/site`.
///
/// # Errors
///
/// Returns an error that lists every broken link and every page that no book lists.
pub(crate) fn build() -> Result<()> {
    let repository = Repository::read(&root())?;
    let books = read_books()?;
    let faults = faults(&repository, &books);
    if !faults.is_empty() {
        bail!("the documentation has {} faults:\n  {}", faults.len(), faults.join("\n  "));
    }
    let publisher = Publisher::read()?;
    let folder = target().join("site");
    fs::remove_dir_all(&folder).ok();
    let mut pages = 0;
    for book in &books {
        pages += write(book, &books, &repository, publisher.get("addresses", "repository"), &folder)?;
    }
    for (name, text) in template::ASSETS {
        save(&folder.join(name), text.as_bytes())?;
    }
    eprintln!("{pages} pages are in {}", folder.display());
    eprintln!(
        "{} links of {} documents lead somewhere",
        repository.count_links(),
        repository.documents.len()
    );
    Ok(())
}

fn read_books() -> Result<Vec<Book>> {
    LANGUAGES.into_iter().map(|language| Book::read(&root(), language)).collect()
}

/// Returns every broken link, every page that cannot be shown as written, and every page that no book lists.
fn faults(repository: &Repository, books: &[Book]) -> Vec<String> {
    let mut faults = repository.problems();
    faults.extend(books.iter().flat_map(|book| book.problems(repository)));
    faults.extend(forgotten(repository, books));
    faults
}

/// Writes the pages of a book, the files that they refer to, and the data of its search. Returns the number of pages.
fn write(
    book: &Book,
    books: &[Book],
    repository: &Repository,
    sources: Option<&str>,
    site: &Path,
) -> Result<usize> {
    let mut found = Vec::new();
    for (at, page) in book.pages().enumerate() {
        let document = repository.document(&page.path).context("a book has a page that is no document")?;
        let body = document.to_html(|link| links::on_site(link, &page.path, books, sources));
        let html = template::page(book, at, &body, &document.title, books);
        save(&site.join(book::address(&page.path)), html.as_bytes())?;
        search::collect(document, &book.address_in(&page.path), &mut found);
        for asset in document.links.iter().filter_map(|link| links::asset(&page.path, link)) {
            let content =
                fs::read(root().join(&asset)).with_context(|| format!("cannot read {}", asset.display()))?;
            save(&site.join(book::address(&asset)), &content)?;
        }
    }
    save(&site.join(book.language.folder).join("search-data.js"), search::script(&found)?.as_bytes())?;
    Ok(book.pages().count())
}

/// Returns the pages below `docs` that no book lists.
fn forgotten(repository: &Repository, books: &[Book]) -> Vec<String> {
    let listed = |path: &Path| books.iter().any(|book| book.pages().any(|page| page.path == path));
    let is_page = |path: &Path| {
        let folder = path.parent().unwrap_or(Path::new(""));
        LANGUAGES.iter().any(|language| Path::new("docs").join(language.folder) == folder)
            && !NOT_IN_A_BOOK.iter().any(|name| path.ends_with(name))
    };
    let pages = repository.documents.keys().filter(|path| is_page(path) && !listed(path));
    pages.map(|path| format!("{}: no SUMMARY.md lists this page", path.display())).collect()
}

fn save(path: &Path, content: &[u8]) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, content).with_context(|| format!("cannot write {}", path.display()))
}

/// Resolves a relative path of a page, without looking at the file system. Returns `None` if it leaves the workspace.
fn resolved(folder: &Path, relative: &str) -> Option<PathBuf> {
    let mut path = folder.to_owned();
    for part in relative.split('/') {
        match part {
            "" | "." => {}
            ".." => path.pop().then_some(())?,
            name => path.push(name),
        }
    }
    Some(path)
}

/// Returns the relative address of one file of the site as seen from another.
fn relative(from: &Path, to: &Path) -> String {
    let depth = from.parent().map_or(0, |folder| folder.components().count());
    format!("{}{}", "../".repeat(depth), to.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documentation_has_no_faults() {
        let repository = Repository::read(&root()).unwrap();
        let faults = faults(&repository, &read_books().unwrap());
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    }

    #[test]
    fn addresses_are_relative_to_the_page() {
        let relative = |from: &str, to: &str| relative(Path::new(from), Path::new(to));
        assert_eq!(relative("zh/bulk.html", "site.css"), "../site.css");
        assert_eq!(relative("bulk.html", "zh/bulk.html"), "zh/bulk.html");
        assert_eq!(resolved(Path::new("docs/zh"), "../../README.md"), Some("README.md".into()));
        assert_eq!(resolved(Path::new("docs"), "../../README.md"), None);
    }
}
