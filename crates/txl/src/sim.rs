//! `txl sim`: serves the simulator until it is interrupted.

use std::{
    io,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use clap::Args;
use serde_json::{Value, json};
use wecom_sim::{FaultRules, Rates, Sim};

use crate::{
    access::{GivenSecret, SimAppSecret, SimContactsSecret, SimUrlKey, SimUrlToken},
    failure::{Failure, Result},
    file::{self, Draft},
    listener::{address, cannot_listen},
    messages, numbers,
    output::{print_json_line, say},
    signals,
};

/// Serve a simulator of the WeCom contacts server until interrupted
///
/// Nothing is registered, and nothing leaves this machine unless --callback-url or --allow-outgoing names another. When it is ready it prints one JSON line on stdout:
/// {"url","corp_id","contacts_secret","agent_id","app_secret","callback":{"token","aes_key"}}.
/// The rights are those of today's WeCom: the contacts-sync secret (通讯录同步) writes and reads ids, the app (自建应用) reads
/// details without sensitive fields. Clients that use one secret for all calls need --legacy.
#[derive(Args)]
pub(crate) struct Serve {
    /// Where to listen; port 0 takes a free one
    #[arg(long, env = "TXL_SIM_LISTEN", value_name = "ADDRESS", default_value = "127.0.0.1:0", value_parser = address)]
    listen: SocketAddr,

    /// The corp's id (企业ID)
    #[arg(long, env = "TXL_SIM_CORP_ID", value_name = "ID", default_value = "ww1234567890abcdef")]
    corp_id: String,

    #[command(flatten)]
    contacts_secret: GivenSecret<SimContactsSecret>,

    /// The app's id (应用 agentid)
    #[arg(long, env = "TXL_SIM_AGENT_ID", value_name = "ID", default_value_t = 1_000_002, value_parser = numbers::id::<u32>)]
    agent_id: u32,

    #[command(flatten)]
    app_secret: GivenSecret<SimAppSecret>,

    /// Give the old rights: both secrets read everything
    #[arg(long, env = "TXL_SIM_LEGACY", value_parser = clap::builder::FalseyValueParser::new())]
    legacy: bool,

    /// Fill the corp with this many invented members, 2,000,000 at most, equal for equal --seed; a small corp without it
    #[arg(long, env = "TXL_SIM_MEMBERS", value_name = "NUMBER", value_parser = numbers::whole::<u32>(0..=2_000_000))]
    members: Option<u32>,

    /// How many departments they sit in; one for every twenty members without it
    #[arg(long, env = "TXL_SIM_DEPARTMENTS", value_name = "NUMBER", value_parser = numbers::id::<u32>)]
    departments: Option<u32>,

    /// What to draw the invented people from
    #[arg(long, env = "TXL_SIM_SEED", value_name = "NUMBER", default_value_t = 1, value_parser = numbers::whole::<u64>(0..=u64::MAX))]
    seed: u64,

    /// Where to deliver contacts events (接收事件服务器); it is verified at the start
    #[arg(long, env = "TXL_SIM_CALLBACK_URL", value_name = "URL")]
    callback_url: Option<String>,

    #[command(flatten)]
    callback_token: GivenSecret<SimUrlToken>,

    #[command(flatten)]
    callback_aes_key: GivenSecret<SimUrlKey>,

    /// Keep WeCom's published frequency limits: 45009 beyond 10,000 calls of one API a minute, and so on (doc 90312)
    #[arg(long, env = "TXL_SIM_RATES", value_parser = clap::builder::FalseyValueParser::new())]
    rates: bool,

    /// What goes wrong from the start: a JSON file as `PUT /_sim/faults` takes it (docs/simulator.md)
    #[arg(long, env = "TXL_SIM_FAULTS", value_name = "PATH")]
    faults: Option<PathBuf>,

    /// Let the clock run so many times as fast as real time; at 60 a token of two hours lives for two minutes
    #[arg(long, env = "TXL_SIM_CLOCK_SPEED", value_name = "NUMBER", default_value_t = 1.0)]
    clock_speed: f64,

    /// Another name by which the control surface is reached while the server listens on a loopback address; repeatable
    #[arg(long = "allow-host", env = "TXL_SIM_ALLOW_HOST", value_name = "NAME", value_delimiter = ',')]
    allow_hosts: Vec<String>,

    /// Where callbacks and downloads may go beside loopback addresses and --callback-url; repeatable
    #[arg(long, env = "TXL_SIM_ALLOW_OUTGOING", value_name = "HOST[:PORT]", value_delimiter = ',')]
    allow_outgoing: Vec<String>,

    /// Write the ready line into this file too, once it is complete
    #[arg(long, env = "TXL_SIM_READY_FILE", value_name = "PATH")]
    ready_file: Option<PathBuf>,
}

impl Serve {
    pub(crate) async fn run(self) -> Result {
        // A file of an earlier run would point whoever waits for it to a dead server.
        if let Some(path) = &self.ready_file {
            file::remove(path)?;
        }
        // The signals are caught before the ready line invites anybody to send one.
        let stop = signals::take_over();
        let sim = self.start().await?;
        if !sim.address().ip().is_loopback() {
            say(messages::sim::anybody_can_reach_it(sim.address(), !self.allow_outgoing.is_empty()));
        }
        let ready = self.ready(&sim)?;
        if let Some(path) = &self.ready_file {
            let mut draft = Draft::new(path)?;
            draft.write(format!("{ready}\n").as_bytes())?;
            draft.finish()?;
        }
        match print_json_line(&ready) {
            // Whoever started us may watch the ready file alone.
            Err(failure)
                if self.ready_file.is_none()
                    || !(failure.is_hang_up() || startup_streams::stdout_was_closed()) =>
            {
                return Err(failure);
            }
            _ => {}
        }
        say(messages::sim::serving(sim.corp_id(), sim.url()));
        stop.await;
        sim.stop().await;
        Ok(())
    }

    async fn start(&self) -> Result<Sim> {
        let mut builder = Sim::builder()
            .listen(self.listen)
            .corp_id(&self.corp_id)
            .contacts_secret(self.contacts_secret.get()?.unwrap_or("sim-contacts-secret"))
            .app(self.agent_id, self.app_secret.get()?.unwrap_or("sim-app-secret"))
            .legacy(self.legacy)
            .clock_speed(self.clock_speed)
            .allow_hosts(&self.allow_hosts)
            .allow_outgoing(&self.allow_outgoing);
        if self.rates {
            builder = builder.rates(Rates::published());
        }
        if let Some(path) = &self.faults {
            builder = builder.faults(plan(path)?);
        }
        if self.members.is_some() || self.departments.is_some() {
            let members = self.members.unwrap_or(0);
            let departments = self.departments.unwrap_or(members / 20 + 1);
            builder = builder.seed(members, departments, self.seed);
        }
        if let Some(url) = &self.callback_url {
            builder = builder.callback(url, self.token()?, self.aes_key()?);
        }
        builder.start().await.map_err(|error| match error.kind() {
            io::ErrorKind::InvalidInput => Failure::usage(messages::sim::cannot_be_set_up())
                .because(&error)
                .remedy(messages::sim::see_the_help()),
            _ => cannot_listen(self.listen, &error),
        })
    }

    fn token(&self) -> Result<&str> {
        Ok(self.callback_token.get()?.unwrap_or("simCallbackToken"))
    }

    fn aes_key(&self) -> Result<&str> {
        Ok(self.callback_aes_key.get()?.unwrap_or("SimulatorEncodingAesKey00000000000000000000"))
    }

    fn ready(&self, sim: &Sim) -> Result<Value> {
        Ok(json!({
            "url": sim.url(),
            "corp_id": sim.corp_id(),
            "contacts_secret": sim.contacts_secret(),
            "agent_id": sim.agent_id(),
            "app_secret": sim.app_secret(),
            "callback": {"token": self.token()?, "aes_key": self.aes_key()?},
        }))
    }
}

fn plan(path: &Path) -> Result<FaultRules> {
    serde_json::from_str(&file::text(path)?).map_err(|error| {
        Failure::usage(messages::sim::no_plan_of_faults(path))
            .because(&error)
            .remedy(messages::sim::see_what_a_plan_looks_like())
    })
}
