//! Jobs that invite corps and their contacts into a chain.

use serde::{Deserialize, Serialize};

use crate::{
    CallFuture, ChainId, Client, Endpoint, Error, ErrorCode, ErrorKind, JobId, Polling,
    imports::ImportState,
    json_fields,
    polling::{HasStage, Stage, Wakeups},
};

/// Submits a job that imports contacts into a chain.
///
/// Official: [批量导入上下游联系人](https://developer.work.weixin.qq.com/document/path/95821)
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ImportChainContacts {
    /// The chain.
    pub chain_id: ChainId,
    /// The corps: at most 1000, with at most 2000 contacts in total.
    pub contact_list: Vec<ContactCorp>,
}

impl ImportChainContacts {
    /// Creates a request that imports these corps.
    pub fn new(chain: impl Into<ChainId>, corps: impl IntoIterator<Item = ContactCorp>) -> Self {
        Self { chain_id: chain.into(), contact_list: corps.into_iter().collect() }
    }
}

/// A corp to invite, with its contacts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ContactCorp {
    /// The name: 1–32 Chinese characters, letters, digits or characters of ` -_()（）`.
    pub corp_name: String,
    /// The group for the corp, as a path of names: `华北区/北京市`. A corp that is already in the chain stays in its
    /// group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_path: Option<String>,
    /// A custom id for the corp, at most 64 letters and digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custom_id: Option<String>,
    /// The corp's contacts, at most 200.
    pub contact_info_list: Vec<Contact>,
}

impl ContactCorp {
    /// Creates a corp with its contacts.
    pub fn new(name: impl Into<String>, people: impl IntoIterator<Item = Contact>) -> Self {
        Self { corp_name: name.into(), contact_info_list: people.into_iter().collect(), ..Self::default() }
    }

    /// Sets the group for the corp.
    pub fn group_path(mut self, path: impl Into<String>) -> Self {
        self.group_path = Some(path.into());
        self
    }

    /// Sets a custom id for the corp.
    pub fn custom_id(mut self, id: impl Into<String>) -> Self {
        self.custom_id = Some(id.into());
        self
    }
}

/// A contact to invite.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Contact {
    /// The name, 1–32 characters.
    pub name: String,
    /// The contact's role in the chain.
    pub identity_type: ContactIdentity,
    /// The mobile number. A number outside mainland China includes its country code, `+852…`.
    pub mobile: String,
    /// A custom id for the contact: a whole number from 1 to 2⁶⁴−2, as text. Numbers of 11 or 13 digits are excluded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_custom_id: Option<String>,
}

masked_debug!(Contact { identity_type, user_custom_id | name, mobile });

impl Contact {
    /// Creates a contact.
    pub fn new(name: impl Into<String>, identity: ContactIdentity, mobile: impl Into<String>) -> Self {
        Self { name: name.into(), identity_type: identity, mobile: mobile.into(), user_custom_id: None }
    }

    /// Sets a custom id for the contact.
    pub fn custom_id(mut self, id: impl Into<String>) -> Self {
        self.user_custom_id = Some(id.into());
        self
    }
}

coded! {
    /// The role of a contact in a chain (联系人身份类型).
    ContactIdentity {
        /// A member (成员).
        Member = 1,
        /// The person in charge of the corp's part of the chain (负责人).
        Leader = 2,
    }
}

/// A submitted import of contacts.
#[derive(Clone, Debug)]
pub struct ContactsJob {
    client: Client,
    id: JobId,
}

impl ContactsJob {
    pub(super) fn new(client: Client, id: JobId) -> Self {
        Self { client, id }
    }

    /// Returns the job's id, with which [`CorpGroups::import_job`](super::CorpGroups::import_job) resumes the job.
    pub fn id(&self) -> &JobId {
        &self.id
    }

    /// Returns the state of the job. WeCom allows at most 5 concurrent calls.
    ///
    /// Official: [获取异步任务结果](https://developer.work.weixin.qq.com/document/path/95823)
    pub fn status(&self) -> CallFuture<ContactsJobStatus> {
        self.client.send(&GetContactsJob::new(&self.id))
    }

    /// Waits for the job to finish.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::StillRunning`] if the job takes longer than `polling` allows; [`ErrorKind::Incomplete`] if the job
    /// returns to an earlier state, or finishes without a result. Corps that could not be imported are listed in
    /// [`ContactsOutcome::fail_list`].
    pub fn wait(&self, polling: Polling) -> CallFuture<ContactsOutcome> {
        let job = self.clone();
        CallFuture::new(async move {
            let finished = |status: ContactsJobStatus| match (status.status, status.result) {
                (ImportState::Finished, Some(result)) => Ok(Some(result)),
                (ImportState::Finished, None) => {
                    let why = (
                        "the job is finished, but its reply has no `result`: the imported contacts are unknown",
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

/// Reads the state of an import of contacts.
///
/// Official: [获取异步任务结果](https://developer.work.weixin.qq.com/document/path/95823)
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GetContactsJob {
    /// The job.
    pub jobid: JobId,
}

impl GetContactsJob {
    /// Creates a request for the state of this job.
    pub fn new(jobid: impl Into<JobId>) -> Self {
        Self { jobid: jobid.into() }
    }
}

/// The state of an import of contacts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ContactsJobStatus {
    /// The state.
    pub status: ImportState,
    /// The result. Valid only when the job has finished.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<ContactsOutcome>,
}

impl HasStage for ContactsJobStatus {
    fn stage(&self) -> Option<Stage> {
        self.status.stage(0)
    }
}

/// The result of an import of contacts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ContactsOutcome {
    /// The chain.
    #[serde(default)]
    pub chain_id: ChainId,
    /// Which part of the corps was imported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub import_status: Option<ContactsImported>,
    /// The corps that could not be imported. One invalid contact prevents the import of its corp.
    #[serde(default, deserialize_with = "json_fields::or_default")]
    pub fail_list: Vec<FailedCorp>,
}

coded! {
    /// Which part of the corps was imported (导入状态).
    ContactsImported {
        /// All corps.
        All = 1,
        /// Some corps.
        Some = 2,
        /// No corp.
        None = 3,
    }
}

/// A corp that could not be imported.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FailedCorp {
    /// The name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corp_name: Option<String>,
    /// The custom id that the request assigned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custom_id: Option<String>,
    /// The error code.
    #[serde(default)]
    pub errcode: i32,
    /// The server's error text.
    #[serde(default, deserialize_with = "json_fields::or_default")]
    pub errmsg: String,
    /// The contacts that caused the error.
    #[serde(default, deserialize_with = "json_fields::or_default", skip_serializing_if = "Vec::is_empty")]
    pub contact_info_list: Vec<FailedContact>,
}

impl FailedCorp {
    /// Returns the error code of the refusal.
    pub fn code(&self) -> ErrorCode {
        ErrorCode(self.errcode)
    }
}

/// A contact that prevented the import of its corp.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FailedContact {
    /// The mobile number. The page's sample names the key `mobile`, its table `user_mobile`.
    #[serde(default, alias = "user_mobile", skip_serializing_if = "Option::is_none")]
    pub mobile: Option<String>,
    /// The error code.
    #[serde(default)]
    pub errcode: i32,
    /// The server's error text.
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
