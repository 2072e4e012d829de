//! The Java programs of the pages. Maven gets their dependencies, which are in `tests/foreign/java/pom.xml`.

use std::{
    env, fs,
    path::{self, Path},
    process::Command,
};

use anyhow::{Context, Result};

use crate::{first_call::program, report::Outcome, root, target};

/// The page with the test for `JUnit`.
const TESTING: &str = "docs/testing.md";

/// Java with the dependencies of the programs.
pub(crate) struct Java {
    class_path: String,
}

impl Java {
    /// Looks for Java and Maven, and gets the dependencies. Returns the reason if the programs cannot run here.
    pub(crate) fn find() -> Result<Result<Self, String>> {
        for program in ["java", "mvn"] {
            if Command::new(program).arg("-version").output().is_err() {
                return Ok(Err(format!("{program} is not installed")));
            }
        }
        let folder = path::absolute(target())?.join("foreign/java");
        fs::create_dir_all(&folder)?;
        let file = folder.join("class-path");
        let mut maven = maven(&root().join("tests/foreign/java"));
        let gets =
            maven.arg("dependency:build-classpath").arg(format!("-Dmdep.outputFile={}", file.display()));
        if !gets.output()?.status.success() {
            return Ok(Err("Maven cannot get the dependencies (no package index?)".into()));
        }
        Ok(Ok(Self { class_path: fs::read_to_string(file)? }))
    }

    /// Returns the command that runs a source file, without the file.
    pub(crate) fn command(&self) -> Vec<&str> {
        // Java 17 has one of these properties, later versions have the other.
        let properties = ["-Dfile.encoding=UTF-8", "-Dsun.stdout.encoding=UTF-8", "-Dstdout.encoding=UTF-8"];
        ["java"].into_iter().chain(properties).chain(["-cp", self.class_path.trim()]).collect()
    }

    /// Runs the test for `JUnit`, which starts its own simulator.
    pub(crate) fn junit(&self) -> Result<Outcome> {
        let folder = tempfile::tempdir()?;
        let sources = folder.path().join("src/test/java");
        fs::create_dir_all(&sources)?;
        fs::write(sources.join("ContactsTest.java"), program(TESTING, "java")?)?;
        fs::copy(root().join("tests/foreign/java/pom.xml"), folder.path().join("pom.xml"))?;
        let programs = env::var_os("PATH").unwrap_or_default();
        let programs =
            [path::absolute(target())?.join("debug")].into_iter().chain(env::split_paths(&programs));
        let output = maven(folder.path())
            .arg("test")
            .env("PATH", env::join_paths(programs)?)
            .output()
            .context("cannot start mvn")?;
        let printed = String::from_utf8_lossy(&output.stdout);
        let summary = printed.lines().rev().find_map(|line| Some(&line[line.find("Tests run:")?..]));
        Ok(match summary {
            Some(tests) if output.status.success() => Outcome::Passed(tests.to_owned()),
            _ => Outcome::Failed(format!("Maven ended with {}: {printed}", output.status)),
        })
    }
}

fn maven(folder: &Path) -> Command {
    let mut command = Command::new("mvn");
    command.args(["--batch-mode", "--no-transfer-progress"]).current_dir(folder);
    command
}
