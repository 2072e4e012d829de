//! The files of the container image, as `packaging/Containerfile` takes them.

use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use anyhow::{Context, Result};

use super::contents::{Contents, Place};

/// User and group of the programs in the image.
const USER: u32 = 65_532;
/// Everyone can write, and no one can remove the files of others.
const SHARED: u32 = 0o1777;

/// Writes `rootfs`, the root of the image, and `home`, the home directory of its user.
pub(super) fn write(folder: &Path, contents: &Contents) -> Result<()> {
    for old in ["rootfs", "home"] {
        if folder.join(old).exists() {
            fs::remove_dir_all(folder.join(old)).with_context(|| format!("cannot replace {old}"))?;
        }
    }
    fs::create_dir_all(folder.join("home"))?;
    let root = folder.join("rootfs");
    for (place, file) in contents.files() {
        let path = match place {
            Place::Program => format!("usr/bin/{}", file.path),
            Place::Licence => format!("usr/share/doc/txl/{}", file.path),
            _ => continue,
        };
        put(&root.join(path), &file.content, if file.executable { 0o755 } else { 0o644 })?;
    }
    let passwd = format!("root:x:0:0:root:/:/\ntxl:x:{USER}:{USER}:txl:/home/txl:/\n");
    put(&root.join("etc/passwd"), passwd.as_bytes(), 0o644)?;
    put(&root.join("etc/group"), format!("root:x:0:\ntxl:x:{USER}:\n").as_bytes(), 0o644)?;
    fs::create_dir_all(root.join("tmp"))?;
    fs::set_permissions(root.join("tmp"), fs::Permissions::from_mode(SHARED))?;
    Ok(())
}

fn put(path: &Path, content: &[u8], mode: u32) -> Result<()> {
    fs::create_dir_all(path.parent().context("a file is in a folder")?)?;
    fs::write(path, content).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(fs::set_permissions(path, fs::Permissions::from_mode(mode))?)
}
