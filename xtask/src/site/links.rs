//! The links of all Markdown files of the workspace: whether they lead somewhere, and what they become on the site.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use super::{
    book::{self, Book},
    document::{Document, Link, Shown},
    relative, resolved,
};

/// A document that quotes lines of other documents, whose links begin elsewhere.
const QUOTES: &str = "docs/prose-sample.md";

/// All Markdown files of the workspace.
pub(super) struct Repository {
    root: PathBuf,
    pub(super) documents: BTreeMap<PathBuf, Document>,
}

/// What a link refers to.
#[derive(Debug, PartialEq)]
enum Target<'a> {
    /// Another host. Only the syntax can be checked without a network.
    External,
    /// A file of the workspace, or the same page, and a heading in it.
    Inside { path: PathBuf, anchor: Option<&'a str> },
    /// The reason why no reader can follow it.
    Broken(&'static str),
}

impl Repository {
    /// Reads the Markdown files that git knows or would add.
    pub(super) fn read(root: &Path) -> Result<Self> {
        let mut git = Command::new("git");
        git.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", "*.md"])
            .current_dir(root);
        let output = git.output().context("cannot start git")?;
        if !output.status.success() {
            bail!("git ls-files ended with {}", output.status);
        }
        let mut documents = BTreeMap::new();
        for name in String::from_utf8(output.stdout)?.split_terminator('\0') {
            // A file that is deleted and not yet committed is still listed.
            if name != QUOTES
                && let Ok(text) = fs::read_to_string(root.join(name))
            {
                documents.insert(PathBuf::from(name), Document::parse(&text));
            }
        }
        Ok(Self { root: root.to_owned(), documents })
    }

    pub(super) fn document(&self, path: &Path) -> Option<&Document> {
        self.documents.get(path)
    }

    pub(super) fn count_links(&self) -> usize {
        self.documents.values().map(|document| document.links.len()).sum()
    }

    /// Returns what is wrong in all documents, each with its file and line.
    pub(super) fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        for (path, document) in &self.documents {
            let broken = document.links.iter().filter_map(|link| {
                Some((link.line, format!("{}: {}", link.target, self.problem(path, link)?)))
            });
            // Other folders hold files for other programs, which may need HTML.
            let faults = document.faults.iter().filter(|_| path.starts_with("docs")).cloned();
            problems.extend(
                broken.chain(faults).map(|(line, what)| format!("{}:{line}: {what}", path.display())),
            );
        }
        problems
    }

    fn problem(&self, from: &Path, link: &Link) -> Option<String> {
        let (path, anchor) = match target(from, &link.target) {
            Target::External => return None,
            Target::Broken(why) => return Some(why.into()),
            Target::Inside { path, anchor } => (path, anchor),
        };
        let Some(anchor) = anchor else {
            return (!self.root.join(&path).exists()).then(|| "no such file".into());
        };
        match self.documents.get(&path) {
            None => Some("an anchor of a file that is no document".into()),
            Some(document) => (!document.has_anchor(anchor)).then(|| "no such heading".into()),
        }
    }
}

fn target<'a>(from: &Path, link: &'a str) -> Target<'a> {
    if let Some((scheme, rest)) = link.split_once(':').filter(|(scheme, _)| !scheme.contains(['/', '#', '?']))
    {
        return match scheme {
            "https" => external(rest),
            // Only this machine may be called without encryption.
            "http" if ["//127.0.0.1", "//localhost"].iter().any(|host| rest.starts_with(host)) => {
                Target::External
            }
            "http" => Target::Broken("use https"),
            "mailto" if rest.contains('@') => Target::External,
            _ => Target::Broken("a scheme that pages do not use"),
        };
    }
    if link.contains(['%', ' ', '?', '\\']) {
        return Target::Broken("a path with escapes or a query");
    }
    let (file, anchor) = match link.split_once('#') {
        Some((file, anchor)) => (file, Some(anchor)),
        None => (link, None),
    };
    if file.is_empty() {
        return match anchor {
            Some(anchor) if !anchor.is_empty() => {
                Target::Inside { path: from.to_owned(), anchor: Some(anchor) }
            }
            _ => Target::Broken("no target"),
        };
    }
    if file.starts_with('/') {
        return Target::Broken("a path of the host; write it relative to this file");
    }
    match resolved(from.parent().unwrap_or(Path::new("")), file) {
        Some(path) => Target::Inside { path, anchor },
        None => Target::Broken("outside of the workspace"),
    }
}

fn external(rest: &str) -> Target<'static> {
    let host =
        rest.strip_prefix("//").and_then(|rest| rest.split(['/', '?', '#']).next()).unwrap_or_default();
    let is_host = host.contains('.')
        && host.split('.').all(|label| !label.is_empty())
        && host.chars().all(|one| one.is_ascii_alphanumeric() || ['.', '-', ':'].contains(&one));
    match is_host && !rest.contains([' ', '<', '>', '"']) {
        true => Target::External,
        false => Target::Broken("an address without a usable host"),
    }
}

/// Returns the file that a page of the site shows or offers, if it is not a page itself.
pub(super) fn asset(page: &Path, link: &Link) -> Option<PathBuf> {
    match target(page, &link.target) {
        Target::Inside { path, .. }
            if path.starts_with("docs") && path.extension().is_some_and(|end| end != "md") =>
        {
            Some(path)
        }
        _ => None,
    }
}

/// Returns what a link of a page becomes on the site. `sources` is the address of the repository.
pub(super) fn on_site(link: &str, page: &Path, books: &[Book], sources: Option<&str>) -> Shown {
    let Target::Inside { path, anchor } = target(page, link) else {
        return Shown::Address(link.into());
    };
    let is_page = books.iter().any(|book| book.pages().any(|other| other.path == path));
    let is_asset = path.starts_with("docs") && path.extension().is_some_and(|end| end != "md");
    let anchor = anchor.map(|anchor| format!("#{anchor}")).unwrap_or_default();
    if is_page || is_asset {
        let address = relative(&book::address(page), &book::address(&path));
        return Shown::Address(format!("{address}{anchor}"));
    }
    match sources {
        Some(repository) => Shown::Address(format!(
            "{}/blob/main/{}{anchor}",
            repository.trim_end_matches('/'),
            path.display()
        )),
        None => Shown::Text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Makes a workspace of documents.
    fn repository(root: &Path, files: &[(&str, &str)]) -> Repository {
        let mut documents = BTreeMap::new();
        for (name, text) in files {
            let path = root.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, text).unwrap();
            if name.ends_with(".md") {
                documents.insert(PathBuf::from(name), Document::parse(text));
            }
        }
        Repository { root: root.to_owned(), documents }
    }

    #[test]
    fn every_broken_link_is_reported_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let page = "# A\n[file](gone.md)\n[heading](b.md#gone)\n[own](#a)\n[none](#gone)\n[b](b.md#two)\n[data](data.json)\n\
                    [up](../README.md)\n[out](../../x)\n[host](/x)\n[plain](http://example.com)\n[no](https://example)\n\
                    [local](http://127.0.0.1:8000/x)\n[good](https://example.com/a#b)\n[line](data.json#L1)\n";
        let files = [
            ("docs/a.md", page),
            ("docs/b.md", "## Two\n"),
            ("docs/data.json", "{}"),
            ("README.md", "# R\n"),
        ];
        let problems = repository(folder.path(), &files).problems();
        assert_eq!(
            problems,
            [
                "docs/a.md:2: gone.md: no such file",
                "docs/a.md:3: b.md#gone: no such heading",
                "docs/a.md:5: #gone: no such heading",
                "docs/a.md:9: ../../x: outside of the workspace",
                "docs/a.md:10: /x: a path of the host; write it relative to this file",
                "docs/a.md:11: http://example.com: use https",
                "docs/a.md:12: https://example: an address without a usable host",
                "docs/a.md:15: data.json#L1: an anchor of a file that is no document",
            ]
        );
    }

    #[test]
    fn addresses_are_checked_by_syntax() {
        let is_good = |link: &str| target(Path::new("a.md"), link) == Target::External;
        assert!(is_good("https://developer.work.weixin.qq.com/document/path/90196"));
        assert!(is_good("mailto:security@example.com"));
        for broken in [
            "https://",
            "https:///x",
            "https://a..b/",
            "https://exa mple.com",
            "ftp://example.com",
            "javascript:x",
        ] {
            assert!(!is_good(broken), "{broken}");
        }
    }
}
