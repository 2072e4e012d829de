//! The browser in which the suite opens pages.

use std::process::Command;

use anyhow::{Context, Result};
use headless_browser::Browser;

use crate::{
    cargo,
    install::{Product, install},
    run,
};

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

/// Writes the pictures of docs/pictures. The test that checks them takes them too, so that they show the page as it is.
pub(crate) fn take_pictures() -> Result<()> {
    provide()?;
    let filter = ["test", "-p", "wecom-sim", "--test", "it", "page::the_pictures"];
    run(cargo().args(filter).env("TXL_WRITE_PICTURES", "1").env("TZ", "Asia/Shanghai"))
}
