//! `txl history`.

use clap::Args;
use serde::Serialize;
use serde_json::{Map, Value};
use wecom_contacts::{DepartmentId, TagId};
use wecom_directory::journal::{Action, Change, ObjectKind};

use super::MirroredCorp;
use crate::{
    failure::{Failure, Result},
    messages::{cells, directory as messages},
    numbers,
    output::Output,
};

/// Show how a member, a department or a tag changed, and in which pull that was seen (变更记录)
///
/// A member's history goes on when the userid changes.
#[derive(Args)]
#[group(id = "object", required = true, multiple = false, args = ["userid", "department", "tag"])]
pub(crate) struct History {
    /// The member
    userid: Option<String>,
    /// A department instead
    #[arg(long, value_name = "ID", value_parser = numbers::id::<DepartmentId>)]
    department: Option<DepartmentId>,
    /// A tag instead
    #[arg(long, value_name = "ID", value_parser = numbers::id::<TagId>)]
    tag: Option<TagId>,
    #[command(flatten)]
    mirrored: MirroredCorp,
}

/// A change, as `-o json` prints it.
#[derive(Serialize)]
struct Entry {
    seq: i64,
    at: String,
    action: Action,
    fields: Map<String, Value>,
    cause: String,
    operator: Option<String>,
}

impl History {
    pub(crate) async fn run(self, output: Output) -> Result {
        let (store, corp) = self.mirrored.open().await?;
        let (kind, id) = match (self.userid, self.department, self.tag) {
            (Some(userid), _, _) => (ObjectKind::Member, userid),
            (_, Some(department), _) => (ObjectKind::Department, department.to_string()),
            (_, _, Some(tag)) => (ObjectKind::Tag, tag.to_string()),
            (None, None, None) => return Err(Failure::usage(messages::no_object())),
        };
        let changes = store.history(&corp, kind, &id).await?;
        let entries: Vec<_> = changes.into_iter().map(entry).collect();
        output.worded(cells::change).list(&entries, &["seq", "at", "action", "fields", "cause", "operator"])
    }
}

fn entry(change: Change) -> Entry {
    Entry {
        seq: change.seq,
        at: change.at.to_string(),
        action: change.action,
        fields: change.fields,
        cause: change.cause.0,
        operator: change.operator,
    }
}
