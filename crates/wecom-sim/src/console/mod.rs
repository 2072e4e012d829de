//! The administrator's console (管理后台) and the member's client: changes that no API call makes, and that are called back.

mod actions;
mod forms;

use std::sync::Arc;

use serde_json::{Value, json};

pub(crate) use actions::perform;

use crate::{callback::VerificationError, sim::Shared, world::Fail};

/// The console of a running simulator. Cheap to clone; it does not keep the simulator running.
///
/// Every deed can also be asked for over HTTP: `POST /_sim/console/<action>` with the body that [`perform`](Self::perform) takes.
#[derive(Clone, Debug)]
pub struct Console {
    shared: Arc<Shared>,
}

/// Why the console did not do as asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConsoleError {
    /// There is no such action.
    #[error("the console has no action `{action}`; it has {known}")]
    UnknownAction {
        /// What was asked for.
        action: String,
        /// All there are.
        known: String,
    },
    /// The body does not fit the action.
    #[error("{reason}")]
    Input {
        /// What is wrong.
        reason: String,
    },
    /// A rule forbids it; the same that an API call would break.
    #[error("{reason} (errcode {errcode})")]
    Rule {
        /// The API's code for it.
        errcode: i32,
        /// In words.
        reason: String,
    },
    /// The callback URL did not pass its verification, so it was not saved.
    #[error(transparent)]
    Verification(#[from] VerificationError),
}

impl ConsoleError {
    /// The API's code for the rule that forbids it.
    pub fn errcode(&self) -> Option<i32> {
        match self {
            Self::Rule { errcode, .. } => Some(*errcode),
            _ => None,
        }
    }

    fn input(reason: impl ToString) -> Self {
        Self::Input { reason: reason.to_string() }
    }
}

impl From<Fail> for ConsoleError {
    fn from(fail: Fail) -> Self {
        Self::Rule { errcode: fail.code, reason: fail.text().to_owned() }
    }
}

impl Console {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// Does what an action says; `docs/simulator.md` lists them with their bodies.
    ///
    /// # Errors
    ///
    /// [`ConsoleError`] says what is wrong with the action or its body, or which rule forbids it.
    pub async fn perform(&self, action: &str, body: Value) -> Result<Value, ConsoleError> {
        perform(&self.shared, action, body).await
    }

    /// Creates a member (添加成员), from the fields of `user/create`, of which the console asks only for `name`, and `activated`.
    /// Returns the userid, which the system makes if none is given.
    ///
    /// # Errors
    ///
    /// As [`perform`](Self::perform).
    pub async fn create_member(&self, member: Value) -> Result<String, ConsoleError> {
        let created = self.perform("create_member", member).await?;
        Ok(created["userid"].as_str().unwrap_or_default().to_owned())
    }

    /// Changes a member (编辑成员), named by `userid`.
    ///
    /// # Errors
    ///
    /// As [`perform`](Self::perform).
    pub async fn update_member(&self, changes: Value) -> Result<(), ConsoleError> {
        self.perform("update_member", changes).await.map(drop)
    }

    /// Deletes a member (删除成员).
    ///
    /// # Errors
    ///
    /// As [`perform`](Self::perform).
    pub async fn delete_member(&self, userid: &str) -> Result<(), ConsoleError> {
        self.perform("delete_member", json!({"userid": userid})).await.map(drop)
    }

    /// A member logs in for the first time (激活).
    ///
    /// # Errors
    ///
    /// As [`perform`](Self::perform).
    pub async fn activate_member(&self, userid: &str) -> Result<(), ConsoleError> {
        self.perform("activate_member", json!({"userid": userid})).await.map(drop)
    }

    /// Creates a department (添加部门) and returns its id.
    ///
    /// # Errors
    ///
    /// As [`perform`](Self::perform).
    pub async fn create_department(&self, name: &str, parent: u32) -> Result<u32, ConsoleError> {
        let body = json!({"name": name, "parentid": parent});
        let created = self.perform("create_department", body).await?;
        Ok(created["id"].as_u64().unwrap_or_default() as u32)
    }

    /// Sets the callback target of the contacts assistant, or of an app. The URL is asked to verify itself first, as in the real
    /// console.
    ///
    /// # Errors
    ///
    /// As [`perform`](Self::perform); [`ConsoleError::Verification`] if the URL gives the wrong answer. Nothing is saved then.
    pub async fn set_callback(
        &self,
        agent_id: Option<u32>,
        url: &str,
        token: &str,
        encoding_aes_key: &str,
    ) -> Result<(), ConsoleError> {
        let mut body = json!({"url": url, "token": token, "encodingaeskey": encoding_aes_key});
        if let Some(agent_id) = agent_id {
            body["agentid"] = agent_id.into();
        }
        self.perform("set_callback", body).await.map(drop)
    }
}
