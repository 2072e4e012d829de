//! `txl tour`: every call of the SDK, once, with its result checked, against an embedded simulator over real HTTP.
//!
//! `engine` runs and prints the steps, and `stage` holds the objects they use. Each chapter has its own file, in the order and under
//! the names of PowerWeChat's manual. Chapters that the manual lacks follow the nearest chapter that it has.

mod auth;
mod callbacks;
mod contact_rules;
mod corp_groups;
mod departments;
mod engine;
mod exports;
mod imports;
mod inbox;
mod linked_corps;
mod media;
mod members;
mod mirror;
mod rosters;
mod stage;
mod tags;

use clap::Args;
use wecom_sim::Sim;

use self::{engine::Engine, stage::Stage};
use crate::{
    access::{Simulator, SimulatorFlags},
    failure::{Failure, Result},
    language::EnglishData,
    messages::{self, tour::Target},
    output::{Format, Output, say},
};

/// Run every call of the contacts API against a simulator
///
/// Each step makes one call and checks its result against the state of the simulated corp. --base-url names a running simulator
/// (`txl sim`). Defaults to an embedded one. The tour creates, changes and deletes members, so it refuses any server that is not a
/// simulator. At its end it removes the objects that it created, and all callback URLs of the simulator.
#[derive(Args)]
pub(crate) struct Tour {
    /// Print one JSON object per line, {"chapter","title","call","endpoint","ok","ms","note"}, and a summary at the end
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    simulator: SimulatorFlags,
}

impl Tour {
    pub(crate) async fn run(self, output: Output) -> Result {
        let format = if self.json { Format::Jsonl } else { output.format };
        let mut tour = Engine::new(output.in_format(format));
        let (mut stage, where_to) = match self.simulator.named() {
            Some(address) => {
                let stage = Stage::new(&address, None).await?;
                stage
                    .console
                    .must_be_there()
                    .await
                    .map_err(|failure| failure.remedy(messages::tour::point_it_at_a_simulator()))?;
                (stage, Target::BaseUrl)
            }
            None => (embedded().await?, Target::Embedded),
        };
        let data = (format != Format::Table).then(EnglishData::begin);
        auth::run(&mut tour, &stage).await;
        members::run(&mut tour, &mut stage).await;
        departments::run(&mut tour, &stage).await;
        tags::run(&mut tour, &stage).await;
        contact_rules::run(&mut tour, &stage).await;
        media::run(&mut tour, &stage).await;
        imports::run(&mut tour, &stage).await;
        callbacks::run(&mut tour, &stage).await;
        linked_corps::run(&mut tour, &stage).await;
        corp_groups::run(&mut tour, &stage).await;
        exports::run(&mut tour, &stage).await;
        let mirror = mirror::run(&mut tour, &stage).await;
        rosters::run(&mut tour, &stage, mirror.as_ref()).await;
        drop(data);
        if let Err(failure) = departments::clear_away(&stage).await {
            say(messages::tour::not_cleared_away(failure));
        }
        tour.finish(where_to)
    }
}

async fn embedded() -> Result<Stage> {
    let sim = Sim::builder()
        .running_clock(true)
        .start()
        .await
        .map_err(|error| Failure::new(messages::tour::simulator_does_not_start()).because(&error))?;
    let address = Simulator {
        base_url: sim.url().to_owned(),
        corp_id: sim.corp_id().to_owned(),
        contacts_secret: sim.contacts_secret().to_owned(),
        agent_id: sim.agent_id(),
        app_secret: sim.app_secret().to_owned(),
    };
    Stage::new(&address, Some(sim)).await
}
