//! Every seed through its target.

use wecom_fuzz_targets::{TARGETS, seeds};

#[test]
fn every_seed_passes_its_target() {
    for (name, target) in TARGETS {
        let seeds = seeds::seeds(name).unwrap();
        assert!(!seeds.is_empty(), "{name} starts from nothing");
        for (number, seed) in seeds.iter().enumerate() {
            println!("{name}, seed {number}");
            target(seed);
        }
    }
}
