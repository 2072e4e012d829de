//! The mirror: whether it can be opened, how old it is, and how its last run ended.

use jiff::Timestamp;
use wecom_contacts::CorpId;

use super::{diagnosis::Diagnosis, report::Report};
use crate::{access::Access, directory::MirrorFlags, failure::Result, messages::doctor as messages};

const CHECK: &str = "mirror";

pub(super) async fn check(access: &Access, mirror: &MirrorFlags, report: &mut Report) {
    match diagnosed(access, mirror).await {
        Ok(diagnoses) => diagnoses.into_iter().for_each(|diagnosis| report.add(diagnosis)),
        Err(failure) => report.add(Diagnosis::failed(CHECK, &failure)),
    }
}

async fn diagnosed(access: &Access, mirror: &MirrorFlags) -> Result<Vec<Diagnosis>> {
    let Some(store) = mirror.open_if_exists().await? else {
        return Ok(vec![Diagnosis::not_tested(CHECK, messages::no_mirror()).remedy(messages::pull_first())]);
    };
    let corp = CorpId::new(access.corp_id()?);
    let Some(summary) = store.corps().await?.into_iter().find(|summary| summary.corp == corp) else {
        return Ok(vec![
            Diagnosis::not_tested(CHECK, messages::mirror_lacks_the_corp()).remedy(messages::pull_first()),
        ]);
    };
    let mut diagnoses = Vec::new();
    diagnoses.push(match &summary.last_complete {
        Some(pull) => {
            let age = Timestamp::now().duration_since(pull.ended_at);
            Diagnosis::ok(CHECK, messages::mirror_is_there(summary.members, age, &pull.coverage))
        }
        None => Diagnosis::warning(CHECK, messages::no_complete_pull()).remedy(messages::pull_first()),
    });
    if let Some(run) = store.runs(&corp).await?.pop()
        && let Some(stop) = &run.stop
    {
        let stopped = messages::last_run_stopped(run.id, stop);
        diagnoses.push(Diagnosis::warning("last run", stopped).remedy(messages::resume_it(run.id)));
    }
    Ok(diagnoses)
}
