//! The paged list of all members' ids. Contacts-sync can read it from any IP.

use std::{collections::HashSet, future};

use futures_core::Stream;
use futures_util::TryStreamExt;
use serde::{Deserialize, Serialize};

use crate::{
    CallFuture, Client, DepartmentId, Result, UserId, json_fields,
    paging::{self, Next, Paged},
};

/// Lists the ids of all members, one page at a time. Available to contacts-sync (通讯录同步) only.
///
/// Official: [获取成员ID列表](https://developer.work.weixin.qq.com/document/path/96067)
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ListMemberIds {
    /// The start of the page: `next` of the previous page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// Maximum number of rows in a page, 1–10,000. The server's default is undocumented.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

impl ListMemberIds {
    /// Creates a request for the first page.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the cursor of the page.
    pub fn cursor(mut self, cursor: impl Into<String>) -> Self {
        self.cursor = Some(cursor.into());
        self
    }

    /// Sets the maximum number of rows in a page, 1–10,000.
    pub fn limit(mut self, rows: u32) -> Self {
        self.limit = Some(rows);
        self
    }
}

impl Paged for ListMemberIds {
    type Row = MemberId;

    fn turn(page: MemberIdPage) -> (Vec<MemberId>, Next) {
        (page.items, Next::of(page.next, None))
    }

    fn cursor(&mut self) -> &mut Option<String> {
        &mut self.cursor
    }
}

/// One page of ids.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MemberIdPage {
    /// One row for each department of each member.
    #[serde(rename = "dept_user")]
    pub items: Vec<MemberId>,
    /// The cursor of the next page. `None` on the last page.
    #[serde(
        default,
        rename = "next_cursor",
        deserialize_with = "json_fields::none_if_empty",
        skip_serializing_if = "Option::is_none"
    )]
    pub next: Option<String>,
}

/// A member and one of the member's departments. A member of two departments appears twice.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MemberId {
    /// The account.
    pub userid: UserId,
    /// One of the member's departments.
    #[serde(default)]
    pub department: DepartmentId,
}

/// The ids of all members; see [`Members::ids`](super::Members::ids).
#[derive(Clone, Debug)]
#[must_use]
pub struct MemberIds {
    client: Client,
    call: ListMemberIds,
}

impl MemberIds {
    pub(super) fn new(client: Client) -> Self {
        Self { client, call: ListMemberIds::new() }
    }

    /// Sets the number of rows that one call fetches, 1–10,000.
    pub fn page_size(mut self, rows: u32) -> Self {
        self.call.limit = Some(rows);
        self
    }

    /// Starts after the page that returned this cursor, for example to resume an interrupted list.
    pub fn after(mut self, cursor: impl Into<String>) -> Self {
        self.call.cursor = Some(cursor.into());
        self
    }

    /// Fetches one page. To resume later, store its `next`.
    pub fn page(&self) -> CallFuture<MemberIdPage> {
        self.client.send(&self.call)
    }

    /// Streams all remaining rows and fetches pages on demand.
    ///
    /// The stream owns its data and ends after an error. A stream that ends without an error has read the whole list.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Incomplete`](crate::ErrorKind::Incomplete) if a cursor points back to an earlier page, or if an empty
    /// page has a successor. The rows received until then are only a part of the list.
    pub fn stream(self) -> impl Stream<Item = Result<MemberId>> + Send + Unpin + 'static {
        paging::rows(self.client, self.call)
    }

    /// Streams each member once, regardless of the number of departments. The stream keeps the userids seen in memory,
    /// because the server does not guarantee an order of the rows.
    pub fn userids(self) -> impl Stream<Item = Result<UserId>> + Send + Unpin + 'static {
        let mut seen = HashSet::new();
        self.stream().try_filter_map(move |row| {
            future::ready(Ok(seen.insert(row.userid.clone()).then_some(row.userid)))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Endpoint;

    #[test]
    fn the_first_page_is_asked_for_without_a_cursor() {
        let json = |call: ListMemberIds| serde_json::to_string(&call).unwrap();
        assert_eq!(json(ListMemberIds::new()), "{}");
        assert_eq!(json(ListMemberIds::new().limit(2).cursor("c2")), r#"{"cursor":"c2","limit":2}"#);
    }

    #[test]
    fn an_empty_a_null_and_an_absent_cursor_all_end_the_list() {
        for cursor in ["", ",\"next_cursor\":\"\"", ",\"next_cursor\":null"] {
            let body = format!("{{\"dept_user\":[]{cursor}}}");
            let page: MemberIdPage = serde_json::from_str(&body).unwrap();
            assert_eq!(page, MemberIdPage::default(), "{body}");
        }
        // A missing list is an error, because an empty list has another meaning.
        assert!(serde_json::from_str::<MemberIdPage>("{}").is_err());
    }

    #[test]
    fn trap_07_the_list_of_ids_is_a_post() {
        assert_eq!((ListMemberIds::CALL.path(), ListMemberIds::CALL.is_get()), ("user/list_id", false));
        assert!(ListMemberIds::CALL.is_repeatable());
    }
}
