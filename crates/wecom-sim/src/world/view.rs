//! What a caller may see: the visible range (可见范围) and the fields.

use super::{
    corp::Corp,
    credentials::{Caller, Credential, Range},
    departments::{Department, ROOT},
    fail::Fail,
    members::{Member, MemberNo},
    state::World,
    tags::Tag,
};

/// The part of a corp that a caller sees. Cheap to make: nothing is expanded, each question walks up the tree.
#[derive(Debug)]
pub(crate) struct View<'w> {
    pub(crate) world: &'w World,
    pub(crate) corp: &'w Corp,
    /// `None`: everything.
    part: Option<Part<'w>>,
    /// Avatar, gender, mobile, email, 企业邮箱, QR code and address are withheld: the app was created after 2022-06-20.
    pub(crate) hides_sensitive: bool,
    /// An upper corp is reading: names and departments only.
    pub(crate) basics_only: bool,
}

#[derive(Debug)]
struct Part<'w> {
    range: &'w Range,
    members: Vec<MemberNo>,
    tags: Vec<&'w Tag>,
}

impl World {
    /// What a caller sees.
    pub(crate) fn view(&self, caller: &Caller) -> View<'_> {
        match caller.credential {
            Credential::Contacts => View::whole(self, caller.corp),
            Credential::App(agent_id) => self.view_of_app(caller.corp, agent_id),
            Credential::SharedApp(agent_id) => {
                View { hides_sensitive: true, basics_only: true, ..self.view_of_app(caller.corp, agent_id) }
            }
        }
    }

    /// What an app sees.
    pub(crate) fn view_of_app(&self, corp: usize, agent_id: u32) -> View<'_> {
        View::of_app(self, corp, agent_id)
    }
}

impl<'w> View<'w> {
    /// The contacts-sync assistant's: the whole corp.
    pub(crate) fn whole(world: &'w World, corp: usize) -> Self {
        Self { world, corp: world.corp(corp), part: None, hides_sensitive: false, basics_only: false }
    }

    pub(crate) fn of_app(world: &'w World, corp: usize, agent_id: u32) -> Self {
        let whole = Self::whole(world, corp);
        let Some(app) = whole.corp.app(agent_id) else {
            return whole;
        };
        Self { hides_sensitive: !app.before_2022, ..Self::of_range(world, corp, &app.range) }
    }

    pub(crate) fn of_range(world: &'w World, corp: usize, range: &'w Range) -> Self {
        let whole = Self::whole(world, corp);
        let part = (!range.departments.contains(&ROOT)).then(|| Part {
            range,
            members: range.members.iter().filter_map(|userid| whole.corp.members.number_of(userid)).collect(),
            tags: range.tags.iter().filter_map(|id| whole.corp.tags.get(*id)).collect(),
        });
        Self { part, ..whole }
    }

    /// A department in range brings its subtree; one that does not exist is not seen.
    pub(crate) fn sees_department(&self, id: u32) -> bool {
        match &self.part {
            None => true,
            Some(part) => self.corp.departments.upwards(id).any(|above| part.names(above)),
        }
    }

    pub(crate) fn sees(&self, no: MemberNo, member: &Member) -> bool {
        match &self.part {
            None => true,
            Some(part) => {
                part.members.contains(&no)
                    || part.tags.iter().any(|tag| tag.members.contains(&no))
                    || member.seats.iter().any(|seat| self.sees_department(seat.department))
            }
        }
    }

    /// The tops of what is seen of the tree: the root, or the departments in range that lie below no other.
    pub(crate) fn tops(&self) -> Vec<u32> {
        let Some(part) = &self.part else { return vec![ROOT] };
        let tagged = part.tags.iter().flat_map(|tag| tag.departments.iter());
        let mut tops: Vec<u32> = part.range.departments.iter().chain(tagged).copied().collect();
        tops.sort_unstable();
        tops.dedup();
        let departments = &self.corp.departments;
        tops.retain(|id| {
            departments.contains(*id) && !departments.upwards(*id).skip(1).any(|above| part.names(above))
        });
        tops
    }

    /// The member of that userid, where the caller sees it: 60111 if there is none, 60011 if it is out of range.
    pub(crate) fn required_member(&self, userid: &str) -> Result<(MemberNo, &'w Member), Fail> {
        let (no, member) = self.corp.required_member(userid)?;
        if self.sees(no, member) { Ok((no, member)) } else { Err(Fail::of(60011)) }
    }

    /// The department of that id, where the caller sees it: 60003 if there is none, 60011 if it is out of range.
    pub(crate) fn required_department(&self, id: Option<i64>) -> Result<&'w Department, Fail> {
        let department = self.corp.required_department(id)?;
        if self.sees_department(department.id) { Ok(department) } else { Err(Fail::of(60011)) }
    }
}

impl Part<'_> {
    fn names(&self, department: u32) -> bool {
        self.range.departments.contains(&department)
            || self.tags.iter().any(|tag| tag.departments.contains(&department))
    }
}
