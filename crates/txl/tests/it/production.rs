//! A build without the feature `sim`.

use std::process::Command;

/// Returns the packages of the command, as resolved by cargo.
fn packages(features: &[&str]) -> String {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args([
        "tree",
        "--package",
        "txl",
        "--edges",
        "normal",
        "--prefix",
        "none",
        "--offline",
        "--locked",
    ]);
    let output = command.args(features).current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_production_build_has_neither_simulator_nor_multipart_parser() {
    let has =
        |packages: &str, name: &str| packages.lines().any(|line| line.starts_with(&format!("{name} v")));
    let (all, production) = (packages(&[]), packages(&["--no-default-features"]));
    for name in ["wecom-sim", "multer"] {
        assert!(has(&all, name) && !has(&production, name), "{name}");
    }
    assert!(has(&production, "wecom-contacts"));
}
