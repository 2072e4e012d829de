//! `cargo xtask recordings`: the pages and pictures that show what the command prints.
//!
//! `txl` runs against a simulator with a stopped clock and a fixed corp, so each run prints the same text. The results are
//! stored below `docs`. A stored file that differs from the present output fails the suite.

mod error_codes;
mod session;
mod svg;

use std::{env, fs, path::PathBuf};

use anyhow::{Context, Result, bail};

use crate::{cargo, root, run, target};

const UPDATE: &str = "cargo xtask recordings --write";

/// A file below `docs` that is made from the output of the command.
struct Made {
    path: PathBuf,
    content: String,
}

/// Compares the stored files with what the command prints, or writes them.
///
/// # Errors
///
/// Returns an error if a stored file differs, or if a command ends otherwise than the session expects.
pub(crate) fn check(write: bool) -> Result<()> {
    let txl = match env::var_os("TXL_BINARY") {
        Some(binary) => PathBuf::from(binary),
        None => {
            run(cargo().args(["build", "--package", "txl"]))?;
            target().join("debug/txl")
        }
    };
    let mut made = error_codes::pages(&txl)?;
    for session in &session::SESSIONS {
        for language in &session::LANGUAGES {
            let name = format!("docs/pictures/{}{}", session.name, language.ending);
            let transcript = session.record(&txl, language).with_context(|| format!("the session {name}"))?;
            let picture = svg::picture(session.title.of(language), &transcript);
            made.push(Made { path: format!("{name}.svg").into(), content: picture });
            made.push(Made { path: format!("{name}.txt").into(), content: transcript });
        }
    }
    let mut differing = Vec::new();
    for Made { path, content } in &made {
        let stored = root().join(path);
        let before = fs::read_to_string(&stored).unwrap_or_default();
        if before == *content {
            continue;
        }
        if write {
            if let Some(folder) = stored.parent() {
                fs::create_dir_all(folder)?;
            }
            fs::write(&stored, content)?;
            eprintln!("written: {}", path.display());
        } else {
            eprintln!("{}: {}", path.display(), first_difference(&before, content));
            differing.push(path.display().to_string());
        }
    }
    if !differing.is_empty() {
        bail!(
            "the command prints something else than {}; if that is intended: {UPDATE}",
            differing.join(", ")
        );
    }
    eprintln!("recordings: {} files are what the command prints", made.len());
    Ok(())
}

/// Describes the first line that differs.
fn first_difference(before: &str, now: &str) -> String {
    let (mut before, mut now) = (before.lines(), now.lines());
    let mut number = 1;
    loop {
        match (before.next(), now.next()) {
            (one, other) if one == other && one.is_some() => number += 1,
            (one, other) => {
                let shown =
                    |line: Option<&str>| line.map_or("the end".to_owned(), |line| format!("`{line}`"));
                return format!("line {number} was {} and is {}", shown(one), shown(other));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_named_with_its_line() {
        assert_eq!(first_difference("a\nb\n", "a\nc\n"), "line 2 was `b` and is `c`");
        assert_eq!(first_difference("a\n", "a\nc\n"), "line 2 was the end and is `c`");
        assert_eq!(first_difference("a\nb\n", "a\n"), "line 2 was `b` and is the end");
    }
}
