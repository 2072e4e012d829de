//! A fresh Debian without Rust, made by debootstrap. Its package source is the first one of this machine's apt, so no address is written here.

use std::{fs, path::PathBuf, process::Command, time::Instant};

use anyhow::{Context, Result, ensure};

use super::{
    packages,
    usage::{Root, find, output, use_it},
};
use crate::{
    dist::Dist,
    file_server,
    install::{Product, install, is_in_path},
    report::Outcome,
    target,
};

const DEBOOTSTRAP: Product = Product {
    name: "debootstrap",
    is_present: || is_in_path("debootstrap") || PathBuf::from("/usr/sbin/debootstrap").exists(),
    help: "Install debootstrap.",
    packages: |_| &["debootstrap"],
    debian: None,
};

pub(super) fn test(dist: &Dist) -> Result<Outcome> {
    let Some(package) = &dist.debian else {
        return Ok(Outcome::NotRun("its packages are built only on Linux".into()));
    };
    if !dist.is_static {
        return Ok(Outcome::NotRun("it takes a static binary, and Rust's musl target is missing".into()));
    }
    if find("apt-get").is_none() {
        return Ok(Outcome::NotRun("this machine has no apt-get, whose package source is used".into()));
    }
    if let Some(why) = Root::refusal() {
        return Ok(Outcome::NotRun(format!("this user cannot change the root of a program: {why}")));
    }
    let root = match fresh() {
        Ok(root) => root,
        Err(error) => return Ok(Outcome::NotRun(format!("debootstrap failed: {error:#}"))),
    };
    let address = file_server::serve(file_server::folder(&dist.folder)?)?;
    let mut timed = Vec::new();
    let mut time = |what: &str, action: &dyn Fn() -> Result<()>| -> Result<()> {
        let started = Instant::now();
        action().with_context(|| what.to_owned())?;
        timed.push(format!("{what} {:.1} s", started.elapsed().as_secs_f64()));
        Ok(())
    };

    fs::copy(&dist.program, root.0.join("root/txl"))?;
    time("binary", &|| use_it(|| root.command("/root/txl")))?;

    fs::copy(package, root.0.join("root/txl.deb"))?;
    time("Debian package", &|| {
        output(root.command("/usr/bin/apt-get").args(["install", "-qq", "--yes", "/root/txl.deb"]))?;
        use_it(|| root.command("/usr/bin/txl"))
    })?;
    output(root.command("/usr/bin/apt-get").args(["purge", "-qq", "--yes", "txl"]))?;
    ensure!(!root.0.join("usr/bin/txl").exists(), "the program is left after the removal");

    fs::copy(dist.folder.join("install.sh"), root.0.join("root/install.sh"))?;
    let has_downloader = root.0.join("usr/bin/wget").exists() || root.0.join("usr/bin/curl").exists();
    ensure!(has_downloader, "the root lacks curl and wget");
    time("install script", &|| {
        let mut script = root.command("/bin/sh");
        script.arg("/root/install.sh").env("HOME", "/root").env("TXL_DOWNLOAD_BASE", &address);
        output(&mut script)?;
        use_it(|| root.command("/root/.local/bin/txl"))
    })?;
    for wheel in wheels(dist)? {
        let name = wheel.file_name().unwrap_or_default().to_string_lossy().into_owned();
        fs::copy(&wheel, root.0.join("root").join(&name))?;
        output(root.command("/usr/bin/python3").args(["-m", "venv", "/root/venv"]))?;
        time("wheel", &|| {
            let mut install = root.command("/root/venv/bin/pip");
            output(install.args(["install", "--quiet", "--no-index", &format!("/root/{name}")]))?;
            use_it(|| root.command("/root/venv/bin/txl"))
        })?;
    }
    Ok(Outcome::Passed(format!("installed and used in one command each: {}", timed.join(", "))))
}

/// Returns the wheels that the suite of the Python client made.
fn wheels(dist: &Dist) -> Result<Vec<PathBuf>> {
    let mut wheels = Vec::new();
    for entry in fs::read_dir(packages(dist))? {
        wheels.extend(Some(entry?.path()).filter(|path| path.extension().is_some_and(|end| end == "whl")));
    }
    Ok(wheels)
}

/// Returns a fresh root. The downloaded one is kept below cargo's folder and copied.
fn fresh() -> Result<Root> {
    let folder = target().join("test-clients");
    let (kept, root) = (folder.join("debian"), folder.join("debian-in-use"));
    fs::create_dir_all(&folder)?;
    if !kept.exists() {
        install(&DEBOOTSTRAP)?;
        let (source, release) = package_source()?;
        let draft = folder.join("debian-draft");
        remove(&draft)?;
        let mut bootstrap = Command::new("debootstrap");
        bootstrap.env("PATH", path_with_sbin());
        bootstrap
            .args(["--variant=minbase", "--include=wget,python3-venv", &release])
            .arg(&draft)
            .arg(&source);
        output(&mut bootstrap)?;
        fs::rename(&draft, &kept)?;
    }
    remove(&root)?;
    output(Command::new("cp").arg("-a").arg(&kept).arg(&root))?;
    Ok(Root(root))
}

fn remove(folder: &PathBuf) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("cannot remove {}", folder.display()))?;
    }
    Ok(())
}

/// Returns the address and the release of the first package source of this machine.
fn package_source() -> Result<(String, String)> {
    let format = "$(CREATED_BY) $(REPO_URI) $(RELEASE)";
    let listed = output(Command::new("apt-get").args(["indextargets", "--format", format]))?;
    let mut sources = listed.lines().filter_map(|line| {
        let (address, release) = line.strip_prefix("Packages ")?.rsplit_once(' ')?;
        Some((address.to_owned(), release.to_owned()))
    });
    // debootstrap has one script for each release, and none for `bookworm-updates`.
    let is_known = |release: &str| PathBuf::from("/usr/share/debootstrap/scripts").join(release).exists();
    sources.find(|(_, release)| is_known(release)).context("apt has no source of a whole release")
}

fn path_with_sbin() -> String {
    format!("{}:/usr/sbin:/sbin", std::env::var("PATH").unwrap_or_default())
}
