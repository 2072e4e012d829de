//! The readings of the ids of all members and departments, with the contacts-sync secret.

use std::collections::BTreeMap;

use futures_util::TryStreamExt as _;
use jiff::Timestamp;
use wecom_contacts::{Client, DepartmentId, departments::DepartmentNode};

use super::table::{Index, MemberTable};
use crate::Result;

/// What one reading of the ids has shown, each list to its end.
pub(super) struct IdReading {
    /// When its first request was sent.
    pub(super) sent_at: Timestamp,
    /// The departments, by id.
    pub(super) departments: BTreeMap<DepartmentId, DepartmentNode>,
    /// The departments of the members.
    pub(super) pairs: Vec<(Index, DepartmentId)>,
}

/// Reads the ids to their end. A list that breaks off or whose cursor leads back is an error, and no reading.
pub(super) async fn read(
    contacts: &Client,
    table: &mut MemberTable,
    number: u8,
    progress: &mut dyn FnMut(u64),
) -> Result<IdReading> {
    let sent_at = Timestamp::now();
    let departments = contacts.departments().list_ids().await?;
    let departments = departments.into_iter().map(|node| (node.id, node)).collect();
    let mut rows = contacts.members().ids().page_size(10_000).stream();
    let mut pairs = Vec::with_capacity(table.pairs().len());
    while let Some(row) = rows.try_next().await? {
        // A damaged userid names no member.
        if row.userid.is_damaged() {
            continue;
        }
        let index = table.insert(row.userid.as_str());
        table.entry_mut(index).last_id_reading = number;
        pairs.push((index, row.department));
        if pairs.len() % 10_000 == 0 {
            progress(pairs.len() as u64);
        }
    }
    Ok(IdReading { sent_at, departments, pairs })
}
