//! Visibility rules of contacts (通讯录查看权限管理).

use clap::{Args, Subcommand};
use serde_json::json;
use wecom_contacts::contact_rules::ContactRule;

use crate::{
    access::Access,
    confirm::Consent,
    failure::{Failure, Result},
    messages, numbers,
    output::Output,
};

/// Read and change the rules for who sees which contacts (通讯录查看权限)
#[derive(Args)]
pub(crate) struct Command {
    #[command(flatten)]
    access: Access,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Create rules, and show their ids
    Create {
        /// The rules, as WeCom writes them: [{"rule_type":…,"range":{"userid":[…],"partyid":[…],"tagid":[…]},…}]
        rules: String,
    },
    /// List all rules
    List,
    /// Update rules by their rule_id
    Update {
        /// The rules, as WeCom writes them: [{"rule_id":…,…}]
        rules: String,
    },
    /// Delete rules
    Delete {
        /// The rules' ids
        #[arg(required = true, value_parser = numbers::whole::<u64>(0..=u64::MAX))]
        rule_ids: Vec<u64>,
        #[command(flatten)]
        consent: Consent,
    },
}

impl Command {
    pub(crate) async fn run(self, output: Output) -> Result {
        let client = self.access.contacts()?;
        let rules = client.contact_rules();
        match self.verb {
            Verb::Create { rules: text } => output.ids(&rules.create(parsed(&text)?).await?),
            Verb::List => {
                output.list(&rules.list().await?, &["rule_id", "rule_type", "range", "whitelist", "exclude"])
            }
            Verb::Update { rules: text } => {
                let changed = parsed(&text)?;
                let words = messages::contact_rule::updated(changed.len());
                rules.update(changed).await?;
                output.done(&json!({"updated": true}), words)
            }
            Verb::Delete { rule_ids, consent } => {
                consent.ask(messages::contact_rule::delete(&rule_ids)).await?;
                rules.delete(rule_ids.iter().copied()).await?;
                let words = messages::contact_rule::deleted(rule_ids.len());
                output.done(&json!({"deleted": rule_ids}), words)
            }
        }
    }
}

fn parsed(text: &str) -> Result<Vec<ContactRule>> {
    serde_json::from_str(text).map_err(|error| {
        Failure::usage(messages::contact_rule::rules_are_no_json())
            .because(&error)
            .remedy(messages::contact_rule::how_rules_are_written())
    })
}
