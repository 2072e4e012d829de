//! Runs every seed and every input of the stored corpus through its target.

use std::fs;

use wecom_fuzz_targets::{TARGETS, seeds};

#[test]
fn every_seed_passes_its_target() {
    for (name, target) in TARGETS {
        let seeds = seeds::seeds(name).unwrap();
        assert!(!seeds.is_empty(), "{name} has no seeds");
        for (number, seed) in seeds.iter().enumerate() {
            println!("{name}, seed {number}");
            target(seed);
        }
    }
}

#[test]
fn every_input_of_the_stored_corpus_passes_its_target() {
    for (name, target) in TARGETS {
        let folder = seeds::root().join("fuzz/corpus").join(name);
        let mut files: Vec<_> = fs::read_dir(&folder)
            .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
            .map(|entry| entry.unwrap().path())
            .collect();
        files.sort();
        assert!(!files.is_empty(), "{} is empty", folder.display());
        for file in files {
            // This output appears when the target panics.
            println!("{}", file.display());
            target(&fs::read(&file).unwrap());
        }
    }
}
