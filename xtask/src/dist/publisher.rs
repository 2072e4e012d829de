//! `packaging/publisher.toml`: the addresses, the publisher and the registry names, and what a release requires of them.

use std::fs;

use anyhow::{Context, Result, bail};
use toml::Table;

use crate::{package, root};

/// The file, below the root of the workspace.
const FILE: &str = "packaging/publisher.toml";
/// The keys of the file, by section.
const KEYS: [(&str, &[&str]); 3] = [
    ("publisher", &["name", "email"]),
    ("addresses", &["repository", "downloads"]),
    ("registries", &["crates_io", "pypi", "npm", "go", "container"]),
];
/// The sentence of the installation pages that is true until the first release.
const UNPUBLISHED: [(&str, &str); 2] =
    [("docs/install.md", "No package is published yet."), ("docs/zh/install.md", "目前所有软件包均未发布。")];

/// The values of the file.
#[derive(Debug)]
pub(crate) struct Publisher(Table);

impl Publisher {
    /// Reads the file.
    ///
    /// # Errors
    ///
    /// Returns an error if the file is not TOML, lacks a key, or has an unknown one.
    pub(crate) fn read() -> Result<Self> {
        let text = fs::read_to_string(root().join(FILE)).with_context(|| format!("cannot read {FILE}"))?;
        Self::parse(&text).with_context(|| FILE.to_owned())
    }

    fn parse(text: &str) -> Result<Self> {
        let table: Table = text.parse()?;
        for (section, keys) in KEYS {
            let values = table.get(section).and_then(|section| section.as_table());
            let values = values.with_context(|| format!("the section {section} is missing"))?;
            for key in keys {
                let value = values.get(*key).with_context(|| format!("{section}.{key} is missing"))?;
                value.as_str().with_context(|| format!("{section}.{key} is not a string"))?;
            }
            if let Some(unknown) = values.keys().find(|key| !keys.contains(&key.as_str())) {
                bail!("{section}.{unknown} is unknown");
            }
        }
        Ok(Self(table))
    }

    /// Returns a value; `None` for a placeholder.
    pub(crate) fn get(&self, section: &str, key: &str) -> Option<&str> {
        let value = self.0.get(section)?.get(key)?.as_str()?.trim();
        (!value.is_empty()).then_some(value)
    }

    /// Returns the address of the files of one version; `None` for a placeholder.
    pub(crate) fn downloads(&self, version: &str) -> Option<String> {
        Some(format!("{}/v{version}", self.get("addresses", "downloads")?.trim_end_matches('/')))
    }

    /// Returns the maintainer of a Debian package. A placeholder has an address that cannot exist (RFC 2606).
    pub(crate) fn maintainer(&self) -> String {
        let name = self.get("publisher", "name").unwrap_or("unpublished");
        let email = self.get("publisher", "email").unwrap_or("unpublished@example.invalid");
        format!("{name} <{email}>")
    }

    /// Returns what prevents a release.
    fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        for (section, keys) in KEYS {
            for key in keys {
                match self.get(section, key) {
                    None => problems.push(format!("{FILE}: {section}.{key} is not set")),
                    Some(value) => {
                        problems.extend(unusable(section, key, value).map(|why| format!("{FILE}: {why}")));
                    }
                }
            }
        }
        problems
    }
}

/// Returns why a value that is set cannot be published.
fn unusable(section: &str, key: &str, value: &str) -> Option<String> {
    match (section, key) {
        ("addresses", _) if !value.starts_with("https://") => {
            Some(format!("{section}.{key} must begin with https://"))
        }
        ("publisher", "email") if !value.contains('@') || value.contains(char::is_whitespace) => {
            Some(format!("{section}.{key} is not an e-mail address"))
        }
        // It is written into a Debian control file and into a shell script.
        _ if value.contains(|one: char| one.is_control() || "'\"\\$`<>".contains(one)) => {
            Some(format!("{section}.{key} has a character that packages do not take"))
        }
        _ => None,
    }
}

/// `cargo xtask release-check [TAG]`: refuses a release while anything is missing.
///
/// # Errors
///
/// Returns an error that lists everything that is missing.
pub(crate) fn release_check(tag: Option<&str>) -> Result<()> {
    let publisher = Publisher::read()?;
    let mut problems = publisher.problems();
    let manifest = fs::read_to_string(root().join("Cargo.toml"))?;
    let line = format!("repository = \"{}\"", publisher.get("addresses", "repository").unwrap_or_default());
    if !manifest.lines().any(|found| found == line) {
        problems
            .push(format!("Cargo.toml: [workspace.package] has another `repository` than {FILE}, or none"));
    }
    for (page, sentence) in UNPUBLISHED {
        if fs::read_to_string(root().join(page)).is_ok_and(|text| text.contains(sentence)) {
            problems.push(format!("{page} still says: {sentence}"));
        }
    }
    let expected = format!("v{}", package::version()?);
    if let Some(tag) = tag.filter(|tag| *tag != expected) {
        problems.push(format!("the tag is {tag}, but the version of Cargo.toml needs {expected}"));
    }
    if problems.is_empty() {
        eprintln!("{expected} can be released");
        return Ok(());
    }
    bail!("a release is not possible yet:\n  {}", problems.join("\n  "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complete() -> String {
        KEYS.iter()
            .map(|(section, keys)| {
                let values: String = keys
                    .iter()
                    .map(|key| match *key {
                        "email" => "email = \"packages@example.com\"\n".to_owned(),
                        key if *section == "addresses" => format!("{key} = \"https://example.com/{key}/\"\n"),
                        key => format!("{key} = \"example\"\n"),
                    })
                    .collect();
                format!("[{section}]\n{values}")
            })
            .collect()
    }

    #[test]
    fn a_release_lists_each_placeholder() {
        assert_eq!(Publisher::parse(&complete()).unwrap().problems(), [""; 0]);
        for (section, keys) in KEYS {
            for key in keys {
                let lines = complete();
                let mut inside = false;
                let text: String = lines
                    .lines()
                    .map(|line| {
                        if line.starts_with('[') {
                            inside = line == format!("[{section}]");
                        }
                        let is_it = inside && line.starts_with(&format!("{key} = "));
                        if is_it { format!("{key} = \" \"\n") } else { format!("{line}\n") }
                    })
                    .collect();
                let problems = Publisher::parse(&text).unwrap().problems();
                assert_eq!(problems, [format!("{FILE}: {section}.{key} is not set")]);
            }
        }
    }

    #[test]
    fn values_that_would_break_a_package_are_refused() {
        for (key, value, why) in [
            ("addresses.downloads", "http://example.com", "must begin with https://"),
            ("publisher.email", "nowhere", "is not an e-mail address"),
            ("publisher.name", "$(id)", "has a character that packages do not take"),
            ("publisher.name", "a\\nDepends: b", "has a character that packages do not take"),
        ] {
            let (section, name) = key.split_once('.').unwrap();
            let text: String = complete()
                .lines()
                .map(|line| match line.split_once(" = ") {
                    Some((found, _)) if found == name => format!("{name} = \"{value}\"\n"),
                    _ => format!("{line}\n"),
                })
                .collect();
            let problems = Publisher::parse(&text).unwrap().problems();
            assert_eq!(problems, [format!("{FILE}: {section}.{name} {why}")], "{text}");
        }
    }

    #[test]
    fn the_file_has_all_keys_and_no_other() {
        Publisher::read().unwrap();
        let missing = complete().replace("npm = \"example\"\n", "");
        assert_eq!(Publisher::parse(&missing).unwrap_err().to_string(), "registries.npm is missing");
        let unknown = complete() + "nuget = \"\"\n";
        assert_eq!(Publisher::parse(&unknown).unwrap_err().to_string(), "registries.nuget is unknown");
    }

    #[test]
    fn the_files_of_a_version_have_a_folder_of_their_own() {
        let publisher = Publisher::parse(&complete()).unwrap();
        assert_eq!(publisher.downloads("1.2.3").unwrap(), "https://example.com/downloads/v1.2.3");
        assert_eq!(publisher.maintainer(), "example <packages@example.com>");
    }

    #[test]
    fn the_installation_pages_say_that_nothing_is_published_while_placeholders_are_left() {
        let unset = !Publisher::read().unwrap().problems().is_empty();
        for (page, sentence) in UNPUBLISHED {
            let text = fs::read_to_string(root().join(page)).unwrap();
            assert!(text.contains(sentence) || !unset, "{page} lacks: {sentence}");
        }
    }
}
