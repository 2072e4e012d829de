//! The mirror (镜像): a database with the corp, what a pull has proven of it, and its history.
//!
//! `pull` fills it; `status`, `find`, `tree`, `history`, `diff` and `sql` answer from it; `mirror` looks after it. Only `pull` and `diff`
//! call WeCom.

mod diff;
mod find;
mod history;
mod location;
mod mirror;
mod pull;
mod sql;
mod status;
mod tree;

use std::{fmt, sync::Arc};

use clap::Args;
use wecom_contacts::CorpId;
use wecom_directory::{
    Error,
    apply::PlanRefused,
    store::{CorpSummary, Store},
};

use self::location::Location;
pub(crate) use self::{
    diff::Diff,
    find::Find,
    history::History,
    mirror::Command as Mirror,
    pull::{Pull, pull_now},
    sql::Sql,
    status::Status,
    tree::Tree,
};
use crate::{
    access::Access,
    failure::{Exit, Failure, Result},
    messages::{directory as messages, run},
    places::{self, Place},
};

/// Where the mirror is.
#[derive(Args)]
#[command(next_help_heading = "Mirror (镜像)")]
pub(crate) struct MirrorFlags {
    /// The mirror: a SQLite file, or a database as postgres://USER:PASSWORD@HOST/DATABASE. Defaults to txl/mirror.db in the user's data
    /// directory
    #[arg(long, global = true, env = "TXL_MIRROR", value_name = "PATH|URL", hide_env_values = true)]
    mirror: Option<Location>,
}

impl MirrorFlags {
    /// Opens the mirror, and creates it if it does not exist.
    pub(crate) async fn open(&self) -> Result<Arc<dyn Store>> {
        self.location()?.open().await
    }

    /// Opens a mirror that exists.
    pub(crate) async fn open_existing(&self) -> Result<Arc<dyn Store>> {
        self.location()?.open_existing().await
    }

    /// Opens the mirror if it exists.
    pub(crate) async fn open_if_exists(&self) -> Result<Option<Arc<dyn Store>>> {
        self.location()?.open_if_exists().await
    }

    /// Remembers which file the mirror is now.
    ///
    /// # Errors
    ///
    /// Fails if the file was deleted since it was opened.
    pub(crate) fn watched(&self) -> Result<Watched> {
        let location = self.location()?;
        if let Location::File(path) = &location
            && !path.exists()
        {
            return Err(Failure::new(messages::no_mirror(&location)).remedy(messages::pull_first()));
        }
        Ok(Watched { identity: location.identity(), location })
    }

    fn location(&self) -> Result<Location> {
        if let Some(location) = &self.mirror {
            return Ok(location.clone());
        }
        let home = places::below_home(Place::Data)?;
        let home =
            home.ok_or_else(|| Failure::usage(messages::no_place()).remedy(messages::name_a_mirror()))?;
        Ok(Location::File(home.join("mirror.db")))
    }
}

/// The mirror while a command writes into it.
pub(crate) struct Watched {
    location: Location,
    identity: Option<(u64, u64)>,
}

impl Watched {
    /// Returns whether the path still names the same file. What is written into a deleted file is lost without an error.
    pub(crate) fn is_in_place(&self) -> bool {
        self.location.identity() == self.identity
    }
}

impl fmt::Display for Watched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.location.fmt(f)
    }
}

/// The mirror that a command answers from, and the credentials that say which corp is meant.
#[derive(Args)]
pub(crate) struct MirroredCorp {
    #[command(flatten)]
    mirror: MirrorFlags,
    #[command(flatten)]
    access: Access,
}

impl MirroredCorp {
    /// Opens the mirror, and returns the corp.
    pub(crate) async fn open(&self) -> Result<(Arc<dyn Store>, CorpId)> {
        let store = self.mirror.open_existing().await?;
        let corp = corp(&self.access, &*store).await?;
        Ok((store, corp))
    }
}

/// The mirror that a command answers from, for one corp or for all.
#[derive(Args)]
pub(crate) struct MirroredCorps {
    /// Answer for every corp of the mirror
    #[arg(long)]
    all_corps: bool,
    #[command(flatten)]
    mirror: MirrorFlags,
    #[command(flatten)]
    access: Access,
}

impl MirroredCorps {
    /// Opens the mirror, and returns the corp, or `None` for all corps.
    pub(crate) async fn open(&self) -> Result<(Arc<dyn Store>, Option<CorpId>)> {
        let store = self.mirror.open_existing().await?;
        let corp = if self.all_corps { None } else { Some(corp(&self.access, &*store).await?) };
        Ok((store, corp))
    }

    /// Opens the mirror, and returns the summary of the corp, or those of all corps. Without credentials it returns all.
    pub(crate) async fn summaries(&self) -> Result<Vec<CorpSummary>> {
        let mut corps = self.mirror.open_existing().await?.corps().await?;
        if let Some(corp) = self.access.corp_id_if_given()?.filter(|_| !self.all_corps) {
            corps.retain(|summary| summary.corp.as_str() == corp);
            if corps.is_empty() {
                return Err(Error::UnknownCorp(corp).into());
            }
        }
        Ok(corps)
    }
}

/// The corp of the credentials, or the only one of the mirror.
pub(crate) async fn corp(access: &Access, store: &dyn Store) -> Result<CorpId> {
    let corps: Vec<_> = store.corps().await?.into_iter().map(|summary| summary.corp).collect();
    if let Some(corp) = access.corp_id_if_given()? {
        let corp = CorpId::new(corp);
        return if corps.contains(&corp) {
            Ok(corp)
        } else {
            Err(Error::UnknownCorp(corp.to_string()).into())
        };
    }
    match corps.as_slice() {
        [corp] => Ok(corp.clone()),
        [] => Err(Failure::new(messages::empty_mirror()).remedy(messages::pull_first())),
        corps => Err(Failure::usage(messages::several_corps(corps)).remedy(messages::name_a_corp())),
    }
}

/// A plan that may not be applied. Nothing was sent.
fn refused_plan(refused: &PlanRefused) -> Failure {
    let failure = Failure::new(messages::plan_refused()).cause(run::plan_refused(refused));
    match refused {
        PlanRefused::Gate(verdict) => {
            let flags = verdict.reasons.iter().filter_map(wecom_directory::gate::Reason::flag);
            let failure = failure.exit(Exit::Gate);
            match flags.collect::<Vec<_>>() {
                flags if flags.is_empty() => failure,
                flags => failure.remedy(messages::allow_by(&flags)),
            }
        }
        PlanRefused::AlreadyApplied { run, .. } => failure.remedy(messages::show_the_run(*run)),
        PlanRefused::OtherCorp { .. } => failure.exit(Exit::Usage).remedy(messages::name_a_corp()),
        PlanRefused::NothingToResume => failure.remedy(messages::list_the_runs()),
        _ => failure.remedy(messages::plan_once_more()),
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::WeCom(error) => Self::from(*error),
            Error::PlanRefused(refused) => refused_plan(&refused),
            Error::Statement(why) => Self::usage(messages::statement(&why)).remedy(messages::one_select()),
            error @ Error::DatabaseUrl(_) => {
                Self::usage(messages::error(&error)).remedy(messages::write_a_url())
            }
            error @ Error::NoCredential => {
                Self::usage(messages::error(&error)).remedy(messages::give_a_secret())
            }
            error => {
                let remedy = messages::remedy(&error);
                let failure = Self::new(messages::error(&error)).exit(Exit::Failed);
                let failure = match std::error::Error::source(&error) {
                    Some(cause) => failure.because(cause),
                    None => failure,
                };
                match remedy {
                    Some(remedy) => failure.remedy(remedy),
                    None => failure,
                }
            }
        }
    }
}
