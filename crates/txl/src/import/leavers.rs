//! Who is there and not in the file: a replacement deletes them.

use std::{
    collections::HashSet,
    io::{self, BufRead, IsTerminal},
};

use futures_util::TryStreamExt;
use wecom_contacts::{Client, DepartmentId, Error};

use crate::{
    failure::{Failure, Result},
    output::say,
};

/// The root department, which is never deleted.
const ROOT: DepartmentId = DepartmentId(1);

/// The userids of all members, in lower case, as WeCom compares them; `None` if the credential may not know.
pub(super) async fn members(client: &Client) -> Result<Option<HashSet<String>>> {
    let userids = client.members().ids().userids();
    known(userids.map_ok(|userid| userid.as_str().to_ascii_lowercase()).try_collect().await)
}

/// The ids of all departments but the root; `None` if the credential may not know.
pub(super) async fn departments(client: &Client) -> Result<Option<HashSet<DepartmentId>>> {
    let nodes = client.departments().list_ids().await;
    known(nodes.map(|nodes| nodes.into_iter().map(|node| node.id).filter(|id| *id != ROOT).collect()))
}

fn known<T>(read: std::result::Result<T, Error>) -> Result<Option<T>> {
    match read {
        Ok(present) => Ok(Some(present)),
        Err(error) if error.is_permission_denied() => {
            say(
                "warning: this credential may not know who is there, so that nobody can say how many will be deleted",
            );
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

/// Says how many will be deleted, and asks.
pub(super) fn confirm(leavers: Option<u64>, what: &str, yes: bool, is_stdin_taken: bool) -> Result {
    let deleted = match leavers {
        Some(0) => return Ok(()),
        Some(count) => format!("{count} {what} are not in the file and will be DELETED"),
        None => format!("all {what} that are not in the file will be DELETED"),
    };
    say(&deleted);
    if yes {
        return Ok(());
    }
    if !is_stdin_taken && io::stdin().is_terminal() && io::stderr().is_terminal() {
        say("type yes to go on:");
        let mut answer = String::new();
        // Whoever cannot answer has not agreed.
        let _ = io::stdin().lock().read_line(&mut answer);
        if answer.trim().eq_ignore_ascii_case("yes") {
            return Ok(());
        }
        return Err(Failure::new("nothing was sent, as nobody agreed"));
    }
    Err(Failure::usage(format!("nothing was sent: {deleted}, and there is nobody to ask"))
        .remedy("if that is meant, say so by --yes; --dry-run looks at the file alone"))
}
