//! Deletion of members, with a confirmation.

use clap::Args;
use serde_json::json;

use crate::{access::Access, confirm::Consent, failure::Result, messages, output::Output};

/// Delete a member (删除成员)
#[derive(Args)]
pub(super) struct Delete {
    /// The account (账号)
    userid: String,
    #[command(flatten)]
    consent: Consent,
}

/// Delete up to 200 members at once (批量删除成员)
#[derive(Args)]
pub(super) struct DeleteMany {
    /// The accounts (账号)
    #[arg(required = true)]
    userids: Vec<String>,
    #[command(flatten)]
    consent: Consent,
}

impl Delete {
    pub(super) async fn run(self, access: &Access, output: Output) -> Result {
        let Self { userid, consent } = self;
        let members = access.contacts()?.members();
        if consent.is_needed() {
            let name = name(access, &userid).await;
            consent.ask(messages::member::delete(&userid, name.as_deref())).await?;
        }
        members.delete(userid.as_str()).await?;
        output.done(&json!({"deleted": userid}), messages::member::deleted(&userid))
    }
}

impl DeleteMany {
    pub(super) async fn run(self, access: &Access, output: Output) -> Result {
        let Self { userids, consent } = self;
        let members = access.contacts()?.members();

        consent.ask(messages::member::delete_many(&userids)).await?;
        members.delete_many(userids.iter().map(String::as_str)).await?;
        output.done(&json!({"deleted": userids}), messages::member::deleted_many(userids.len()))
    }
}

/// Returns the name of a member for a question. If the credential cannot read it, this is not a failure.
async fn name(access: &Access, userid: &str) -> Option<String> {
    let app = access.app_if_given().ok()??;
    app.members().get(userid).await.ok()?.name.into_known()
}
