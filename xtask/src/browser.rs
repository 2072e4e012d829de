//! The browser in which the suite opens pages.

use std::process::Command;

use anyhow::{Context, Result};
use headless_browser::Browser;

use crate::install::{Product, install};

pub(crate) const CHROMIUM: Product = Product {
    name: "Chromium",
    is_present: || Browser::program().is_some(),
    help: headless_browser::INSTALL,
    packages: |tool| match tool {
        "dnf" => &["chromium-headless", "chromium"],
        _ => &["chromium"],
    },
    debian: None,
};

/// Installs the browser if it is missing. Returns its name and version for the summary.
pub(crate) fn provide() -> Result<String> {
    install(&CHROMIUM)?;
    let program = Browser::program().context(headless_browser::INSTALL)?;
    let output = Command::new(program).arg("--version").output().context("Chromium does not start")?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
