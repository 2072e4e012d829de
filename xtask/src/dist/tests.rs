//! The packages of an invented program.

use std::{collections::BTreeMap, io::Read};

use flate2::read::GzDecoder;

use super::*;

/// The beginning of a 64-bit ELF program with these kinds of program headers.
fn elf(kinds: &[u32]) -> Vec<u8> {
    let mut program = b"\x7fELF\x02\x01\x01".to_vec();
    program.resize(0x40, 0);
    program[0x20] = 0x40;
    program[0x36] = 0x38;
    program[0x38] = u8::try_from(kinds.len()).unwrap();
    for kind in kinds {
        let mut header = kind.to_le_bytes().to_vec();
        header.resize(0x38, 0);
        program.extend(header);
    }
    program
}

fn packed(program: &[u8]) -> (tempfile::TempDir, Result<Dist>) {
    let folder = tempfile::tempdir().unwrap();
    let built = folder.path().join("txl-built");
    fs::write(&built, program).unwrap();
    let target = Target::of_host("x86_64-unknown-linux-gnu");
    let dist = pack(&built, &target, &folder.path().join("dist"));
    (folder, dist)
}

fn unpacked(archive: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in tar::Archive::new(GzDecoder::new(archive)).entries().unwrap() {
        let mut entry = entry.unwrap();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        if entry.header().entry_type().is_file() {
            files.insert(String::from_utf8(entry.path_bytes().into_owned()).unwrap(), content);
        }
    }
    files
}

/// Returns the members of an `ar` archive.
fn members(mut archive: &[u8]) -> BTreeMap<String, Vec<u8>> {
    archive = archive.strip_prefix(b"!<arch>\n").unwrap();
    let mut members = BTreeMap::new();
    while !archive.is_empty() {
        let (header, rest) = archive.split_at(60);
        let header = std::str::from_utf8(header).unwrap();
        assert!(header.ends_with("`\n"), "{header:?}");
        let size: usize = header[48..58].trim().parse().unwrap();
        members.insert(header[..16].trim().to_owned(), rest[..size].to_vec());
        archive = &rest[size + size % 2..];
    }
    members
}

#[test]
fn one_program_is_in_every_package() {
    let program = elf(&[1, 6]);
    let (folder, dist) = packed(&program);
    let dist = dist.unwrap();
    let version = package::version().unwrap();
    assert_eq!(fs::read(&dist.program).unwrap(), program);

    let name = format!("txl-{version}-x86_64-unknown-linux-musl");
    let archive = unpacked(&fs::read(dist.folder.join(format!("{name}.tar.gz"))).unwrap());
    for file in ["txl", "LICENSE-APACHE", "LICENSE-MIT", "README.md", "CHANGELOG.md"] {
        assert!(archive.contains_key(&format!("{name}/{file}")), "{file} is missing: {:?}", archive.keys());
    }
    assert_eq!(archive[&format!("{name}/txl")], program);

    let package = members(&fs::read(dist.debian.unwrap()).unwrap());
    assert_eq!(package["debian-binary"], b"2.0\n");
    let data = unpacked(&package["data.tar.gz"]);
    assert_eq!(data["./usr/bin/txl"], program);
    let control = unpacked(&package["control.tar.gz"]);
    let fields = String::from_utf8(control["./control"].clone()).unwrap();
    for line in ["Package: txl", "Architecture: amd64", &format!("Version: {version}")] {
        assert!(fields.lines().any(|found| found == line), "{line} is missing: {fields}");
    }
    let sums = String::from_utf8(control["./md5sums"].clone()).unwrap();
    assert_eq!(sums.lines().count(), data.len(), "{sums}");
    let copyright = String::from_utf8(data["./usr/share/doc/txl/copyright"].clone()).unwrap();
    assert!(copyright.contains("License: MIT\n MIT License\n .\n"), "{copyright}");

    assert_eq!(fs::read(dist.folder.join("image/rootfs/usr/bin/txl")).unwrap(), program);
    drop(folder);
}

#[test]
fn the_checksums_are_those_of_all_files_for_users() {
    let (_folder, dist) = packed(&elf(&[1]));
    let folder = dist.unwrap().folder;
    let sums = fs::read_to_string(folder.join("SHA256SUMS")).unwrap();
    let mut names = Vec::new();
    for line in sums.lines() {
        let (sum, name) = line.split_once("  ").unwrap();
        assert_eq!(sum, hex(&Sha256::digest(fs::read(folder.join(name)).unwrap())), "{name}");
        names.push(name.split(['_', '-', '.']).next().unwrap());
    }
    assert_eq!(names, ["txl", "txl", "txl", "install"]);
}

#[test]
fn a_program_with_a_dynamic_loader_is_refused() {
    let (_folder, dist) = packed(&elf(&[6, 3, 1]));
    assert!(dist.unwrap_err().to_string().ends_with("is not static"));
    for broken in [&b"#!/bin/sh"[..], b"", &elf(&[1, 1])[..0x70]] {
        let (_folder, dist) = packed(broken);
        assert!(dist.unwrap_err().to_string().ends_with("is not a 64-bit ELF program"));
    }
}

#[test]
fn an_installer_without_an_address_keeps_its_placeholder() {
    let folder = tempfile::tempdir().unwrap();
    let written = |downloads| {
        write_installer(folder.path(), downloads).unwrap();
        fs::read_to_string(folder.path().join("install.sh")).unwrap()
    };
    assert!(written(None).contains("\npublished='@DOWNLOAD_BASE@'\n"));
    assert!(written(Some("https://example.com/v1")).contains("\npublished='https://example.com/v1'\n"));
}
