//! Deleting members, after a question.

use clap::Args;
use serde_json::json;

use crate::{access::Access, confirm::Consent, failure::Result, output::Output, words::counted};

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
            let name = name(access, &userid).await.map(|name| format!(" ({name})")).unwrap_or_default();
            consent.ask(&format!("delete member {userid}{name}")).await?;
        }
        members.delete(userid.as_str()).await?;
        output.done(&json!({"deleted": userid}), format_args!("deleted member {userid}"))
    }
}

impl DeleteMany {
    pub(super) async fn run(self, access: &Access, output: Output) -> Result {
        let Self { userids, consent } = self;
        let members = access.contacts()?.members();
        let count = counted(userids.len(), "member");
        consent.ask(&format!("delete {count}: {}", userids.join(", "))).await?;
        members.delete_many(userids.iter().map(String::as_str)).await?;
        output.done(&json!({"deleted": userids}), format_args!("deleted {count}"))
    }
}

/// The member's name, for a question. A credential that may not read it is no reason to fail.
async fn name(access: &Access, userid: &str) -> Option<String> {
    let app = access.app_if_given().ok()??;
    app.members().get(userid).await.ok()?.name.into_known()
}
