//! See `wecom_fuzz_targets::mending`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| wecom_fuzz_targets::mending(data));
