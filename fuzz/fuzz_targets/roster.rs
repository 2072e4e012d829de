//! See `wecom_fuzz_targets::roster`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| wecom_fuzz_targets::roster(data));
