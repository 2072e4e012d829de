//! Inviting corps and their people into a chain, by a job.

use serde::{Deserialize, Serialize};

use crate::{
    CallFuture, ChainId, Client, Endpoint, Error, ErrorCode, ErrorKind, JobId, Polling,
    imports::ImportState,
    json_fields,
    polling::{HasStage, Stage, Wakeups},
};

/// Submits an import of contacts into a chain.
///
/// Official: [批量导入上下游联系人](https://developer.work.weixin.qq.com/document/path/95821)
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ImportChainContacts {
    /// The chain.
    pub chain_id: ChainId,
    /// The corps, at most 1000 with 2000 people together.
    pub contact_list: Vec<ContactCorp>,
}

impl ImportChainContacts {
    /// Imports these corps.
    pub fn new(chain: impl Into<ChainId>, corps: impl IntoIterator<Item = ContactCorp>) -> Self {
        Self { chain_id: chain.into(), contact_list: corps.into_iter().collect() }
    }
}

/// A corp to invite, with its people.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ContactCorp {
    /// Its name, 1–32 characters: Chinese, letters, digits and ` -_()（）`.
    pub corp_name: String,
    /// The group it goes into, as a path of names: `华北区/北京市`. Does not move a corp that is there already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_path: Option<String>,
    /// An id of your own for it, at most 64 letters and digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custom_id: Option<String>,
    /// Its people, at most 200.
    pub contact_info_list: Vec<Contact>,
}

impl ContactCorp {
    /// Names the corp and its people.
    pub fn new(name: impl Into<String>, people: impl IntoIterator<Item = Contact>) -> Self {
        Self { corp_name: name.into(), contact_info_list: people.into_iter().collect(), ..Self::default() }
    }

    /// Puts it into this group.
    pub fn group_path(mut self, path: impl Into<String>) -> Self {
        self.group_path = Some(path.into());
        self
    }

    /// Gives it an id of your own.
    pub fn custom_id(mut self, id: impl Into<String>) -> Self {
        self.custom_id = Some(id.into());
        self
    }
}

/// Somebody to invite.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Contact {
    /// The name, 1–32 characters.
    pub name: String,
    /// Whether they run the corp's side of the chain.
    pub identity_type: ContactIdentity,
    /// The mobile; a foreign one with its country code, `+852…`.
    pub mobile: String,
    /// An id of your own for them: a whole number from 1 to 2⁶⁴−2 as text, of other than 11 or 13 digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_custom_id: Option<String>,
}

masked_debug!(Contact { identity_type, user_custom_id | name, mobile });

impl Contact {
    /// Names them.
    pub fn new(name: impl Into<String>, identity: ContactIdentity, mobile: impl Into<String>) -> Self {
        Self { name: name.into(), identity_type: identity, mobile: mobile.into(), user_custom_id: None }
    }

    /// Gives them an id of your own.
    pub fn custom_id(mut self, id: impl Into<String>) -> Self {
        self.user_custom_id = Some(id.into());
        self
    }
}

coded! {
    /// What somebody is in a chain (联系人身份类型).
    ContactIdentity {
        /// A member (成员).
        Member = 1,
        /// Who is in charge of the corp's side (负责人).
        Leader = 2,
    }
}

/// An import of contacts that was submitted.
#[derive(Clone, Debug)]
pub struct ContactsJob {
    client: Client,
    id: JobId,
}

impl ContactsJob {
    pub(super) fn new(client: Client, id: JobId) -> Self {
        Self { client, id }
    }

    /// The job's id, by which [`CorpGroups::import_job`](super::CorpGroups::import_job) takes it up again.
    pub fn id(&self) -> &JobId {
        &self.id
    }

    /// Returns how far the job has come. At most 5 such calls at a time.
    ///
    /// Official: [获取异步任务结果](https://developer.work.weixin.qq.com/document/path/95823)
    pub fn status(&self) -> CallFuture<ContactsJobStatus> {
        self.client.send(&GetContactsJob::new(&self.id))
    }

    /// Waits for the job to finish.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::StillRunning`] if it takes longer than `polling` allows; [`ErrorKind::Incomplete`] if it goes backwards, or is
    /// finished without a result. Corps that were not imported are no error: see [`ContactsOutcome::fail_list`].
    pub fn wait(&self, polling: Polling) -> CallFuture<ContactsOutcome> {
        let job = self.clone();
        CallFuture::new(async move {
            let finished = |status: ContactsJobStatus| match (status.status, status.result) {
                (ImportState::Finished, Some(result)) => Ok(Some(result)),
                (ImportState::Finished, None) => {
                    let why = (
                        "the job is finished, and its answer has no `result`: it is not known who was imported",
                        "任务已完成，但响应中没有 `result`：无法得知哪些联系人已导入",
                    );
                    Err(Error::new(GetContactsJob::CALL.path(), ErrorKind::Incomplete(why.into())))
                }
                _ => Ok(None),
            };
            let question = GetContactsJob::new(&job.id);
            polling.until_done(&job.client, &job.id, &question, finished, &mut Wakeups::none()).await
        })
    }
}

/// Asks how far an import of contacts has come.
///
/// Official: [获取异步任务结果](https://developer.work.weixin.qq.com/document/path/95823)
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GetContactsJob {
    /// The job.
    pub jobid: JobId,
}

impl GetContactsJob {
    /// Asks after this job.
    pub fn new(jobid: impl Into<JobId>) -> Self {
        Self { jobid: jobid.into() }
    }
}

/// How far an import of contacts has come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ContactsJobStatus {
    /// The state.
    pub status: ImportState,
    /// What came of it; valid once finished.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<ContactsOutcome>,
}

impl HasStage for ContactsJobStatus {
    fn stage(&self) -> Option<Stage> {
        self.status.stage(0)
    }
}

/// What came of an import of contacts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ContactsOutcome {
    /// The chain.
    #[serde(default)]
    pub chain_id: ChainId,
    /// How much was imported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub import_status: Option<ContactsImported>,
    /// The corps that were not imported: one bad contact holds up its whole corp.
    #[serde(default, deserialize_with = "json_fields::or_default")]
    pub fail_list: Vec<FailedCorp>,
}

coded! {
    /// How much of an import went in (导入状态).
    ContactsImported {
        /// All corps.
        All = 1,
        /// Some corps.
        Some = 2,
        /// No corp.
        None = 3,
    }
}

/// A corp that was not imported.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FailedCorp {
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corp_name: Option<String>,
    /// Your id for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custom_id: Option<String>,
    /// Why.
    #[serde(default)]
    pub errcode: i32,
    /// The server's text on it.
    #[serde(default, deserialize_with = "json_fields::or_default")]
    pub errmsg: String,
    /// The contacts that are to blame.
    #[serde(default, deserialize_with = "json_fields::or_default", skip_serializing_if = "Vec::is_empty")]
    pub contact_info_list: Vec<FailedContact>,
}

impl FailedCorp {
    /// The code it was refused with.
    pub fn code(&self) -> ErrorCode {
        ErrorCode(self.errcode)
    }
}

/// A contact that held up its corp.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FailedContact {
    /// Their mobile; `mobile` in the page's sample, `user_mobile` in its table.
    #[serde(default, alias = "user_mobile", skip_serializing_if = "Option::is_none")]
    pub mobile: Option<String>,
    /// Why.
    #[serde(default)]
    pub errcode: i32,
    /// The server's text on it.
    #[serde(default, deserialize_with = "json_fields::or_default")]
    pub errmsg: String,
}

masked_debug!(FailedContact { errcode, errmsg | mobile });

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn trap_14_corps_that_were_not_imported_are_told() {
        let status: ContactsJobStatus = serde_json::from_value(json!({
            "status": 3,
            "result": {"chain_id": "Ch1", "import_status": 2, "fail_list": [{
                "corp_name": "飞飞培训学校", "custom_id": "", "errcode": 670_016, "errmsg": "invalid contact identity",
                "contact_info_list": [{"user_mobile": "13800000001", "errcode": 670_016, "errmsg": "x"}],
            }]},
        }))
        .unwrap();
        let outcome = status.result.unwrap();
        assert_eq!(outcome.import_status, Some(ContactsImported::Some));
        let corp = &outcome.fail_list[0];
        assert_eq!(corp.code(), ErrorCode(670_016));
        assert_eq!(corp.contact_info_list[0].mobile.as_deref(), Some("13800000001"));
        assert!(!format!("{corp:?}").contains("138"));
    }
}
