//! A book: the pages of one language in their order, as its `SUMMARY.md` lists them.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};

use super::{links::Repository, resolved};

/// The language of a book, and the words of its frame.
pub(super) struct Language {
    /// The value of `lang` in HTML.
    pub(super) tag: &'static str,
    /// The name of the language in that language.
    pub(super) name: &'static str,
    /// The folder below `docs` and on the site; empty for the first language.
    pub(super) folder: &'static str,
    pub(super) contents: &'static str,
    pub(super) search: &'static str,
    pub(super) nothing_found: &'static str,
    pub(super) previous: &'static str,
    pub(super) next: &'static str,
}

pub(super) const LANGUAGES: [&Language; 2] = [
    &Language {
        tag: "en",
        name: "English",
        folder: "",
        contents: "Contents",
        search: "Search",
        nothing_found: "Nothing found",
        previous: "Previous",
        next: "Next",
    },
    &Language {
        tag: "zh-CN",
        name: "中文",
        folder: "zh",
        contents: "目录",
        search: "搜索",
        nothing_found: "没有找到",
        previous: "上一页",
        next: "下一页",
    },
];

/// One line of a `SUMMARY.md`.
#[derive(Debug, PartialEq)]
pub(super) enum Line {
    /// The title of a part.
    Part(String),
    Page(Page),
}

#[derive(Debug, PartialEq)]
pub(super) struct Page {
    /// The title in the list of pages.
    pub(super) title: String,
    /// The path of the file in the workspace.
    pub(super) path: PathBuf,
}

pub(super) struct Book {
    pub(super) language: &'static Language,
    pub(super) title: String,
    pub(super) lines: Vec<Line>,
}

impl Book {
    /// Reads the `SUMMARY.md` of a language.
    pub(super) fn read(root: &Path, language: &'static Language) -> Result<Self> {
        let folder = Path::new("docs").join(language.folder);
        let path = folder.join("SUMMARY.md");
        let text = fs::read_to_string(root.join(&path))
            .with_context(|| format!("cannot read {}", path.display()))?;
        let (title, lines) = parse(&text, &folder).with_context(|| path.display().to_string())?;
        Ok(Self { language, title, lines })
    }

    pub(super) fn pages(&self) -> impl Iterator<Item = &Page> {
        self.lines.iter().filter_map(|line| match line {
            Line::Page(page) => Some(page),
            Line::Part(_) => None,
        })
    }

    /// Returns pages that do not exist or are listed twice.
    pub(super) fn problems(&self, repository: &Repository) -> Vec<String> {
        let mut problems = Vec::new();
        for (at, page) in self.pages().enumerate() {
            if repository.document(&page.path).is_none() {
                problems.push(format!("{}: SUMMARY.md lists it, and it does not exist", page.path.display()));
            }
            if self.pages().take(at).any(|other| other.path == page.path) {
                problems.push(format!("{}: SUMMARY.md lists it twice", page.path.display()));
            }
        }
        problems
    }

    /// Returns the address of a page below the folder of this book.
    pub(super) fn address_in(&self, page: &Path) -> String {
        let address = address(page);
        address.strip_prefix(self.language.folder).unwrap_or(&address).display().to_string()
    }

    /// Returns the page of this book with the same content as a page of another one, or the first page.
    pub(super) fn counterpart(&self, address_in_other: &str) -> Option<&Page> {
        self.pages()
            .find(|page| self.address_in(&page.path) == address_in_other)
            .or_else(|| self.pages().next())
    }
}

/// Returns the address of a file of `docs` on the site. `README.md` is the first page of its folder.
pub(super) fn address(path: &Path) -> PathBuf {
    let below = path.strip_prefix("docs").unwrap_or(path);
    match below.file_name().and_then(|name| name.to_str()) {
        Some("README.md") => below.with_file_name("index.html"),
        Some(name) if name.ends_with(".md") => below.with_extension("html"),
        _ => below.to_owned(),
    }
}

/// Reads the title and the lines of a `SUMMARY.md`: `# Title`, `## Part` and `- [Page](file.md)`.
fn parse(text: &str, folder: &Path) -> Result<(String, Vec<Line>)> {
    let mut title = None;
    let mut lines = Vec::new();
    for (line, number) in text.lines().zip(1..) {
        let line = line.trim();
        if let Some(part) = line.strip_prefix("## ") {
            lines.push(Line::Part(part.to_owned()));
        } else if let Some(first) = line.strip_prefix("# ") {
            title = Some(first.to_owned());
        } else if let Some(item) = line.strip_prefix("- ") {
            let page = item.strip_prefix('[').and_then(|rest| rest.strip_suffix(')')?.split_once("]("));
            let (title, file) = page.with_context(|| format!("line {number} is not `- [Title](file.md)`"))?;
            let path =
                resolved(folder, file).with_context(|| format!("line {number} leaves the workspace"))?;
            lines.push(Line::Page(Page { title: title.to_owned(), path }));
        } else if !line.is_empty() {
            bail!("line {number} is neither a title, a part nor a page");
        }
    }
    Ok((title.context("there is no title")?, lines))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_has_parts_and_pages() {
        let text = "# Guide\n\n- [Start](README.md)\n\n## Reference\n\n- [Codes](errcodes.md)\n";
        let (title, lines) = parse(text, Path::new("docs/zh")).unwrap();
        assert_eq!(title, "Guide");
        let page = |title: &str, path: &str| Line::Page(Page { title: title.into(), path: path.into() });
        let part = Line::Part("Reference".into());
        assert_eq!(lines, [page("Start", "docs/zh/README.md"), part, page("Codes", "docs/zh/errcodes.md")]);
    }

    #[test]
    fn a_line_that_is_not_a_page_is_refused_with_its_number() {
        let refused = |text: &str| parse(text, Path::new("docs")).unwrap_err().to_string();
        assert_eq!(refused("# A\n- Start"), "line 2 is not `- [Title](file.md)`");
        assert_eq!(refused("# A\n\nStart"), "line 3 is neither a title, a part nor a page");
        assert_eq!(refused("# A\n- [S](../../x.md)"), "line 2 leaves the workspace");
        assert_eq!(refused("- [S](x.md)"), "there is no title");
    }

    #[test]
    fn the_first_page_of_a_folder_is_its_index() {
        assert_eq!(address(Path::new("docs/zh/README.md")), Path::new("zh/index.html"));
        assert_eq!(address(Path::new("docs/bulk.md")), Path::new("bulk.html"));
        assert_eq!(address(Path::new("docs/plan.schema.json")), Path::new("plan.schema.json"));
    }
}
