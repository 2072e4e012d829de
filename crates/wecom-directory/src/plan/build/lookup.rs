//! Look-ups of hidden mobile numbers and mail addresses: who has what a new person wants.

use std::collections::BTreeMap;

use wecom_contacts::{
    Client, UserId,
    members::{EmailType, MemberField},
};

use super::{Inputs, matching::Matching, matching::UNIQUE, newcomers::Newcomer, values::check};
use crate::{
    journal::ObjectKind,
    plan::{Finding, FindingKind, Object},
    roster::Column,
};

/// Calls that ask WeCom who has a mobile number or a mail address (doc 95402, 95895).
///
/// WeCom closes both calls for a day after failed look-ups for 20 % of the members, and a look-up for a new person usually fails.
#[derive(Debug)]
pub struct LookUps {
    client: Client,
    most: u64,
    made: u64,
}

impl LookUps {
    /// Look-ups with this client, which holds the secret of an app or of contacts-sync: at most this many.
    pub const fn new(client: Client, most: u64) -> Self {
        Self { client, most, made: 0 }
    }

    /// Returns how many look-ups were made.
    pub const fn made(&self) -> u64 {
        self.made
    }

    /// Asks who has a value. `None` if no look-up is left, or if WeCom does not answer any more.
    async fn holder(&mut self, field: MemberField, value: &str) -> Option<Option<UserId>> {
        if self.made >= self.most {
            return None;
        }
        self.made += 1;
        let members = self.client.members();
        let found = match field {
            MemberField::Mobile => members.find_by_mobile(value).await,
            _ => members.find_by_email(value, EmailType::Personal).await,
        };
        // A call that is closed or forbidden fails for every other value too.
        found.inspect_err(|_| self.most = 0).ok()
    }
}

/// Leaves out newcomers whose mobile number or mail address belongs to a member who hides it. Counts what could not be looked up.
pub(super) async fn without_held(
    look_ups: &mut LookUps,
    inputs: &Inputs<'_>,
    found: &Matching,
    newcomers: Vec<Newcomer>,
    unchecked: &mut BTreeMap<String, u64>,
    findings: &mut Vec<Finding>,
) -> Vec<Newcomer> {
    let mut free = Vec::with_capacity(newcomers.len());
    'newcomers: for newcomer in newcomers {
        let row = inputs.people.list[newcomer.person() as usize].row as usize;
        for field in UNIQUE.into_iter().filter(|field| found.hidden.contains(field)) {
            let cell = inputs.roster.cell(row, &Column::Field(field));
            let Some(value) = cell.value().filter(|value| check(field, value).is_ok()) else { continue };
            match look_ups.holder(field, value).await {
                Some(None) => {}
                Some(Some(holder)) => {
                    let object = Object { kind: ObjectKind::Member, id: holder.to_string(), name: None };
                    let places = inputs.people.places(inputs.roster, newcomer.person());
                    let finding = Finding::new(FindingKind::Taken).at(places).object(object);
                    findings.push(finding.field(field.name()));
                    continue 'newcomers;
                }
                None => *unchecked.entry(field.name().to_owned()).or_default() += 1,
            }
        }
        free.push(newcomer);
    }
    free
}
