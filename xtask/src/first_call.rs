//! The programs of the page "The first call": each is run as the page shows it.
//!
//! The Rust program is compiled with the other guides.

use std::{fs, path::Path, process::Command};

use anyhow::{Context, Result};

use crate::{java::Java, report::Outcome, root};

const PAGES: [&str; 2] = ["docs/first-call.md", "docs/zh/first-call.md"];

/// What runs the programs of one language.
pub(crate) struct Runner<'a> {
    pub(crate) name: &'static str,
    /// The language of the code block.
    language: &'static str,
    file: &'static str,
    /// The program and its arguments before the file.
    command: Vec<&'a str>,
}

/// Returns the languages that can run here. `python` has wechatpy.
pub(crate) fn runners<'a>(python: &'a str, java: Option<&'a Java>) -> Vec<Runner<'a>> {
    let runner = |name, language, file, command| Runner { name, language, file, command };
    let mut runners = vec![
        runner("curl", "sh", "first.sh", vec!["sh"]),
        runner("Python", "python", "first.py", vec![python]),
        runner("Go", "go", "main.go", vec!["go", "run"]),
        runner("Node", "js", "first.mjs", vec!["node"]),
    ];
    runners.extend(java.map(|java| runner("Java", "java", "FirstCall.java", java.command())));
    runners
}

impl Runner<'_> {
    /// Runs the program against the simulator of this ready line.
    pub(crate) fn run(&self, ready: &str) -> Result<Outcome> {
        let program = program(PAGES[0], self.language)?;
        let folder = tempfile::tempdir()?;
        fs::write(folder.path().join(self.file), program)?;
        if self.language == "go" {
            for name in ["go.mod", "go.sum"] {
                fs::copy(root().join("tests/foreign/silenceper").join(name), folder.path().join(name))?;
            }
        }
        let ready: serde_json::Value = serde_json::from_str(ready)?;
        let value = |key: &str| ready[key].as_str().with_context(|| format!("the ready line has no {key}"));
        let output = Command::new(self.command[0])
            .args(&self.command[1..])
            .arg(self.file)
            .current_dir(folder.path())
            .env("WECOM_BASE_URL", value("url")?)
            .env("WECOM_CORP_ID", value("corp_id")?)
            .env("WECOM_AGENT_ID", ready["agent_id"].to_string())
            .env("WECOM_APP_SECRET", value("app_secret")?)
            .output();
        let Ok(output) = output else {
            return Ok(Outcome::NotRun(format!("{} is not installed", self.command[0])));
        };
        let printed = String::from_utf8_lossy(&output.stdout);
        if output.status.success() && printed.contains("张三") {
            return Ok(Outcome::Passed("the program of the page printed the name".into()));
        }
        let error = String::from_utf8_lossy(&output.stderr);
        Ok(Outcome::Failed(format!("it ended with {}: {printed}{error}", output.status)))
    }
}

/// Returns the first program of a language in a page.
pub(crate) fn program(page: &str, language: &str) -> Result<String> {
    blocks(&text(page)?)
        .into_iter()
        .find(|(found, _)| *found == language)
        .map(|(_, code)| code)
        .with_context(|| format!("{page} has no program in {language}"))
}

fn text(page: &str) -> Result<String> {
    fs::read_to_string(root().join(Path::new(page))).with_context(|| format!("cannot read {page}"))
}

/// Returns the code blocks of a page with their languages.
fn blocks(page: &str) -> Vec<(&str, String)> {
    let mut blocks = Vec::new();
    let mut open: Option<(&str, String)> = None;
    for line in page.lines() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(language)) => open = Some((language, String::new())),
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some((_, code)), None) => {
                code.push_str(line);
                code.push('\n');
            }
            (None, None) => {}
        }
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_show_the_same_programs() {
        let [english, chinese] = PAGES.map(|page| text(page).unwrap());
        assert_eq!(blocks(&english), blocks(&chinese));
        let languages: Vec<&str> = blocks(&english).iter().map(|(language, _)| *language).collect();
        assert_eq!(languages, ["text", "text", "sh", "rust,no_run", "python", "go", "js", "java"]);
    }

    #[test]
    fn both_languages_show_the_same_test_for_junit() {
        let [english, chinese] = ["docs/testing.md", "docs/zh/testing.md"].map(|page| {
            let program = program(page, "java").unwrap();
            let code = program.lines().filter(|line| !line.trim_start().starts_with("/**"));
            code.map(str::to_owned).collect::<Vec<_>>()
        });
        assert_eq!(english, chinese);
    }
}
