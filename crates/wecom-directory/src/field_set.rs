//! A set of member fields, as the mirror stores it: one bit for each field.

use std::fmt;

use wecom_contacts::members::{self, Member, MemberField};

/// A set of member fields. In the database it is an integer; see [`bits`](Self::bits).
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct FieldSet(u64);

/// The fields that the mirror stores, in the order of their bits. The order is part of the schema: new fields go to the end.
const FIELDS: &[MemberField] = &[
    MemberField::Name,
    MemberField::Alias,
    MemberField::Mobile,
    MemberField::Email,
    MemberField::BizMail,
    MemberField::BizMailAlias,
    MemberField::Department,
    MemberField::Order,
    MemberField::IsLeaderInDept,
    MemberField::MainDepartment,
    MemberField::DirectLeader,
    MemberField::Position,
    MemberField::Gender,
    MemberField::Telephone,
    MemberField::Address,
    MemberField::Status,
    MemberField::Enable,
    MemberField::Avatar,
    MemberField::ThumbAvatar,
    MemberField::QrCode,
    MemberField::Extattr,
    MemberField::ExternalProfile,
    MemberField::ExternalPosition,
    MemberField::OpenUserid,
    MemberField::EnglishName,
    MemberField::Isleader,
    MemberField::HideMobile,
];

/// The bit of a field; 0 for one that the mirror does not store.
const fn bit(field: MemberField) -> u64 {
    match field {
        MemberField::Name => 1 << 0,
        MemberField::Alias => 1 << 1,
        MemberField::Mobile => 1 << 2,
        MemberField::Email => 1 << 3,
        MemberField::BizMail => 1 << 4,
        MemberField::BizMailAlias => 1 << 5,
        MemberField::Department => 1 << 6,
        MemberField::Order => 1 << 7,
        MemberField::IsLeaderInDept => 1 << 8,
        MemberField::MainDepartment => 1 << 9,
        MemberField::DirectLeader => 1 << 10,
        MemberField::Position => 1 << 11,
        MemberField::Gender => 1 << 12,
        MemberField::Telephone => 1 << 13,
        MemberField::Address => 1 << 14,
        MemberField::Status => 1 << 15,
        MemberField::Enable => 1 << 16,
        MemberField::Avatar => 1 << 17,
        MemberField::ThumbAvatar => 1 << 18,
        MemberField::QrCode => 1 << 19,
        MemberField::Extattr => 1 << 20,
        MemberField::ExternalProfile => 1 << 21,
        MemberField::ExternalPosition => 1 << 22,
        MemberField::OpenUserid => 1 << 23,
        MemberField::EnglishName => 1 << 24,
        MemberField::Isleader => 1 << 25,
        MemberField::HideMobile => 1 << 26,
        _ => 0,
    }
}

impl FieldSet {
    /// No field.
    pub const EMPTY: Self = Self(0);
    /// Every field that the mirror stores.
    pub const ALL: Self = Self((1 << FIELDS.len()) - 1);

    /// Returns the fields that are hidden in this answer.
    pub fn hidden_in(member: &Member) -> Self {
        let fields = FIELDS.iter().enumerate();
        let hidden = fields.filter(|(_, field)| member.value(**field).is_hidden());
        Self(hidden.fold(0, |set, (index, _)| set | 1 << index))
    }

    /// Returns the set of these fields. Fields that the mirror does not store are left out.
    pub fn of(fields: impl IntoIterator<Item = MemberField>) -> Self {
        Self(fields.into_iter().fold(0, |set, field| set | bit(field)))
    }

    /// Returns the fields that WeCom hides from apps created after 2022-06-20 20:00.
    pub fn sensitive() -> Self {
        Self::of(members::fields().filter(|field| field.is_sensitive()))
    }

    /// The set as the database stores it: bit *n* is the field *n* of the schema.
    pub const fn bits(self) -> i64 {
        self.0.cast_signed()
    }

    /// Reads a set from the database. Bits without a field are ignored.
    pub const fn from_bits(bits: i64) -> Self {
        Self(bits.cast_unsigned() & Self::ALL.0)
    }

    /// Whether the field is in the set.
    pub fn contains(self, field: MemberField) -> bool {
        self.0 & bit(field) != 0
    }

    /// Whether no field is in the set.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Returns the fields of both sets together.
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Returns the fields of this set that the other lacks.
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Returns the fields that are in both sets.
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Iterates over the fields in the order of their bits.
    pub fn iter(self) -> impl Iterator<Item = MemberField> {
        FIELDS
            .iter()
            .enumerate()
            .filter(move |(index, _)| self.0 & (1 << index) != 0)
            .map(|(_, field)| *field)
    }
}

impl fmt::Debug for FieldSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(MemberField::name)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_of_an_answer_has_a_bit() {
        let missing: Vec<_> = members::fields()
            .filter(|field| field.is_in_answers() && *field != MemberField::Userid)
            .filter(|field| !FieldSet::ALL.contains(*field))
            .collect();
        assert_eq!(missing, []);
    }

    #[test]
    fn the_bits_follow_the_order_of_the_fields() {
        for (index, field) in FIELDS.iter().enumerate() {
            assert_eq!(bit(*field), 1 << index, "{field:?}");
        }
        assert_eq!(bit(MemberField::Userid), 0);
    }

    #[test]
    fn a_set_survives_the_database() {
        let set = FieldSet::of([MemberField::Mobile, MemberField::HideMobile]);
        assert_eq!(FieldSet::from_bits(set.bits()), set);
        assert_eq!(format!("{set:?}"), r#"{"mobile", "hide_mobile"}"#);
        assert!(set.contains(MemberField::Mobile) && !set.contains(MemberField::Name));
    }
}
