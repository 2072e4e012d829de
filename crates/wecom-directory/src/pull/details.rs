//! The readings of details: lists by department, one export, or single members.

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use jiff::Timestamp;
use wecom_contacts::{
    Client, DepartmentId, Polling, UserId,
    exports::{ExportJob, ExportKey},
    members::Member,
};

use super::rows::{ListRows, RawRow};
use crate::Result;

/// How many calls run at the same time.
const CALLS: usize = 8;

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
    stream::iter(departments).map(list).buffer_unordered(CALLS)
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
    stream::iter(userids).map(get).buffer_unordered(CALLS)
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
