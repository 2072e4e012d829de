//! Generates large corps. The same arguments give the same corp.
//!
//! A seed does not run the checks of [`create_member`](crate::world::World::create_member) for each member. It
//! generates only valid members, and tests check them against these rules.

mod corp_file;
mod given;
mod names;
mod tree;

use std::mem;

use fastrand::Rng;

use crate::{
    clock::Millis,
    world::{
        Attribute, AttributeValue, Department, Departments, Gender, Life, Member, MemberNo, Members, Seat,
        Tags, World,
    },
};
pub use corp_file::CorpFile;
pub use given::CorpFileError;
use names::People;
pub use tree::SeedShape;
use tree::{ROOT_NAME, TOPICS, Unit};

/// The arguments of a seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seed {
    pub(crate) members: u32,
    /// Number of departments, including the root.
    pub(crate) departments: u32,
    pub(crate) seed: u64,
    pub(crate) shape: SeedShape,
}

/// The reason why a corp cannot have this size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SeedError {
    /// More members than a seed can generate.
    #[error("the maximum number of members is {most}", most = MOST_MEMBERS)]
    Members,
    /// No department, or more than a corp can have.
    #[error("the number of departments must be 1 (the root) to {most}", most = MOST_DEPARTMENTS)]
    Departments,
    /// More members than the departments can hold, at 30,000 nodes each.
    #[error(
        "{members} members need at least {departments} departments, because a department holds at most 30000 nodes"
    )]
    Crowded {
        /// The requested number of members.
        members: u32,
        /// The number of departments that they need.
        departments: u32,
    },
}

const MOST_MEMBERS: u32 = 2_000_000;
const MOST_DEPARTMENTS: u32 = 30_000;
/// Maximum number of members that a seed puts into one department. The rest is for sub-departments and for members
/// that a test adds.
const SEATS_PER_DEPARTMENT: u32 = 25_000;
/// Places per ten members. Every member is in one department, one in ten is in a second one, and one in a hundred in
/// a third.
const SEATS_PER_TEN_MEMBERS: u32 = 12;

/// The tags (标签), each with its members per thousand.
const TAGS: [(&str, u32); 8] = [
    ("新员工", 50),
    ("管理者", 0),
    ("内训师", 10),
    ("安全员", 8),
    ("羽毛球社", 20),
    ("班车", 60),
    ("驻外", 15),
    ("实习生", 30),
];
/// A tag holds at most 30,000 nodes.
const TAGGED: usize = 25_000;

impl Seed {
    pub(crate) fn check(self) -> Result<(), SeedError> {
        if self.members > MOST_MEMBERS {
            return Err(SeedError::Members);
        }
        if !(1..=MOST_DEPARTMENTS).contains(&self.departments) {
            return Err(SeedError::Departments);
        }
        let seats = u64::from(self.members) * u64::from(SEATS_PER_TEN_MEMBERS) / 10;
        let needed = seats.div_ceil(SEATS_PER_DEPARTMENT.into()) as u32;
        if self.departments < needed {
            return Err(SeedError::Crowded { members: self.members, departments: needed });
        }
        Ok(())
    }
}

/// Contacts outside a corp: new ones before they are used, or old ones after they were replaced.
#[derive(Debug)]
pub(crate) struct Contacts {
    departments: Departments,
    members: Members,
    tags: Tags,
}

/// Has no members and only the root department.
impl Default for Contacts {
    fn default() -> Self {
        Self {
            departments: Departments::with_root(ROOT_NAME),
            members: Members::default(),
            tags: Tags::default(),
        }
    }
}

impl Seed {
    /// Generates the contacts. A million members take a few seconds.
    pub(crate) fn generate(self, now: Millis) -> Result<Contacts, SeedError> {
        self.check()?;
        let mut random = Rng::with_seed(self.seed);
        let units = tree::draw(self.departments as usize, self.shape, &mut random);
        let members = MemberGenerator::new(&units, random).members(self.members, now);
        let tags = Tags::numbered(tagged(&members, Rng::with_seed(self.seed)));
        Ok(Contacts { departments: departments_of(&units), members, tags })
    }
}

impl World {
    /// Replaces the members, departments and tags of a corp and returns the old ones. Everything else stays, and no
    /// callback is sent.
    pub(crate) fn replace_contacts(&mut self, corp: usize, contacts: Contacts) -> Contacts {
        let home = self.corp_mut(corp);
        let old = Contacts {
            departments: mem::replace(&mut home.departments, contacts.departments),
            members: mem::replace(&mut home.members, contacts.members),
            tags: mem::replace(&mut home.tags, contacts.tags),
        };
        home.seedings += 1;
        self.forget_subscriptions(corp);
        old
    }
}

/// The root has id 1; the other ids are in the order of generation.
fn id_of(place: usize) -> u32 {
    place as u32 + 1
}

fn departments_of(units: &[Unit]) -> Departments {
    let mut departments = Departments::with_root(&units[0].name);
    let mut orders: Vec<u32> = vec![100_000_000; units.len()];
    for (place, unit) in units.iter().enumerate().skip(1) {
        let order = orders[unit.parent];
        // As in recorded answers, each sibling has an order 1000 below the previous one.
        orders[unit.parent] -= 1000;
        departments.insert(Department {
            id: id_of(place),
            name: unit.name.clone(),
            parent: id_of(unit.parent),
            order,
            ..Department::default()
        });
    }
    departments
}

/// Generates members in a tree.
struct MemberGenerator<'a> {
    units: &'a [Unit],
    random: Rng,
    people: People,
    /// Number of members in each department.
    seated: Vec<u32>,
    /// The leader of each department, which is its first member.
    leaders: Vec<Option<MemberNo>>,
    badge: std::sync::Arc<str>,
}

impl<'a> MemberGenerator<'a> {
    fn new(units: &'a [Unit], random: Rng) -> Self {
        Self {
            units,
            random,
            people: People::new(),
            seated: vec![0; units.len()],
            leaders: vec![None; units.len()],
            badge: "工号".into(),
        }
    }

    fn members(mut self, count: u32, now: Millis) -> Members {
        let mut members = Members::with_capacity(count as usize);
        for no in 0..count {
            // Every department gets its leader first, from the top down.
            let first = match no as usize {
                place if place < self.units.len() => place,
                _ => self.room(),
            };
            let member = self.member(no, first, now);
            members.insert(member);
        }
        members
    }

    /// Returns a department with a free place.
    fn room(&mut self) -> usize {
        let place = self.random.usize(..self.units.len());
        (place..self.units.len())
            .chain(0..place)
            .find(|place| self.seated[*place] < SEATS_PER_DEPARTMENT)
            .unwrap_or(place)
    }

    fn member(&mut self, no: MemberNo, first: usize, now: Millis) -> Member {
        let person = self.people.draw(&mut self.random);
        let leads = self.leaders[first].is_none();
        let direct_leader = self.leader_above(first, leads);
        if leads {
            self.leaders[first] = Some(no);
        }
        let mut seats = vec![self.seat(first, leads)];
        let more = match self.random.u32(..100) {
            0 => 2,
            1..10 => 1,
            _ => 0,
        };
        for _ in 0..more {
            let place = self.room();
            if seats.iter().all(|seat| seat.department != id_of(place)) {
                seats.push(self.seat(place, false));
            }
        }
        let userid = person.userid;
        let (life, disabled) = match self.random.u32(..100) {
            0..2 => (Life::Active, true),
            2..12 => (Life::NotActivated, false),
            _ => (Life::Active, false),
        };
        Member {
            name: person.name.into(),
            mobile: mobile(no).into(),
            email: format!("{userid}@mail.example.com").into(),
            biz_mail: format!("{userid}@example.com").into(),
            position: self.position(first, leads).into(),
            telephone: if self.random.u32(..3) == 0 {
                format!("010-{:08}", no % 100_000_000).into()
            } else {
                "".into()
            },
            main_department: id_of(first),
            direct_leader: direct_leader.into_iter().collect(),
            extattr: [Attribute {
                name: std::sync::Arc::clone(&self.badge),
                value: AttributeValue::Text(format!("A{:07}", no + 1).into()),
            }]
            .into(),
            seats: seats.into(),
            gender: if person.is_woman { Gender::Female } else { Gender::Male },
            life,
            disabled,
            invited: true,
            created_at: now,
            userid: userid.into(),
            ..Member::default()
        }
    }

    fn seat(&mut self, place: usize, leader: bool) -> Seat {
        self.seated[place] += 1;
        Seat { department: id_of(place), order: if leader { 1000 } else { 0 }, leader }
    }

    /// Returns the leader of the member's department; for a leader, the leader of the next department above that has
    /// one.
    fn leader_above(&self, place: usize, leads: bool) -> Option<MemberNo> {
        let mut place = place;
        if leads {
            loop {
                let parent = self.units[place].parent;
                if parent == place {
                    return None;
                }
                place = parent;
                if self.leaders[place].is_some() {
                    break;
                }
            }
        }
        self.leaders[place]
    }

    fn position(&mut self, place: usize, leads: bool) -> String {
        let unit = &self.units[place];
        let topic = TOPICS[unit.topic];
        if leads {
            return match unit.level {
                1 => "总经理".into(),
                2 => format!("{topic}总监"),
                3..=5 => format!("{topic}经理"),
                _ => "主管".into(),
            };
        }
        let rank = ["助理", "专员", "专员", "高级专员", "工程师", "高级工程师", "顾问"];
        format!("{topic}{}", rank[self.random.usize(..rank.len())])
    }
}

/// No operator uses numbers that begin with 100, so no real phone can ring.
fn mobile(no: MemberNo) -> String {
    format!("100{no:08}")
}

/// Returns the tags as name, members and departments.
fn tagged(members: &Members, mut random: Rng) -> Vec<(&'static str, Vec<MemberNo>)> {
    TAGS.iter()
        .map(|(name, share)| {
            let chosen = members
                .iter()
                .filter(|(_, member)| match share {
                    // 管理者
                    0 => member.seats.iter().any(|seat| seat.leader),
                    share => random.u32(..1000) < *share,
                })
                .map(|(no, _)| no)
                .take(TAGGED);
            (*name, chosen.collect())
        })
        .collect()
}
