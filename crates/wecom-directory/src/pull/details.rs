//! The readings of details: lists by department, one export, or single members.

use futures_util::TryStreamExt as _;
use jiff::Timestamp;
use wecom_contacts::{
    Client, DepartmentId, ErrorCode, Polling, UserId,
    departments::Department,
    exports::{ExportJob, ExportKey},
    members::Member,
};

use super::rows::{ListRows, RawRow};
use crate::{Result, tasks};

/// 45029: the answer would be too large.
const TOO_LARGE: ErrorCode = ErrorCode(45029);
/// How many calls run at the same time.
pub(super) const CALLS: usize = 8;

/// Whether WeCom refuses a list because it would be too large. An export has no such limit.
pub(super) fn is_too_large(error: &wecom_contacts::Error) -> bool {
    error.code() == Some(TOO_LARGE)
}

/// Lists the departments that the credential sees, by an export if they are too many for a list. The list is preferred: it needs no
/// job, and names the leaders (`department_leader`), which an export may lack.
pub(crate) async fn departments(
    client: &Client,
    polling: Polling,
) -> wecom_contacts::Result<Vec<Department>> {
    match client.departments().list().await {
        Err(error) if is_too_large(&error) => {
            let export = client.exports().departments().await?.wait(polling).await?;
            export.rows().try_collect().await
        }
        listed => listed,
    }
}

/// Lists the direct members of each department. Departments that the app does not see are left out and counted.
pub(super) fn lists(
    client: &Client,
    departments: Vec<DepartmentId>,
) -> impl futures_util::Stream<Item = Result<(Timestamp, Vec<RawRow>)>> + Send + use<> {
    let client = client.clone();
    let list = move |department| {
        let client = client.clone();
        async move {
            let sent_at = Timestamp::now();
            match client.send(&ListRows::of(department)).await {
                Ok(list) => Ok((sent_at, list.userlist)),
                Err(error) if error.is_not_found() || error.is_permission_denied() => {
                    Ok((sent_at, Vec::new()))
                }
                Err(error) => Err(error.into()),
            }
        }
    };
    tasks::readings(departments, CALLS, list)
}

/// Reads single members. A member whom the credential does not see, or who is gone, is left out.
pub(super) fn singles(
    client: &Client,
    userids: Vec<UserId>,
) -> impl futures_util::Stream<Item = Result<(Timestamp, Vec<RawRow>)>> + Send + use<> {
    let client = client.clone();
    let get = move |userid: UserId| {
        let client = client.clone();
        async move {
            let sent_at = Timestamp::now();
            match client.members().get(userid).await {
                Ok(member) => Ok((sent_at, vec![member.into()])),
                // 60111 and 60011: out of the visible range or gone, which only a reading of the ids can tell apart.
                Err(error) if error.is_not_found() || error.is_permission_denied() => {
                    Ok((sent_at, Vec::new()))
                }
                Err(error) => Err(error.into()),
            }
        }
    };
    tasks::readings(userids, CALLS, get)
}

/// Waits for the job, and streams its rows in batches.
pub(super) async fn export(
    job: &ExportJob<Member>,
    polling: Polling,
) -> Result<impl futures_util::Stream<Item = Result<Vec<RawRow>>> + Send + Unpin + use<>> {
    let export = job.wait(polling).await?;
    Ok(export.rows_as::<RawRow>().batches().map_err(crate::Error::from))
}

/// The job of an earlier pull, to be continued.
pub(super) fn earlier(client: &Client, job: &str, key: &str) -> Option<ExportJob<Member>> {
    let key: ExportKey = key.parse().ok()?;
    Some(client.exports().job(job, key))
}
