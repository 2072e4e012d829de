//! The part of a corp that a caller can see: the visible range (可见范围) and the fields.

use super::{
    corp::Corp,
    credentials::{Caller, Credential, Range},
    departments::{Department, ROOT},
    fail::Fail,
    members::{Life, Member, MemberNo},
    state::World,
    tags::Tag,
};

/// The part of a corp that a caller sees. It is cheap to create: nothing is expanded, and each question walks up the
/// tree.
#[derive(Debug)]
pub(crate) struct View<'w> {
    pub(crate) world: &'w World,
    pub(crate) corp: &'w Corp,
    /// `None` means everything.
    part: Option<Part<'w>>,
    /// Whether avatar, gender, mobile, email, 企业邮箱, QR code and address are withheld, because the app was created
    /// after 2022-06-20.
    pub(crate) hides_sensitive: bool,
    /// Whether only names and departments are visible, because an upper corp is reading.
    pub(crate) basics_only: bool,
    /// Whether every member seems to be in the root alone, as in 成员授权模式.
    pub(crate) shows_root_alone: bool,
}

#[derive(Debug)]
struct Part<'w> {
    range: &'w Range,
    members: Vec<MemberNo>,
    tags: Vec<&'w Tag>,
}

impl World {
    /// Returns the view of a caller.
    pub(crate) fn view(&self, caller: &Caller) -> View<'_> {
        match caller.credential {
            Credential::Contacts => View::whole(self, caller.corp),
            Credential::App(agent_id) => self.view_of_app(caller.corp, agent_id),
            Credential::SharedApp(agent_id) => {
                View { hides_sensitive: true, basics_only: true, ..self.view_of_app(caller.corp, agent_id) }
            }
        }
    }

    /// Returns the view of an app.
    pub(crate) fn view_of_app(&self, corp: usize, agent_id: u32) -> View<'_> {
        View::of_app(self, corp, agent_id)
    }
}

impl<'w> View<'w> {
    /// Returns the view of the contacts-sync assistant: the whole corp.
    pub(crate) fn whole(world: &'w World, corp: usize) -> Self {
        Self {
            world,
            corp: world.corp(corp),
            part: None,
            hides_sensitive: false,
            basics_only: false,
            shows_root_alone: false,
        }
    }

    pub(crate) fn of_app(world: &'w World, corp: usize, agent_id: u32) -> Self {
        let whole = Self::whole(world, corp);
        let Some(app) = whole.corp.app(agent_id) else {
            return whole;
        };
        Self {
            hides_sensitive: !app.before_2022,
            shows_root_alone: world.choices.member_authorization,
            ..Self::of_range(world, corp, &app.range)
        }
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

    /// Whether a department is visible. A department in the range includes its subtree; an unknown one is invisible.
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

    /// Whether lists and exports include the member, if the member is visible.
    pub(crate) fn lists(&self, member: &Member) -> bool {
        !(self.world.choices.hide_left_members && member.life == Life::Left)
    }

    /// Returns the tops of the visible tree: the root, or the departments of the range that have no ancestor in it.
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

    /// Returns the visible member with this userid: 60111 if unknown, 60011 if outside the range.
    pub(crate) fn required_member(&self, userid: &str) -> Result<(MemberNo, &'w Member), Fail> {
        let (no, member) = self.corp.required_member(userid)?;
        if self.sees(no, member) { Ok((no, member)) } else { Err(Fail::of(60011)) }
    }

    /// Returns the visible department with this id: 60003 if unknown, 60011 if outside the range.
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
