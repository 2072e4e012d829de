//! `txl find`.

use clap::Args;
use serde::Serialize;
use wecom_directory::search;

use super::MirroredCorps;
use crate::{
    failure::{Failure, Result},
    messages::directory as messages,
    numbers,
    output::{Output, say},
};

/// Find people in the mirror: by name, pinyin, initials, userid, position, or the last digits of the mobile
///
/// Words are separated by blanks and must all match. The name of a department narrows: txl find 张 华东
///
/// Exit code 1: no match.
#[derive(Args)]
pub(crate) struct Find {
    /// What to find: 张伟, 张w, zhangw, zw, 0014, 华东
    #[arg(required = true)]
    query: Vec<String>,
    /// Print at most this many people
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = numbers::whole::<u32>(1..=100_000))]
    limit: u32,
    #[command(flatten)]
    mirror: MirroredCorps,
}

/// A person, as `-o json` prints it.
#[derive(Serialize)]
struct Found {
    userid: String,
    name: String,
    position: String,
    departments: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    corp_id: Option<String>,
}

impl Find {
    pub(crate) async fn run(self, output: Output) -> Result {
        let (store, corp) = self.mirror.open().await?;
        let names_corps = corp.is_none();
        let corps = match corp {
            Some(corp) => vec![corp],
            None => store.corps().await?.into_iter().map(|summary| summary.corp).collect(),
        };
        let query = self.query.join(" ");
        let limit = self.limit as usize;
        let (mut hits, mut all) = (Vec::new(), 0);
        for corp in &corps {
            let (found, count) = search::find(&*store, corp, &query, limit).await?;
            all += count;
            hits.extend(found.into_iter().map(|hit| (hit.rank, corp, hit)));
        }
        hits.sort_by_key(|(rank, ..)| *rank);
        hits.truncate(limit);
        let found: Vec<_> = hits
            .into_iter()
            .map(|(_, corp, hit)| Found {
                userid: hit.userid.into(),
                name: hit.name,
                position: hit.position,
                departments: hit.departments,
                corp_id: names_corps.then(|| corp.to_string()),
            })
            .collect();
        let columns: &[&str] = if names_corps {
            &["userid", "name", "position", "departments", "corp_id"]
        } else {
            &["userid", "name", "position", "departments"]
        };
        // A table without rows says nothing that the error does not say.
        if !found.is_empty() || !output.is_table() {
            output.list(&found, columns)?;
        }
        if all > found.len() {
            say(messages::more_found(all - found.len()));
        }
        if found.is_empty() {
            return Err(Failure::new(messages::not_found(&query)).remedy(messages::search_less()));
        }
        Ok(())
    }
}
