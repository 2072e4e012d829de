//! `txl sim`: serves the simulator until it is interrupted.

mod corps;
mod health;
mod ready;
mod seed_departments;
mod seed_sheet;

use std::{
    error::Error,
    ffi::OsStr,
    io,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use clap::{Args, ValueEnum};
use serde::Serialize;
use wecom_sim::{CorpFile, FaultRules, Rates, SavedState, SeedShape, Sim, SimBuilder};

use corps::AddedCorp;
use ready::Ready;

use crate::{
    access::{GivenSecret, SimAppSecret, SimContactsSecret, SimUrlKey, SimUrlToken},
    failure::{Failure, Result},
    file::{self, Draft},
    listener::{address, cannot_listen},
    messages, numbers,
    output::{say, stdout},
    parent::stdin_closed,
    signals,
};

/// Maximum time for running calls at the end. It leaves time for the files within the grace period of a signal.
const ENDING: Duration = Duration::from_secs(5);

/// Serve a simulator of the WeCom contacts server until interrupted
///
/// The simulator needs no registration. It sends requests only to this machine and to the hosts of --callback-url and
/// --allow-outgoing. When it is ready, it prints one JSON line on stdout, and on a terminal a list of the same data:
/// {"url","corp_id","contacts_secret","agent_id","app_secret","callback":{"token","aes_key"}}. With --corp it also has "corps".
/// Rights are those of today's WeCom: the contacts-sync secret (通讯录同步) writes and lists ids, and the app (自建应用) reads details
/// without sensitive fields. Clients that use one secret for all calls need --legacy.
#[derive(Args)]
pub(crate) struct Serve {
    /// Address to listen on. Port 0 selects a free port
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

    /// Use the rights of before 2022: both secrets read everything
    #[arg(long, env = "TXL_SIM_LEGACY", value_parser = clap::builder::FalseyValueParser::new())]
    legacy: bool,

    /// Number of generated members, up to 2,000,000. The same --seed generates the same members. Defaults to a small fixed corp
    #[arg(long, env = "TXL_SIM_MEMBERS", value_name = "NUMBER", value_parser = numbers::whole::<u32>(0..=2_000_000))]
    members: Option<u32>,

    /// Number of generated departments. Defaults to one for every twenty members
    #[arg(long, env = "TXL_SIM_DEPARTMENTS", value_name = "NUMBER", value_parser = numbers::id::<u32>)]
    departments: Option<u32>,

    /// Seed of the generated members
    #[arg(long, env = "TXL_SIM_SEED", value_name = "NUMBER", default_value_t = 1, value_parser = numbers::whole::<u64>(0..=u64::MAX))]
    seed: u64,

    /// Depth of the generated department tree: flat (at most 3 levels), usual (3 to 6) or deep (up to 15)
    #[arg(long, env = "TXL_SIM_SHAPE", value_name = "SHAPE", value_enum, default_value_t = Shape::Usual)]
    shape: Shape,

    /// File of a corp of your own. YAML and JSON have departments, members and tags (docs/simulator.md); `GET /_sim/seed` and --write-seed make such a
    /// file. XLSX, XLS, ODS and CSV are rosters as HR has them, with headings such as 帐号, 姓名, 手机号 and 部门
    #[arg(long, env = "TXL_SIM_SEED_FILE", value_name = "PATH", conflicts_with_all = ["members", "departments"])]
    seed_file: Option<PathBuf>,

    /// Additional corp, with the contacts of a file in the format of --seed-file, or with the small fixed corp. Its secrets are
    /// ID-contacts-secret and ID-app-secret. --legacy, --rates and the flags of the clock and the logs apply to each corp, the others to the first one.
    /// May be repeated, up to 63 times
    #[arg(long = "corp", env = "TXL_SIM_CORPS", value_name = "ID[=PATH]", value_delimiter = ',')]
    corps: Vec<AddedCorp>,

    /// File that receives the departments, members and tags when the simulator stops, in the format of --seed-file
    #[arg(long, env = "TXL_SIM_WRITE_SEED", value_name = "PATH")]
    write_seed: Option<PathBuf>,

    /// File that keeps the state: contacts, settings, switches, limits, fault rules and the time. The simulator starts from it if it exists, and
    /// writes it when it stops. Tokens, jobs, media, callback URLs and logs are not kept
    #[arg(long, env = "TXL_SIM_SNAPSHOT", value_name = "PATH", conflicts_with_all = ["members", "departments", "seed_file"])]
    snapshot: Option<PathBuf>,

    /// URL that receives contacts events (接收事件服务器). It is verified at the start
    #[arg(long, env = "TXL_SIM_CALLBACK_URL", value_name = "URL")]
    callback_url: Option<String>,

    #[command(flatten)]
    callback_token: GivenSecret<SimUrlToken>,

    #[command(flatten)]
    callback_aes_key: GivenSecret<SimUrlKey>,

    /// Enforce WeCom's published frequency limits, such as errcode 45009 after 10,000 calls of one API in a minute (doc 90312)
    #[arg(long, env = "TXL_SIM_RATES", value_parser = clap::builder::FalseyValueParser::new())]
    rates: bool,

    /// JSON file of faults to inject from the start, in the format of `PUT /_sim/faults` (docs/simulator.md)
    #[arg(long, env = "TXL_SIM_FAULTS", value_name = "PATH")]
    faults: Option<PathBuf>,

    /// Speed of the clock as a multiple of real time. At 60, a token of two hours expires after two minutes
    #[arg(long, env = "TXL_SIM_CLOCK_SPEED", value_name = "NUMBER", default_value_t = 1.0)]
    clock_speed: f64,

    /// Stop the clock. It then moves only by `POST /_sim/clock/advance`
    #[arg(long, env = "TXL_SIM_FREEZE", value_parser = clap::builder::FalseyValueParser::new())]
    freeze: bool,

    /// Time of the start and of every reset, such as 2026-01-05T09:00:00+08:00 or Unix seconds. Defaults to this machine's time
    #[arg(long, env = "TXL_SIM_NOW", value_name = "TIME")]
    now: Option<String>,

    /// Additional host name of the control surface while the server listens on a loopback address. May be repeated
    #[arg(long = "allow-host", env = "TXL_SIM_ALLOW_HOST", value_name = "NAME", value_delimiter = ',')]
    allow_hosts: Vec<String>,

    /// Additional host for callbacks and downloads, beside loopback addresses and --callback-url. May be repeated
    #[arg(long, env = "TXL_SIM_ALLOW_OUTGOING", value_name = "HOST[:PORT]", value_delimiter = ',')]
    allow_outgoing: Vec<String>,

    /// Number of requests that the log keeps (`GET /_sim/requests`). Defaults to 10,000
    #[arg(long, env = "TXL_SIM_LOGGED_REQUESTS", value_name = "NUMBER", value_parser = numbers::id::<u32>)]
    logged_requests: Option<u32>,

    /// Number of bytes that the log of requests keeps. Defaults to 32 MiB
    #[arg(long, env = "TXL_SIM_LOGGED_BYTES", value_name = "NUMBER", value_parser = numbers::id::<u32>)]
    logged_bytes: Option<u32>,

    /// Number of writes that the log of writes keeps (`GET /_sim/writes`). Defaults to 200,000
    #[arg(long, env = "TXL_SIM_LOGGED_WRITES", value_name = "NUMBER", value_parser = numbers::id::<u32>)]
    logged_writes: Option<u32>,

    /// Serve nothing: check that the simulator at this address answers. Exits with 0 or 3, for health checks of containers
    #[arg(long, value_name = "URL")]
    check: Option<String>,

    /// File that also receives the ready line
    #[arg(long, env = "TXL_SIM_READY_FILE", value_name = "PATH")]
    ready_file: Option<PathBuf>,

    /// End when stdin closes. A test that starts the simulator with a pipe as stdin leaves no process behind, even if it is killed
    #[arg(long)]
    until_stdin_closes: bool,
}

/// The depth of a generated tree.
#[derive(Clone, Copy, ValueEnum)]
enum Shape {
    Flat,
    Usual,
    Deep,
}

impl From<Shape> for SeedShape {
    fn from(shape: Shape) -> Self {
        match shape {
            Shape::Flat => Self::Flat,
            Shape::Usual => Self::Usual,
            Shape::Deep => Self::Deep,
        }
    }
}

impl Serve {
    pub(crate) async fn run(self) -> Result {
        if let Some(url) = &self.check {
            return health::check(url).await;
        }
        // The file of an earlier process would name a stopped server.
        if let Some(path) = &self.ready_file {
            file::remove(path)?;
        }
        // Signals are handled before the ready line is printed, because a script can send one immediately afterwards.
        let stop = signals::take_over();
        // An unusable file is found now, not at the end.
        let seed_draft = self.write_seed.as_deref().map(Draft::new).transpose()?;
        let snapshot_draft = self.snapshot.as_deref().map(Draft::new).transpose()?;
        let mut sim = self.start().await?;
        let corps = self.start_corps(&sim).await?;
        if !sim.address().ip().is_loopback() {
            say(messages::sim::is_reachable_from_outside(sim.address(), !self.allow_outgoing.is_empty()));
        }
        let ready = Ready::of(&sim, &corps, self.token()?, self.aes_key()?);
        if let Some(path) = &self.ready_file {
            let mut draft = Draft::new(path)?;
            draft.write(format!("{}\n", ready.line()).as_bytes())?;
            draft.finish()?;
        }
        if self.ready_file.is_none() {
            stdout::end_with_reader();
        }
        match ready.print() {
            // The parent process may watch only the ready file.
            Err(failure) if self.ready_file.is_none() || !startup_streams::stdout_was_closed() => {
                return Err(failure);
            }
            _ => {}
        }
        ready.announce();
        if self.until_stdin_closes {
            tokio::select! {
                _ = stop => {}
                () = stdin_closed() => {}
            }
        } else {
            stop.await;
        }
        // A write that is answered after the files are made would be lost.
        sim.stop_serving(ENDING).await;
        if let Some(draft) = seed_draft {
            write_json(draft, &sim.corp_file())?;
        }
        if let Some(draft) = snapshot_draft {
            write_json(draft, &sim.saved_state())?;
        }
        sim.stop().await;
        Ok(())
    }

    async fn start(&self) -> Result<Sim> {
        let saved = self.snapshot.as_deref().filter(|path| path.exists());
        let mut builder = self
            .settings(saved.is_some())?
            .listen(self.listen)
            .corp_id(&self.corp_id)
            .contacts_secret(self.contacts_secret.get()?.unwrap_or("sim-contacts-secret"))
            .app(self.agent_id, self.app_secret.get()?.unwrap_or("sim-app-secret"))
            .allow_hosts(&self.allow_hosts)
            .allow_outgoing(&self.allow_outgoing);
        if let Some(path) = &self.seed_file {
            builder = builder.corp_file(corp_file(path)?);
        }
        if let Some(path) = saved {
            builder = builder.saved_state(saved_state(path)?).map_err(|error| {
                Failure::usage(messages::sim::not_a_saved_state(path))
                    .because(&error)
                    .remedy(messages::sim::how_a_state_is_saved())
            })?;
        }
        if let Some(path) = &self.faults {
            builder = builder.faults(plan(path)?);
        }
        if self.members.is_some() || self.departments.is_some() {
            let members = self.members.unwrap_or(0);
            let departments = self.departments.unwrap_or(members / 20 + 1);
            builder = builder.seed(members, departments, self.seed).seed_shape(self.shape.into());
        }
        if let Some(url) = &self.callback_url {
            builder = builder.callback(url, self.token()?, self.aes_key()?);
        }
        builder.start().await.map_err(|error| match error.kind() {
            io::ErrorKind::InvalidInput => cannot_be_set_up(&error),
            _ => cannot_listen(self.listen, &error),
        })
    }

    /// Adds the corps of `--corp`.
    async fn start_corps(&self, first: &Sim) -> Result<Vec<Sim>> {
        let mut corps = Vec::new();
        for corp in &self.corps {
            let settings = corp.complete(self.settings(false)?, self.agent_id)?;
            corps.push(first.add_corp(settings).await.map_err(|error| cannot_be_set_up(&error))?);
        }
        Ok(corps)
    }

    /// Returns the settings that all corps share. A saved state has its own time.
    fn settings(&self, is_saved: bool) -> Result<SimBuilder> {
        let mut builder = Sim::builder().legacy(self.legacy);
        if !self.freeze {
            builder = builder.clock_speed(self.clock_speed);
        }
        builder = match &self.now {
            Some(now) => builder.now_text(now).map_err(|error| cannot_be_set_up(&error))?,
            None if self.freeze && !is_saved => builder.now(SystemTime::now()),
            None => builder,
        };
        let count = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
        if let Some(requests) = self.logged_requests {
            builder = builder.logged_requests(count(requests));
        }
        if let Some(bytes) = self.logged_bytes {
            builder = builder.logged_bytes(count(bytes));
        }
        if let Some(writes) = self.logged_writes {
            builder = builder.logged_writes(count(writes));
        }
        if self.rates {
            builder = builder.rates(Rates::published());
        }
        Ok(builder)
    }

    fn token(&self) -> Result<&str> {
        Ok(self.callback_token.get()?.unwrap_or("simCallbackToken"))
    }

    fn aes_key(&self) -> Result<&str> {
        Ok(self.callback_aes_key.get()?.unwrap_or("SimulatorEncodingAesKey00000000000000000000"))
    }
}

fn cannot_be_set_up(error: &(dyn Error + 'static)) -> Failure {
    Failure::usage(messages::sim::cannot_be_set_up()).because(error).remedy(messages::sim::see_the_help())
}

fn write_json(mut draft: Draft, value: &impl Serialize) -> Result {
    let json = serde_json::to_string_pretty(value).expect("plain structs and lists are JSON");
    draft.write(format!("{json}\n").as_bytes())?;
    draft.finish()
}

fn saved_state(path: &Path) -> Result<SavedState> {
    serde_json::from_str(&file::text(path)?).map_err(|error| {
        Failure::usage(messages::sim::not_a_saved_state(path))
            .because(&error)
            .remedy(messages::sim::how_a_state_is_saved())
    })
}

/// Reads YAML or a spreadsheet if the name of the file says so, else JSON.
fn corp_file(path: &Path) -> Result<CorpFile> {
    let extension = path.extension().and_then(OsStr::to_str).map(str::to_ascii_lowercase);
    if matches!(extension.as_deref(), Some("xlsx" | "xls" | "ods" | "csv")) {
        return seed_sheet::corp_file(path);
    }
    let text = file::text(path)?;
    let failure = || Failure::usage(messages::sim::not_a_corp_file(path));
    let remedy = messages::sim::how_a_corp_file_is_written;
    match extension.as_deref() {
        Some("yaml" | "yml") => {
            serde_saphyr::from_str(&text).map_err(|error| failure().because(&error).remedy(remedy()))
        }
        _ => serde_json::from_str(&text).map_err(|error| failure().because(&error).remedy(remedy())),
    }
}

fn plan(path: &Path) -> Result<FaultRules> {
    serde_json::from_str(&file::text(path)?).map_err(|error| {
        Failure::usage(messages::sim::not_a_list_of_faults(path))
            .because(&error)
            .remedy(messages::sim::how_faults_are_written())
    })
}
