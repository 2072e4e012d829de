//! `txl tour`: every call of the SDK, once, with its result checked, against an embedded simulator over real HTTP.

mod engine;

use clap::Args;

use crate::{
    failure::Result,
    output::{Format, Output},
};

/// Show every call of the contacts API working against a simulator
#[derive(Args)]
pub(crate) struct Tour {
    /// Print one JSON object a line, and a summary last
    #[arg(long)]
    json: bool,
}

impl Tour {
    pub(crate) async fn run(self, output: Output) -> Result {
        let engine = engine::Engine::new(self.json || output.format == Format::Json);
        engine.finish("the embedded simulator")
    }
}
