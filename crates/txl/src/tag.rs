//! Tags (标签管理).

use clap::{Args, Subcommand};
use serde_json::json;
use wecom_contacts::{
    DepartmentId, TagId,
    tags::{NewTag, TagNodes, TagOutcome},
};

use crate::{
    context::Access,
    failure::{Failure, Result},
    output::Output,
};

/// Read and change contacts tags (标签)
///
/// A tag belongs to the credential that made it: an app's tags are changed with `--as app`.
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
        /// The id; given by WeCom otherwise
        #[arg(long)]
        id: Option<TagId>,
    },
    /// Rename a tag (更新标签名字)
    Rename {
        /// The tag
        tag: TagId,
        /// The new name
        name: String,
    },
    /// Delete a tag (删除标签)
    Delete {
        /// The tag
        tag: TagId,
    },
    /// List all tags (获取标签列表)
    List,
    /// Show who has a tag (获取标签成员)
    Get {
        /// The tag
        tag: TagId,
    },
    /// Give a tag to members and departments (增加标签成员)
    Add {
        /// The tag
        tag: TagId,
        #[command(flatten)]
        nodes: Nodes,
    },
    /// Take a tag from members and departments (删除标签成员)
    Remove {
        /// The tag
        tag: TagId,
        #[command(flatten)]
        nodes: Nodes,
    },
}

#[derive(Args)]
#[group(required = true, multiple = true)]
struct Nodes {
    /// A member; may be repeated, 1,000 times at most
    #[arg(long = "member", value_name = "USERID")]
    members: Vec<String>,
    /// A department; may be repeated, 100 times at most
    #[arg(long = "department", value_name = "ID")]
    departments: Vec<DepartmentId>,
}

impl Nodes {
    fn into_call(self) -> TagNodes {
        let mut nodes = TagNodes::new();
        if !self.members.is_empty() {
            nodes = nodes.members(self.members);
        }
        if !self.departments.is_empty() {
            nodes = nodes.departments(self.departments);
        }
        nodes
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
                access.contacts()?.tags().rename(tag, name).await?;
                output.done(&json!({"renamed": tag}), format_args!("renamed tag {tag}"))
            }
            Verb::Delete { tag } => {
                access.contacts()?.tags().delete(tag).await?;
                output.done(&json!({"deleted": tag}), format_args!("deleted tag {tag}"))
            }
            Verb::List => output.list(&access.either()?.tags().list().await?, &["tagid", "tagname"]),
            Verb::Get { tag } => output.record(&access.either()?.tags().get(tag).await?),
            Verb::Add { tag, nodes } => {
                let outcome = access.contacts()?.tags().add(tag, nodes.into_call()).await?;
                tell(output, &outcome, format!("tag {tag} given"))
            }
            Verb::Remove { tag, nodes } => {
                let outcome = access.contacts()?.tags().remove(tag, nodes.into_call()).await?;
                tell(output, &outcome, format!("tag {tag} taken"))
            }
        }
    }
}

/// WeCom calls it a success when some of the ids are unknown; whoever asked should hear of them.
fn tell(output: Output, outcome: &TagOutcome, words: String) -> Result {
    if outcome.is_complete() {
        return output.done(outcome, words);
    }
    output.record(outcome)?;
    Err(Failure::new("some were left out, as they are not in the contacts: those listed")
        .remedy("check the spelling, and the app's visible range (可见范围)"))
}
