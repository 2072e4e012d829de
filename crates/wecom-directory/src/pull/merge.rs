//! What a reading changes in a member's record: known values replace, hidden ones change nothing.

use std::collections::HashSet;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value, json};
use wecom_contacts::{
    DepartmentId, Seen,
    members::{FieldValue, Gender, Member, MemberField},
};

use crate::{
    FieldSet,
    record::{MemberRecord, Seat, Source, State},
};

/// What is known of the credential that reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sight {
    pub(crate) source: Source,
    /// Whether the credential sees the fields that WeCom hides from newer apps, so that an empty one is empty.
    pub(crate) sees_sensitive: bool,
    /// Whether the visible range is the whole corp, so that an empty leader is none.
    pub(crate) sees_everybody: bool,
}

impl Sight {
    /// The seed of row hashes: the same row read under another assumption is another row.
    pub(crate) fn seed(self) -> u64 {
        u64::from(self.sees_sensitive) | u64::from(self.sees_everybody) << 1
    }

    /// The fields of an answer that are known, empty ones included where they prove something.
    fn known(self, member: &Member) -> FieldSet {
        let is_known = |field: MemberField| {
            let Seen::Known(value) = member.value(field) else { return false };
            if field.is_sensitive() && !self.sees_sensitive {
                return !is_empty(value);
            }
            match field {
                MemberField::DirectLeader => self.sees_everybody || !is_empty(value),
                // Seats have rules of their own.
                MemberField::Department
                | MemberField::Order
                | MemberField::IsLeaderInDept
                | MemberField::MainDepartment => false,
                _ => true,
            }
        };
        FieldSet::of(FieldSet::ALL.iter().filter(|field| is_known(*field)))
    }
}

/// Whether the row shows that the credential sees what WeCom hides from newer apps.
pub(crate) fn shows_sensitive(member: &Member) -> bool {
    let text = |value: &Seen<String>| value.known().is_some_and(|text| !text.is_empty());
    text(&member.mobile)
        || text(&member.email)
        || text(&member.qr_code)
        || text(&member.avatar)
        || matches!(member.gender, Seen::Known(Gender::Male | Gender::Female))
}

fn is_empty(value: FieldValue<'_>) -> bool {
    match value {
        FieldValue::Text(text) => text.is_empty(),
        FieldValue::Gender(gender) => *gender == Gender::Undefined,
        FieldValue::Members(members) => members.is_empty(),
        _ => false,
    }
}

/// Which departments a member is in, and how it is known.
pub(crate) enum Departments<'a> {
    /// All of them, from a complete reading of the ids.
    All(&'a [DepartmentId]),
    /// Those of the details, out of those that the app sees.
    Visible(&'a HashSet<DepartmentId>),
}

impl<'a> Departments<'a> {
    /// The departments for a row of details. A list of ids without the member proves nothing about the departments of a member whom a
    /// credential sees: it is no snapshot, and the member may be new or may have moved while it was read.
    pub(crate) fn of_row(ids: Option<&'a [DepartmentId]>, visible: &'a HashSet<DepartmentId>) -> Self {
        match ids.filter(|ids| !ids.is_empty()) {
            Some(ids) => Self::All(ids),
            None => Self::Visible(visible),
        }
    }

    /// Whether the row has the seats in all departments of the member.
    fn are_all_in(&self, row: &Member) -> bool {
        let Self::All(departments) = self else { return false };
        let listed = row.department.known().map_or(&[][..], Vec::as_slice);
        has_seats(row) && departments.iter().all(|department| listed.contains(department))
    }
}

/// Whether the row says something about seats. In 成员授权模式 it has the root alone and no order: it says nothing.
fn has_seats(row: &Member) -> bool {
    let is_root_alone = row.department.known().is_some_and(|ids| ids.as_slice() == [DepartmentId::ROOT]);
    row.department.is_known() && !(is_root_alone && row.order.is_hidden())
}

/// Puts a row of details into a record. Returns the fields that went from one known value to another.
pub(crate) fn details(
    record: &mut MemberRecord,
    row: &Member,
    departments: &Departments<'_>,
    sight: Sight,
    sent_at: Timestamp,
) -> Map<String, Value> {
    details_of(FieldSet::ALL, record, row, departments, sight, sent_at)
}

/// Puts some fields and the seats of a row of details into a record, as [`details`] does.
pub(crate) fn details_of(
    fields: FieldSet,
    record: &mut MemberRecord,
    row: &Member,
    departments: &Departments<'_>,
    sight: Sight,
    sent_at: Timestamp,
) -> Map<String, Value> {
    let mut changed = Map::new();
    let mut known = sight.known(row).intersection(fields);
    if row.isleader == Seen::Known(false) && !departments.are_all_in(row) {
        // A department that is not in the row may have this leader.
        known = known.without(FieldSet::of([MemberField::Isleader]));
    }
    macro_rules! fields {
        ($($field:ident $name:ident;)*) => {$(
            if known.contains(MemberField::$name) && record.member.$field != row.$field {
                note(&mut changed, MemberField::$name.name(), &record.member.$field, &row.$field);
                record.member.$field = row.$field.clone();
            }
        )*};
    }
    fields! {
        name Name;
        alias Alias;
        mobile Mobile;
        email Email;
        biz_mail BizMail;
        biz_mail_alias BizMailAlias;
        direct_leader DirectLeader;
        position Position;
        gender Gender;
        telephone Telephone;
        address Address;
        status Status;
        enable Enable;
        avatar Avatar;
        thumb_avatar ThumbAvatar;
        qr_code QrCode;
        extattr Extattr;
        external_profile ExternalProfile;
        external_position ExternalPosition;
        open_userid OpenUserid;
        english_name EnglishName;
        isleader Isleader;
        hide_mobile HideMobile;
    }
    record.member.userid = row.userid.clone();
    record.shown[sight.source.index()] = known;
    record.read_at = sent_at;
    record.state = State::Present;
    // Another credential may show the seats that this row lacks.
    let other = record.shown[1 - sight.source.index()];
    seats(record, Some(row), departments, other != FieldSet::EMPTY, &mut changed);
    changed
}

/// Puts the departments of a reading of ids into a record. Returns the fields that changed.
pub(crate) fn ids(
    record: &mut MemberRecord,
    departments: &[DepartmentId],
    sent_at: Timestamp,
) -> Map<String, Value> {
    let mut changed = Map::new();
    record.read_at = sent_at;
    record.state = State::Present;
    seats(record, None, &Departments::All(departments), true, &mut changed);
    changed
}

/// `keeps`: whether a seat that the row lacks keeps what was known of it. Nothing shows it any more, so that it may have changed, and a
/// plan must not write it back.
fn seats(
    record: &mut MemberRecord,
    row: Option<&Member>,
    departments: &Departments<'_>,
    keeps: bool,
    changed: &mut Map<String, Value>,
) {
    let row = row.filter(|row| has_seats(row));
    let from_row = |department: DepartmentId| {
        let row = row?;
        let membership = row.memberships().find(|membership| membership.department == department)?;
        Some(Seat {
            department,
            order: membership.order.map_or(Seen::Hidden, Seen::Known),
            is_leader: membership.is_leader.map_or(Seen::Hidden, Seen::Known),
            is_main: row.main_department.map(|main| main == department),
        })
    };
    let before =
        |department: DepartmentId| record.seats.iter().find(|seat| seat.department == department).copied();
    let seat = |department: DepartmentId| {
        let old = before(department).unwrap_or(Seat {
            department,
            order: Seen::Hidden,
            is_leader: Seen::Hidden,
            is_main: Seen::Hidden,
        });
        let Some(new) = from_row(department) else {
            return match row {
                Some(row) if !keeps => Seat {
                    department,
                    order: Seen::Hidden,
                    is_leader: Seen::Hidden,
                    is_main: row.main_department.map(|main| main == department),
                },
                _ => old,
            };
        };
        Seat {
            department,
            order: newest(new.order, old.order),
            is_leader: newest(new.is_leader, old.is_leader),
            is_main: newest(new.is_main, old.is_main),
        }
    };
    let mut seats: Vec<Seat> = match departments {
        Departments::All(departments) => departments.iter().copied().map(seat).collect(),
        Departments::Visible(visible) => {
            let Some(row) = row else { return };
            let listed = row.department.known().into_iter().flatten().copied();
            let out_of_sight = record
                .seats
                .iter()
                .map(|seat| seat.department)
                .filter(|department| !visible.contains(department));
            listed.chain(out_of_sight).map(seat).collect()
        }
    };
    seats.sort_unstable_by_key(|seat| seat.department);
    seats.dedup_by_key(|seat| seat.department);
    if seats == record.seats {
        return;
    }
    let is_new = record.person.is_none();
    let moved = seats.iter().map(|seat| seat.department).ne(record.seats.iter().map(|seat| seat.department));
    let differs = |seat: &Seat| before(seat.department).is_some_and(|old| known_differs(&old, seat));
    if !is_new && (moved || seats.iter().any(differs)) {
        changed.insert("seats".to_owned(), json!({ "before": record.seats, "after": seats }));
    }
    record.seats = seats;
}

fn newest<T>(new: Seen<T>, old: Seen<T>) -> Seen<T> {
    if new.is_known() { new } else { old }
}

/// Whether something went from one known value to another. Hidden to known is no change.
fn known_differs(old: &Seat, new: &Seat) -> bool {
    fn differs<T: PartialEq>(old: &Seen<T>, new: &Seen<T>) -> bool {
        matches!((old, new), (Seen::Known(old), Seen::Known(new)) if old != new)
    }
    differs(&old.order, &new.order)
        || differs(&old.is_leader, &new.is_leader)
        || differs(&old.is_main, &new.is_main)
}

/// Notes a field that went from one known value to another.
pub(crate) fn note<T: Serialize>(
    changed: &mut Map<String, Value>,
    name: &str,
    before: &Seen<T>,
    after: &Seen<T>,
) {
    if let (Seen::Known(before), Seen::Known(after)) = (before, after) {
        changed.insert(name.to_owned(), json!({ "before": before, "after": after }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SENT: Timestamp = Timestamp::UNIX_EPOCH;

    fn row(json: Value) -> Member {
        serde_json::from_value(json).unwrap()
    }

    fn sight(sees_sensitive: bool, sees_everybody: bool) -> Sight {
        Sight { source: Source::App, sees_sensitive, sees_everybody }
    }

    fn merged(
        record: &mut MemberRecord,
        json: Value,
        departments: &[u32],
        sight: Sight,
    ) -> Map<String, Value> {
        let departments: Vec<_> = departments.iter().copied().map(DepartmentId).collect();
        details(record, &row(json), &Departments::All(&departments), sight, SENT)
    }

    fn known() -> MemberRecord {
        let mut record = MemberRecord::unread("zhangsan".into(), SENT);
        merged(
            &mut record,
            json!({"userid":"zhangsan","name":"张三","mobile":"13800000001","department":[1,2],"order":[0,5],
                   "is_leader_in_dept":[0,1],"main_department":2,"direct_leader":["lisi"]}),
            &[1, 2],
            sight(true, true),
        );
        record.person = Some(crate::record::PersonId(1));
        record
    }

    #[test]
    fn a_cut_app_blanks_nothing() {
        let mut record = known();
        let reading = json!({"userid":"zhangsan","name":"张三","mobile":"","gender":"0","direct_leader":[],"department":[1]});
        let changed = merged(&mut record, reading, &[1, 2], sight(false, false));
        assert_eq!(changed, Map::new());
        assert_eq!(record.member.mobile, Seen::Known("13800000001".to_owned()));
        assert_eq!(record.member.gender, Seen::Hidden);
        assert_eq!(record.member.direct_leader, Seen::Known(vec!["lisi".into()]));
        assert_eq!(record.stale(), FieldSet::of([MemberField::Mobile, MemberField::DirectLeader]));
    }

    #[test]
    fn an_empty_field_is_empty_for_a_full_app() {
        let mut record = known();
        let reading = json!({"userid":"zhangsan","name":"张三","mobile":"","direct_leader":[],"department":[1,2],"order":[0,5]});
        let changed = merged(&mut record, reading, &[1, 2], sight(true, true));
        assert_eq!(changed["mobile"], json!({"before":"13800000001","after":""}));
        assert_eq!(changed["direct_leader"], json!({"before":["lisi"],"after":[]}));
        assert_eq!(record.stale(), FieldSet::EMPTY);
    }

    #[test]
    fn seats_follow_the_ids_and_take_what_the_details_know() {
        let mut record = known();
        let reading = json!({"userid":"zhangsan","department":[2],"order":[9],"is_leader_in_dept":[1]});
        let changed = merged(&mut record, reading, &[2, 3], sight(true, false));
        let seat = |department, order, is_leader, is_main| Seat {
            department: DepartmentId(department),
            order,
            is_leader,
            is_main,
        };
        assert_eq!(
            record.seats,
            [
                seat(2, Seen::Known(9), Seen::Known(true), Seen::Known(true)),
                seat(3, Seen::Hidden, Seen::Hidden, Seen::Hidden),
            ]
        );
        assert!(changed.contains_key("seats"));
    }

    #[test]
    fn what_nothing_shows_of_a_seat_any_more_is_not_known() {
        let reading = json!({"userid":"zhangsan","department":[1],"order":[0],"is_leader_in_dept":[0],"main_department":1});
        let second = |source| {
            let mut record = known();
            let mut sight = sight(true, true);
            sight.source = source;
            let departments = [1, 2].map(DepartmentId);
            let changed =
                details(&mut record, &row(reading.clone()), &Departments::All(&departments), sight, SENT);
            assert!(changed.contains_key("seats"), "another main department");
            record.seats[1]
        };
        let seat = Seat {
            department: DepartmentId(2),
            order: Seen::Hidden,
            is_leader: Seen::Hidden,
            is_main: Seen::Known(false),
        };
        assert_eq!(second(Source::App), seat);
        // The app shows the seat.
        assert_eq!(second(Source::ContactsSync).is_leader, Seen::Known(true));
    }

    #[test]
    fn a_seat_that_the_app_cannot_see_stays() {
        let mut record = known();
        let visible = HashSet::from([DepartmentId(1), DepartmentId(3)]);
        let reading = row(json!({"userid":"zhangsan","department":[3],"order":[1]}));
        details(&mut record, &reading, &Departments::Visible(&visible), sight(true, false), SENT);
        let departments: Vec<_> = record.seats.iter().map(|seat| seat.department.0).collect();
        assert_eq!(departments, [2, 3], "1 is visible and gone, 2 is out of sight");
    }

    #[test]
    fn a_member_whom_the_ids_missed_keeps_the_seats_that_the_app_shows() {
        let mut record = known();
        let visible = HashSet::from([DepartmentId(1), DepartmentId(2)]);
        let reading = row(json!({"userid":"zhangsan","department":[1,2],"order":[0,5]}));
        let departments = Departments::of_row(Some(&[]), &visible);
        let changed = details(&mut record, &reading, &departments, sight(true, true), SENT);
        assert_eq!(changed, Map::new());
        assert_eq!(record.seats.len(), 2);
    }

    #[test]
    fn member_authorization_mode_says_nothing_about_seats() {
        let mut record = known();
        let changed =
            merged(&mut record, json!({"userid":"zhangsan","department":[1]}), &[1, 2], sight(true, true));
        assert_eq!(changed, Map::new());
        assert_eq!(record.seats.len(), 2);
    }
}
