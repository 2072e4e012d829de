//! Tags (标签管理).

use clap::{Args, Subcommand};
use serde_json::json;
use wecom_contacts::{
    Client, DepartmentId, TagId,
    tags::{NewTag, TagNodes, TagOutcome},
};

use crate::{
    access::Access,
    confirm::Consent,
    failure::{Failure, Result},
    lookup::{self, DepartmentRef, Lookup, TagRef},
    messages::{self, Message},
    numbers,
    output::Output,
    rows,
};

/// Read and change contacts tags (标签)
///
/// Only the credential that created a tag can change it: use `--as app` for the tags of an app.
#[derive(Args)]
pub(crate) struct Command {
    #[command(flatten)]
    access: Access,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Create a tag (创建标签)
    Create {
        /// The name (标签名), 1–32 characters, unique in the corp
        name: String,
        /// The id. Defaults to one that WeCom assigns
        #[arg(long, value_parser = numbers::id::<TagId>)]
        id: Option<TagId>,
    },
    /// Rename a tag (更新标签名字)
    Rename {
        /// The tag: its id or its name
        tag: TagRef,
        /// The new name
        name: String,
    },
    /// Delete a tag (删除标签)
    Delete {
        /// The tag: its id or its name
        tag: TagRef,
        #[command(flatten)]
        consent: Consent,
    },
    /// List all tags (获取标签列表)
    List,
    /// Show the members and departments of a tag (获取标签成员)
    Get {
        /// The tag: its id or its name
        tag: TagRef,
    },
    /// Add a tag to members and departments (增加标签成员)
    Add {
        /// The tag: its id or its name
        tag: TagRef,
        #[command(flatten)]
        nodes: Nodes,
    },
    /// Remove a tag from members and departments (删除标签成员)
    Remove {
        /// The tag: its id or its name
        tag: TagRef,
        #[command(flatten)]
        nodes: Nodes,
    },
}

#[derive(Args)]
#[group(required = true, multiple = true)]
struct Nodes {
    /// A member. May be repeated, up to 1,000 times
    #[arg(long = "member", value_name = "USERID")]
    members: Vec<String>,
    /// A department, by id, name or path. May be repeated, up to 100 times
    #[arg(long = "department", value_name = "ID|NAME")]
    departments: Vec<DepartmentRef>,
}

impl Nodes {
    async fn into_call(self, access: &Access) -> Result<TagNodes> {
        let departments: Vec<DepartmentId> = Lookup::new(access).departments(&self.departments).await?;
        let mut nodes = TagNodes::new();
        if !self.members.is_empty() {
            nodes = nodes.members(self.members);
        }
        if !departments.is_empty() {
            nodes = nodes.departments(departments);
        }
        Ok(nodes)
    }
}

impl Command {
    pub(crate) async fn run(self, output: Output) -> Result {
        let access = self.access;
        match self.verb {
            Verb::Create { name, id } => {
                let mut tag = NewTag::new(name);
                tag.tagid = id;
                output.ids(&[access.contacts()?.tags().create(tag).await?])
            }
            Verb::Rename { tag, name } => {
                let client = access.contacts()?;
                let tag = lookup::tag(&client, &tag).await?;
                client.tags().rename(tag, name).await?;
                output.done(&json!({"renamed": tag}), messages::tag::renamed(tag))
            }
            Verb::Delete { tag: given, consent } => {
                let client = access.contacts()?;
                let tag = lookup::tag(&client, &given).await?;
                if consent.is_needed() {
                    let name = name(&client, tag).await;
                    consent.ask(messages::tag::delete(tag, name.as_deref())).await?;
                }
                client.tags().delete(tag).await?;
                output.done(&json!({"deleted": tag}), messages::tag::deleted(tag))
            }
            Verb::List => output.list(&access.either()?.tags().list().await?, &["tagid", "tagname"]),
            Verb::Get { tag } => {
                let client = access.either()?;
                let tag = lookup::tag(&client, &tag).await?;
                let held = client.tags().get(tag).await?;
                output.record(&held)?;
                rows::warn_of_damaged(held.members.as_deref().unwrap_or_default());
                Ok(())
            }
            Verb::Add { tag, nodes } => {
                let client = access.contacts()?;
                let tag = lookup::tag(&client, &tag).await?;
                let outcome = client.tags().add(tag, nodes.into_call(&access).await?).await?;
                tell(output, &outcome, messages::tag::given(tag))
            }
            Verb::Remove { tag, nodes } => {
                let client = access.contacts()?;
                let tag = lookup::tag(&client, &tag).await?;
                let outcome = client.tags().remove(tag, nodes.into_call(&access).await?).await?;
                tell(output, &outcome, messages::tag::taken(tag))
            }
        }
    }
}

/// Returns the tag's name for a question. An unreadable name is not an error.
async fn name(client: &Client, tag: TagId) -> Option<String> {
    let tags = client.tags().list().await.ok()?;
    tags.into_iter().find(|there| there.tagid == tag).map(|there| there.tagname)
}

/// WeCom calls it a success when some of the ids are unknown; they are reported here.
fn tell(output: Output, outcome: &TagOutcome, words: Message) -> Result {
    if outcome.is_complete() {
        return output.done(outcome, words);
    }
    output.record(outcome)?;
    Err(Failure::new(messages::tag::some_were_left_out()).remedy(messages::tag::check_spelling_and_range()))
}
