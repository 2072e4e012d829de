//! The limits of the gate.

use std::{collections::BTreeMap, fmt};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error as _, MapAccess, Visitor},
    ser::SerializeMap,
};

use super::{PolicyProblem, Span};

macro_rules! measures {
    ($($(#[$doc:meta])* $name:ident $variant:ident = $count:expr, $share:expr, $floor:expr;)*) => {
        /// What the gate counts.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(rename_all = "snake_case")]
        pub enum Measure {
            $($(#[$doc])* $variant,)*
        }

        impl Measure {
            /// All of them, in the order of the policy.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The name in the policy and in `--allow`.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => stringify!($name),)*
                }
            }

            /// The limit of a policy that does not name it.
            pub const fn default_limit(self) -> Limit {
                match self {
                    $(Self::$variant => Limit::new($count, $share, $floor),)*
                }
            }
        }
    };
}

measures! {
    /// Members who are created.
    members_created MembersCreated = Some(100), 0.10, 10;
    /// Members who are removed.
    members_removed MembersRemoved = Some(50), 0.05, 3;
    /// Members who are disabled, removed or moved out of scope.
    members_disabled MembersDisabled = Some(50), 0.05, 3;
    /// Members whose seats change. Moving a department counts everyone below it.
    members_moved MembersMoved = Some(200), 0.10, 10;
    /// Members who are invited.
    members_invited MembersInvited = Some(50), 0.05, 5;
    /// Seats that are removed.
    seats_removed SeatsRemoved = Some(50), 0.05, 5;
    /// Leaders who stop leading a department.
    leaders_removed LeadersRemoved = Some(10), 0.10, 3;
    /// Departments that are created.
    departments_created DepartmentsCreated = Some(20), 0.10, 5;
    /// Departments that get another parent.
    departments_moved DepartmentsMoved = Some(5), 0.05, 1;
    /// Departments that are removed.
    departments_removed DepartmentsRemoved = Some(5), 0.05, 1;
    /// Members with a change of the same field, for the field with most of them.
    field_changed FieldChanged = None, 0.30, 20;
    /// Members with the same field emptied, for the field with most of them.
    field_cleared FieldCleared = None, 0.05, 5;
    /// Members who are removed from tags.
    tag_members_removed TagMembersRemoved = Some(50), 0.10, 5;
    /// People whom the roster lacks against the last applied roster of the same scope and key.
    roster_shrunk RosterShrunk = None, 0.10, 20;
}

/// The limits of the gate, one for each [`Measure`].
#[derive(Clone, Debug)]
pub struct GateLimits {
    /// The limits that the policy names.
    limits: BTreeMap<Measure, Limit>,
    /// The limits count a plan together with what runs of the corp did within this time.
    pub window: Span,
}

impl Default for GateLimits {
    fn default() -> Self {
        Self { limits: BTreeMap::new(), window: Span::days(7) }
    }
}

/// A limit that is written is equal to the same one by default.
impl PartialEq for GateLimits {
    fn eq(&self, other: &Self) -> bool {
        self.window == other.window
            && Measure::ALL.iter().all(|measure| self.limit(*measure) == other.limit(*measure))
    }
}

impl GateLimits {
    /// The limit of one measure.
    pub fn limit(&self, measure: Measure) -> Limit {
        self.limits.get(&measure).copied().unwrap_or(measure.default_limit())
    }

    /// Sets the limit of one measure.
    pub fn set(&mut self, measure: Measure, limit: Limit) {
        self.limits.insert(measure, limit);
    }
}

/// Writes every limit, those of the default included: a plan states what it was judged by.
impl Serialize for GateLimits {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(Measure::ALL.len() + 1))?;
        for measure in Measure::ALL {
            map.serialize_entry(
                measure.name(),
                &WrittenLimit::new(self.limit(*measure), measure.default_limit()),
            )?;
        }
        map.serialize_entry("window", &self.window)?;
        map.end()
    }
}

/// Reads the limits that the policy names. Numbers that a limit leaves out are those of its default.
impl<'de> Deserialize<'de> for GateLimits {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Limits;

        impl<'de> Visitor<'de> for Limits {
            type Value = GateLimits;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the limits of the gate")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<GateLimits, A::Error> {
                let mut limits = GateLimits::default();
                while let Some(name) = map.next_key::<String>()? {
                    if name == "window" {
                        limits.window = map.next_value()?;
                        continue;
                    }
                    let Ok(measure) = name.parse::<Measure>() else {
                        return Err(A::Error::custom(PolicyProblem::UnknownLimit(name)));
                    };
                    let part: PartOfLimit = map.next_value()?;
                    let limit = part.over(measure.default_limit()).map_err(A::Error::custom)?;
                    limits.set(measure, limit);
                }
                Ok(limits)
            }
        }

        deserializer.deserialize_map(Limits)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for GateLimits {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "GateLimits".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let limit = generator.subschema_for::<Limit>();
        let mut properties = serde_json::Map::new();
        for measure in Measure::ALL {
            properties.insert(measure.name().to_owned(), limit.clone().into());
        }
        properties.insert("window".to_owned(), generator.subschema_for::<Span>().into());
        schemars::json_schema!({ "type": "object", "properties": properties })
    }
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl std::str::FromStr for Measure {
    type Err = UnknownMeasure;

    fn from_str(name: &str) -> Result<Self, UnknownMeasure> {
        Self::ALL.iter().copied().find(|measure| measure.name() == name).ok_or(UnknownMeasure)
    }
}

/// A name that is no [`Measure`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown limit")]
pub struct UnknownMeasure;

/// A limit: `max(floor, min(count, share × whole))`. More than it stops a plan.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Limit {
    /// The largest number; `None` for none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// The largest share of the whole, from 0 to 1.
    pub share: f64,
    /// The number that is always allowed.
    pub floor: u64,
}

impl Limit {
    /// A limit of these numbers.
    pub const fn new(count: Option<u64>, share: f64, floor: u64) -> Self {
        Self { count, share, floor }
    }

    /// The largest number that is allowed, of a whole of this size.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of people: far below 2^52, and never negative"
    )]
    pub fn allowed(self, whole: u64) -> u64 {
        let share = (self.share.clamp(0.0, 1.0) * whole as f64).floor() as u64;
        self.floor.max(self.count.unwrap_or(u64::MAX).min(share))
    }
}

/// A limit as a plan writes it.
#[derive(Serialize)]
struct WrittenLimit {
    /// Without this key a reader takes the number of the default. `null` takes the default's number away.
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<Option<u64>>,
    share: f64,
    floor: u64,
}

impl WrittenLimit {
    fn new(limit: Limit, default: Limit) -> Self {
        let count = (limit.count.is_some() || default.count.is_some()).then_some(limit.count);
        Self { count, share: limit.share, floor: limit.floor }
    }
}

/// A limit as a policy writes it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PartOfLimit {
    /// `Some(None)` for a `null`.
    #[serde(default, deserialize_with = "given")]
    count: Option<Option<u64>>,
    share: Option<f64>,
    floor: Option<u64>,
}

/// Reads a value that is given, be it `null`.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<u64>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

impl PartOfLimit {
    fn over(self, default: Limit) -> Result<Limit, PolicyProblem> {
        let share = self.share.unwrap_or(default.share);
        if !(0.0..=1.0).contains(&share) {
            return Err(PolicyProblem::InvalidShare);
        }
        let (count, floor) = (self.count.unwrap_or(default.count), self.floor.unwrap_or(default.floor));
        Ok(Limit { count, share, floor })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_the_smaller_of_count_and_share_but_at_least_its_floor() {
        let limit = Limit::new(Some(50), 0.05, 3);
        assert_eq!([10, 100, 1_000, 100_000].map(|whole| limit.allowed(whole)), [3, 5, 50, 50]);
        assert_eq!(Limit::new(None, 0.30, 20).allowed(1_000), 300);
    }

    #[test]
    fn limits_read_back_as_they_were_written() {
        for count in [None, Some(7)] {
            let mut limits = GateLimits::default();
            for measure in Measure::ALL {
                limits.set(*measure, Limit::new(count, 0.5, 1));
            }
            let json = serde_json::to_value(&limits).unwrap();
            assert_eq!(serde_json::from_value::<GateLimits>(json).unwrap(), limits);
        }
    }

    #[test]
    fn every_measure_is_found_by_its_name() {
        for measure in Measure::ALL {
            assert_eq!(measure.name().parse(), Ok(*measure));
            assert_eq!(serde_json::to_value(measure).unwrap(), measure.name());
        }
    }
}
