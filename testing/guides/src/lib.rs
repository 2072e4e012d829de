//! Compiles and runs the Rust examples of the READMEs and of the guides in `docs/`.
//!
//! A published crate cannot do this, because its package contains no files from other folders. The README of a crate is compiled by the crate itself.

/// One item for each page with Rust examples. `cargo xtask test` fails if a page is missing here.
#[cfg(doctest)]
mod pages {
    #[doc = include_str!("../../../README.md")]
    struct Readme;
    #[doc = include_str!("../../../README.zh-CN.md")]
    struct ReadmeInChinese;
    #[doc = include_str!("../../../docs/first-call.md")]
    struct FirstCall;
    #[doc = include_str!("../../../docs/zh/first-call.md")]
    struct FirstCallInChinese;
    #[doc = include_str!("../../../docs/testing.md")]
    struct Testing;
    #[doc = include_str!("../../../docs/zh/testing.md")]
    struct TestingInChinese;
    #[doc = include_str!("../../../docs/simulator.md")]
    struct Simulator;
    #[doc = include_str!("../../../docs/zh/simulator.md")]
    struct SimulatorInChinese;
}
