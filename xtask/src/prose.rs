//! `cargo xtask prose`: searches documents, help texts and rustdoc for idioms that are difficult for readers of English as a second language.
//!
//! It only warns. A hit can be correct, so a person decides. Replacing only the word does not help: rebuild the sentence, with the subject first and
//! one idea.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::root;

/// Idioms in whole words and in lower case.
const IDIOMS: [&str; 13] = [
    "unless told",
    "as told",
    "is told",
    "are told",
    "tells of",
    "told of",
    "so many",
    "so much as",
    "whoever",
    "nobody",
    "anew",
    "where there is none",
    "stands",
];

/// The kind of a file. It decides which text is prose.
#[derive(Clone, Copy)]
enum Kind {
    /// All text outside of code blocks.
    Markdown,
    /// Doc comments.
    Rustdoc,
    /// Doc comments and string literals: the messages of the command.
    Messages,
}

/// Prints the lines with idioms. It never fails.
pub(crate) fn warn() {
    let mut files = Vec::new();
    collect(&root(), &mut files);
    files.sort();
    let mut count = 0;
    for path in files {
        let Ok(text) = fs::read_to_string(&path) else { continue };
        let path = path.strip_prefix(root()).unwrap_or(&path);
        for (line, idiom) in found(&text, kind(path)) {
            eprintln!("{}:{line}: \"{idiom}\"", path.display());
            count += 1;
        }
    }
    eprintln!("prose: {count} idioms to look at (see CONTRIBUTING.md)");
}

fn kind(path: &Path) -> Kind {
    match path.extension().is_some_and(|end| end == "md") {
        true => Kind::Markdown,
        false if path.starts_with("crates/txl/src/messages") => Kind::Messages,
        false => Kind::Rustdoc,
    }
}

/// Finds the documents and sources below a folder. Tests, hidden folders and build output are skipped.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() {
            let is_github = name == ".github";
            if is_github || !(name.starts_with('.') || ["target", "tests", "fuzz", "xtask"].contains(&&*name))
            {
                collect(&path, files);
            }
        } else if name.ends_with(".rs") || name.ends_with(".md") {
            files.push(path);
        }
    }
}

/// Returns the idioms of a text with their line numbers.
fn found(text: &str, kind: Kind) -> Vec<(usize, &'static str)> {
    let mut hits = Vec::new();
    let mut is_code = false;
    for (line, number) in text.lines().zip(1..) {
        let trimmed = line.trim_start();
        let prose = match kind {
            Kind::Markdown => trimmed,
            Kind::Messages if !trimmed.starts_with("//") => trimmed,
            Kind::Messages | Kind::Rustdoc => {
                let Some(comment) = trimmed.strip_prefix("///").or_else(|| trimmed.strip_prefix("//!"))
                else {
                    continue;
                };
                comment.trim_start()
            }
        };
        if prose.starts_with("```") {
            is_code = !is_code;
        } else if !is_code {
            // Every second part between backticks is code.
            let prose: String = prose.to_lowercase().split('`').step_by(2).collect::<Vec<_>>().join("`");
            hits.extend(IDIOMS.into_iter().filter(|idiom| has(&prose, idiom)).map(|idiom| (number, idiom)));
        }
    }
    hits
}

/// Returns whether a text contains these words as whole words.
fn has(text: &str, words: &str) -> bool {
    text.match_indices(words).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + words.len()..].chars().next();
        ![before, after].into_iter().flatten().any(|one| one.is_ascii_alphanumeric() || one == '_')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn idioms_are_found_only_in_prose() {
        let page = "Nobody waits.\n```rust\nassert!(nobody);\n```\nThe id `nobody` is free. Whoever asks is told.\nUnderstands.\n";
        assert_eq!(found(page, Kind::Markdown), [(1, "nobody"), (5, "is told"), (5, "whoever")]);
    }

    #[test]
    fn doc_comments_are_prose_and_other_comments_are_not() {
        let code = "/// 20 unless told otherwise.\n// so many\nlet stands = 1;\n//! Sealed anew.\nmessage!(en: \"nobody\")\n";
        assert_eq!(found(code, Kind::Rustdoc), [(1, "unless told"), (4, "anew")]);
        assert_eq!(
            found(code, Kind::Messages),
            [(1, "unless told"), (3, "stands"), (4, "anew"), (5, "nobody")]
        );
    }
}
