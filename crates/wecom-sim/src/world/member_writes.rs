//! Creating, changing and deleting members: every rule, whoever asks (the API, the console, an import job).

use super::{
    Actor, Change, Choices, Corp, Department, Fail, Life, Member, MemberForm, MemberNo, ProfileForm, Seat,
    World, department_writes::DEPARTMENTS_OF_CORP, member_rules as rules,
};
use crate::clock::Millis;

/// Sub-departments and members that one department may hold directly (81001).
const NODES_IN_DEPARTMENT: usize = 30_000;
const DEPARTMENTS_OF_MEMBER: usize = 100;
const BIZ_MAIL_ALIASES: usize = 5;

/// Where members without a department go.
const UNPLACED: &str = "其他（待设置部门）";

/// What a creation made.
#[derive(Debug)]
pub(crate) struct Created {
    pub(crate) userid: String,
    /// Departments made because they were named and unknown.
    pub(crate) departments: Vec<(u32, String)>,
}

/// Where a member is to sit, and which departments are to be made for it.
#[derive(Debug, Default)]
struct Seating {
    seats: Vec<Seat>,
    main: u32,
    /// Ids to be made below 其他（待设置部门）.
    unknown: Vec<u32>,
    /// The member, or a department made for it, needs 其他（待设置部门）.
    needs_unplaced: bool,
}

impl World {
    /// Creates a member (创建成员).
    ///
    /// Official: [创建成员](https://developer.work.weixin.qq.com/document/path/90195)
    pub(crate) fn create_member(
        &mut self,
        corp: usize,
        actor: Actor,
        form: &MemberForm,
        now: Millis,
    ) -> Result<Created, Fail> {
        let choices = self.choices.clone();
        let home = self.corp(corp);
        let userid = match form.userid.as_deref() {
            None if actor == Actor::Console => generated_userid(home),
            userid => {
                let userid = userid.unwrap_or_default();
                rules::userid(userid)?;
                userid.to_owned()
            }
        };
        if home.members.number_of(&userid).is_some() {
            return Err(Fail::of(60102));
        }
        if home.members.len() >= home.console.account_cap {
            return Err(Fail::of(45024));
        }
        rules::name(form.name.as_deref().unwrap_or_default())?;
        let mut member = Member {
            userid: userid.as_str().into(),
            created_at: now,
            userid_generated: form.userid.is_none(),
            life: if form.activated == Some(true) { Life::Active } else { Life::NotActivated },
            invited: form.to_invite.unwrap_or(true),
            ..Member::default()
        };
        let given = |text: &Option<String>| text.as_ref().is_some_and(|text| !text.is_empty());
        if actor != Actor::Console && !given(&form.mobile) && !given(&form.email) {
            return Err(Fail::of(60129));
        }
        home.fill(None, &mut member, form, &choices, (actor, now))?;
        home.fill_biz_mail(None, &mut member, form, &choices)?;
        if member.biz_mail.is_empty()
            && let Some(domain) = &home.console.mail_domain
        {
            member.biz_mail = home.free_biz_mail(&userid, domain).into();
        }
        let seating = home.seat_new(form, &choices)?;
        let departments = self.take_seats(corp, actor, &mut member, seating);
        self.corp_mut(corp).members.insert(member.clone());
        self.record(corp, actor, Change::MemberCreated(Box::new(member)));
        Ok(Created { userid, departments })
    }

    /// Changes what is given of a member (更新成员).
    ///
    /// Official: [更新成员](https://developer.work.weixin.qq.com/document/path/90197)
    pub(crate) fn update_member(
        &mut self,
        corp: usize,
        actor: Actor,
        form: &MemberForm,
        now: Millis,
    ) -> Result<(), Fail> {
        let choices = self.choices.clone();
        let home = self.corp(corp);
        let (no, old) = home.required_member(form.userid.as_deref().unwrap_or_default())?;
        let mut member = old.clone();
        // Clients that write every field send an empty one along; it names nobody.
        let new = form.new_userid.as_deref().filter(|new| !new.is_empty());
        if let Some(new) = new.filter(|new| *new != &*old.userid) {
            rules::userid(new)?;
            if !old.userid_generated {
                return Err(Fail::of(301036));
            }
            if home.members.number_of(new).is_some_and(|holder| holder != no) {
                return Err(Fail::of(60102));
            }
            member.userid = new.into();
            member.userid_generated = false;
        }
        if let Some(activated) = form.activated {
            member.life = if activated { Life::Active } else { Life::NotActivated };
        }
        home.fill(Some(no), &mut member, form, &choices, (actor, now))?;
        let biz_mail = home.fill_biz_mail(Some(no), &mut member, form, &choices);
        if !choices.split_biz_mail_update {
            biz_mail.clone()?;
        }
        let seating = home.seat_again(&member, form)?;
        if let Some(seating) = seating {
            self.take_seats(corp, actor, &mut member, seating);
        }
        self.put_member(corp, actor, no, member);
        biz_mail
    }

    /// Deletes a member (删除成员).
    ///
    /// Official: [删除成员](https://developer.work.weixin.qq.com/document/path/90198)
    pub(crate) fn delete_member(&mut self, corp: usize, actor: Actor, userid: &str) -> Result<(), Fail> {
        let home = self.corp(corp);
        let (no, member) = home.required_member(userid)?;
        if member.userid.eq_ignore_ascii_case(&home.console.creator) {
            return Err(Fail::of(301005));
        }
        let home = self.corp_mut(corp);
        home.tags.forget_member(no);
        for app in &mut home.apps {
            app.range.members.retain(|visible| !visible.eq_ignore_ascii_case(userid));
        }
        if let Some(member) = home.members.remove(no) {
            self.record(corp, actor, Change::MemberDeleted(member));
        }
        Ok(())
    }

    /// Marks a member as logged in (激活).
    pub(crate) fn activate_member(&mut self, corp: usize, userid: &str) -> Result<(), Fail> {
        let (no, member) = self.corp(corp).required_member(userid)?;
        if member.life != Life::NotActivated {
            return Ok(());
        }
        let member = Member { life: Life::Active, ..member.clone() };
        self.put_member(corp, Actor::Member, no, member);
        Ok(())
    }

    /// A member leaves the corp by themselves (退出企业); what is known of them stays.
    pub(crate) fn quit_member(&mut self, corp: usize, userid: &str) -> Result<(), Fail> {
        let (no, member) = self.corp(corp).required_member(userid)?;
        let member = Member { life: Life::Left, ..member.clone() };
        self.put_member(corp, Actor::Member, no, member);
        Ok(())
    }

    /// Puts a changed member in its place; a change of nothing is no event.
    fn put_member(&mut self, corp: usize, actor: Actor, no: MemberNo, member: Member) {
        let home = self.corp_mut(corp);
        let Some(old) = home.members.replace(no, member.clone()) else {
            return;
        };
        if old.userid != member.userid {
            for app in &mut home.apps {
                for visible in &mut app.range.members {
                    if visible.eq_ignore_ascii_case(&old.userid) {
                        *visible = member.userid.to_string();
                    }
                }
            }
            if home.console.creator.eq_ignore_ascii_case(&old.userid) {
                home.console.creator = member.userid.to_string();
            }
        }
        if *old != member {
            self.record(corp, actor, Change::MemberUpdated(Box::new((*old, member))));
        }
    }

    /// Seats a member, making the departments that this needs.
    fn take_seats(
        &mut self,
        corp: usize,
        actor: Actor,
        member: &mut Member,
        mut seating: Seating,
    ) -> Vec<(u32, String)> {
        let mut made = Vec::new();
        if seating.needs_unplaced {
            let unplaced = self.unplaced_department(corp, actor, &seating.unknown);
            for id in std::mem::take(&mut seating.unknown) {
                let name = format!("待设置部门{id}");
                self.make_department(corp, actor, id, &name, unplaced);
                made.push((id, name));
            }
            for seat in &mut seating.seats {
                if seat.department == 0 {
                    seat.department = unplaced;
                }
            }
            if seating.main == 0 {
                seating.main = unplaced;
            }
        }
        member.seats = seating.seats.into();
        member.main_department = seating.main;
        made
    }

    fn unplaced_department(&mut self, corp: usize, actor: Actor, taken: &[u32]) -> u32 {
        let departments = &self.corp(corp).departments;
        if let Some(id) = departments.child_named(super::ROOT, super::Tongue::Main, UNPLACED) {
            return id;
        }
        let mut id = departments.next_id();
        while taken.contains(&id) {
            id += 1;
        }
        self.make_department(corp, actor, id, UNPLACED, super::ROOT);
        id
    }

    fn make_department(&mut self, corp: usize, actor: Actor, id: u32, name: &str, parent: u32) {
        let departments = &mut self.corp_mut(corp).departments;
        let order = departments.last_order(parent);
        departments.insert(Department { id, name: name.into(), parent, order, ..Department::default() });
        let name = name.to_owned();
        self.record(corp, actor, Change::DepartmentCreated { id, name, parent, order });
    }
}

/// A userid as the system makes it for those who join by themselves.
fn generated_userid(corp: &Corp) -> String {
    loop {
        let userid: String = std::iter::repeat_with(fastrand::lowercase).take(16).collect();
        if corp.members.number_of(&userid).is_none() {
            return userid;
        }
    }
}

/// Truth values are written as 0 and 1.
fn check_flags(flags: Option<&[i64]>) -> Result<(), Fail> {
    let fits = flags.unwrap_or_default().iter().all(|flag| matches!(flag, 0 | 1));
    if fits { Ok(()) } else { Err(Fail::of(40058)) }
}

impl Corp {
    /// The member that a call names.
    pub(crate) fn required_member(&self, userid: &str) -> Result<(MemberNo, &Member), Fail> {
        match userid {
            "" => Err(Fail::of(41009)),
            long if long.len() > 64 => Err(Fail::of(40058)),
            _ => self.members.find(userid).ok_or_else(|| Fail::of(60111)),
        }
    }

    /// Whether one more node fits directly into a department.
    pub(super) fn room_in(&self, department: u32) -> Result<(), Fail> {
        let children = self.departments.get(department).map_or(0, |one| one.children.len());
        if children + self.members.count_in(department) >= NODES_IN_DEPARTMENT {
            return Err(Fail::of(81001));
        }
        Ok(())
    }

    /// Everything but userid, departments and 企业邮箱. `no` is the member's own number, when it has one already.
    fn fill(
        &self,
        no: Option<MemberNo>,
        member: &mut Member,
        form: &MemberForm,
        choices: &Choices,
        (actor, now): (Actor, Millis),
    ) -> Result<(), Fail> {
        if let Some(name) = &form.name {
            rules::name(name)?;
            member.name = name.as_str().into();
        }
        if let Some(alias) = &form.alias {
            rules::at_most(alias, 64, 40058)?;
            member.alias = alias.as_str().into();
        }
        self.fill_contact(no, member, form, actor)?;
        if let Some(position) = &form.position {
            rules::at_most(position, 128, 301012)?;
            member.position = position.as_str().into();
        }
        if let Some(gender) = &form.gender {
            member.gender = rules::gender(gender)?;
        }
        if let Some(telephone) = &form.telephone {
            rules::telephone(telephone)?;
            member.telephone = telephone.as_str().into();
        }
        if let Some(address) = &form.address {
            rules::at_most(address, 128, 40058)?;
            member.address = address.as_str().into();
        }
        if let Some(position) = &form.external_position {
            rules::at_most(position, 12, 40058)?;
            member.external_position = position.as_str().into();
        }
        match form.enable {
            None => {}
            Some(enable @ 0..=1) => member.disabled = enable == 0,
            Some(_) => return Err(Fail::of(40058)),
        }
        if let Some(leaders) = &form.direct_leader {
            member.direct_leader = self.leaders(leaders)?;
        }
        if let Some(items) = &form.extattr {
            let changes = rules::extattr(items, &self.console.extattr)?;
            member.extattr = rules::changed(&member.extattr, changes, choices.merge_attributes);
        }
        if let Some(profile) = &form.external_profile {
            self.fill_profile(member, profile, choices)?;
        }
        if let Some(media) = form.avatar_mediaid.as_deref().filter(|media| !media.is_empty()) {
            // The console has pictures of its own.
            if actor != Actor::Console {
                self.avatar(media, now)?;
            }
            member.rare_mut().avatar = format!("https://wework.qpic.cn/wwpic/{media}").into();
        }
        Ok(())
    }

    /// Mobile and mail, of which one must remain.
    fn fill_contact(
        &self,
        no: Option<MemberNo>,
        member: &mut Member,
        form: &MemberForm,
        actor: Actor,
    ) -> Result<(), Fail> {
        // Whoever has logged in owns the number; a change by the API is dropped without a word.
        let locked = member.life == Life::Active && no.is_some() && actor != Actor::Console;
        if let Some(mobile) = form.mobile.as_deref().filter(|_| !locked) {
            let mobile = rules::mobile(mobile)?;
            if let Some(holder) = self.members.with_mobile(&mobile).filter(|holder| Some(*holder) != no) {
                let holder = self.members.at(holder).map_or("", |holder| &holder.userid);
                return Err(Fail::new(60104, format!("mobile existed:{holder}")));
            }
            member.mobile = mobile.into();
        }
        if let Some(email) = &form.email {
            if !email.is_empty() && !rules::is_mail(email, 6..=64) {
                return Err(Fail::of(if member.mobile.is_empty() { 60141 } else { 60105 }));
            }
            if self.members.with_email(email).is_some_and(|holder| Some(holder) != no) {
                return Err(Fail::of(if no.is_some() { 60142 } else { 60106 }));
            }
            member.email = email.as_str().into();
        }
        let touched = form.mobile.is_some() || form.email.is_some();
        if touched && actor != Actor::Console && member.mobile.is_empty() && member.email.is_empty() {
            return Err(Fail::of(60129));
        }
        Ok(())
    }

    fn leaders(&self, leaders: &[String]) -> Result<Box<[MemberNo]>, Fail> {
        if leaders.len() > 1 {
            return Err(Fail::of(60257));
        }
        leaders
            .iter()
            .map(|leader| {
                self.members.number_of(leader).ok_or_else(|| {
                    Fail::new(60111, format!("invalid string value `{leader}`. userid not found"))
                })
            })
            .collect()
    }

    fn fill_profile(
        &self,
        member: &mut Member,
        profile: &ProfileForm,
        choices: &Choices,
    ) -> Result<(), Fail> {
        let fits = |list: &[String], text: &String| list.is_empty() || text.is_empty() || list.contains(text);
        if let Some(name) = &profile.external_corp_name {
            if !fits(&self.console.short_names, name) {
                return Err(Fail::of(41036));
            }
            member.rare_mut().external_corp_name = name.as_str().into();
        }
        if let Some(nickname) = &profile.channels_nickname {
            if !fits(&self.console.channels, nickname) {
                return Err(Fail::of(41066));
            }
            member.rare_mut().channels_nickname = nickname.as_str().into();
        }
        if let Some(items) = &profile.external_attr {
            let console = &self.console;
            let changes =
                rules::external_attr(items, &console.external_attr, &console.miniprograms, choices)?;
            let rare = member.rare_mut();
            rare.external_attr = rules::changed(&rare.external_attr, changes, choices.merge_attributes);
        }
        Ok(())
    }

    /// 企业邮箱 and its aliases; without 腾讯企业邮 both are dropped.
    fn fill_biz_mail(
        &self,
        no: Option<MemberNo>,
        member: &mut Member,
        form: &MemberForm,
        choices: &Choices,
    ) -> Result<(), Fail> {
        let Some(domain) = &self.console.mail_domain else {
            return Ok(());
        };
        let other = |mail: &str| self.members.with_biz_mail(mail).is_some_and(|holder| Some(holder) != no);
        let own = |mail: &str| {
            let ends = mail.rsplit_once('@').is_some_and(|(_, end)| end.eq_ignore_ascii_case(domain));
            if choices.check_mail_domain && !ends { Err(Fail::of(81015)) } else { Ok(()) }
        };
        let wanted = form.biz_mail.as_deref().filter(|mail| !mail.is_empty());
        if let Some(mail) = wanted.filter(|mail| !mail.eq_ignore_ascii_case(&member.biz_mail)) {
            if no.is_some() && member.biz_mail_fixed {
                return Err(Fail::of(60144));
            }
            if !rules::is_mail(mail, if no.is_some() { 6..=63 } else { 6..=64 }) {
                return Err(Fail::of(60143));
            }
            own(mail)?;
            if other(mail) {
                return Err(Fail::of(60145));
            }
            member.biz_mail = mail.into();
            member.biz_mail_fixed = true;
        }
        if let (Some(aliases), Some(_)) = (&form.biz_mail_alias, no) {
            if aliases.len() > BIZ_MAIL_ALIASES {
                return Err(Fail::of(60273));
            }
            if member.biz_mail.is_empty() && !aliases.is_empty() {
                return Err(Fail::of(60272));
            }
            for alias in aliases {
                if !rules::is_mail(alias, 6..=63) {
                    return Err(Fail::of(60269));
                }
                own(alias)?;
                if other(alias) {
                    return Err(Fail::of(60270));
                }
            }
            member.rare_mut().biz_mail_alias = aliases.iter().map(|alias| alias.as_str().into()).collect();
        }
        Ok(())
    }

    fn free_biz_mail(&self, userid: &str, domain: &str) -> String {
        let local = userid.split('@').next().unwrap_or_default().to_ascii_lowercase();
        (1u32..)
            .map(|number| match number {
                1 => format!("{local}@{domain}"),
                _ => format!("{local}{number}@{domain}"),
            })
            .find(|mail| self.members.with_biz_mail(mail).is_none())
            .expect("more numbers than members")
    }

    fn seat_new(&self, form: &MemberForm, choices: &Choices) -> Result<Seating, Fail> {
        let Some(wanted) = &form.department else {
            if choices.strict_departments {
                return Err(Fail::of(41019));
            }
            // What is parallel to `department` means nothing without it.
            return self.seats(&[0], &MemberForm::default(), true, &[]);
        };
        self.seats(wanted, form, form.make_departments, &[])
    }

    /// The seats after an update; `None` when it leaves them alone.
    fn seat_again(&self, member: &Member, form: &MemberForm) -> Result<Option<Seating>, Fail> {
        if let Some(wanted) = &form.department {
            let mut seating = self.seats(wanted, form, form.make_departments, &member.seats)?;
            let keeps_main = seating.seats.iter().any(|seat| seat.department == member.main_department);
            if form.main_department.is_none() && keeps_main {
                seating.main = member.main_department;
            }
            return Ok(Some(seating));
        }
        if form.is_leader_in_dept.is_none() && form.main_department.is_none() {
            return Ok(None);
        }
        let mut seats = member.seats.to_vec();
        if let Some(leader) = &form.is_leader_in_dept {
            if leader.len() != seats.len() {
                return Err(Fail::of(60132));
            }
            check_flags(Some(leader))?;
            for (seat, leader) in seats.iter_mut().zip(leader) {
                seat.leader = *leader == 1;
            }
        }
        let main = self.main_department(form, &seats, member.main_department)?;
        Ok(Some(Seating { seats, main, ..Seating::default() }))
    }

    /// Seats in the departments of a form. Without `order` a seat has order 0, as its page says; a leader who stays in a
    /// department remains one unless told.
    fn seats(
        &self,
        wanted: &[i64],
        form: &MemberForm,
        make_departments: bool,
        held: &[Seat],
    ) -> Result<Seating, Fail> {
        if wanted.is_empty() {
            return Err(Fail::of(40066));
        }
        if wanted.len() > DEPARTMENTS_OF_MEMBER {
            return Err(Fail::of(60110));
        }
        let orders = form.order.as_deref().unwrap_or_default();
        if form.order.is_some() && orders.len() != wanted.len() {
            return Err(Fail::of(40058));
        }
        let leaders = form.is_leader_in_dept.as_deref();
        if leaders.is_some_and(|leaders| leaders.len() != wanted.len()) {
            return Err(Fail::of(60132));
        }
        check_flags(leaders)?;
        let mut seating = Seating::default();
        for (at, id) in wanted.iter().enumerate() {
            let department = u32::try_from(*id).map_err(|_| Fail::of(40066))?;
            if seating.seats.iter().any(|seat| seat.department == department) {
                continue;
            }
            let before = held.iter().find(|seat| seat.department == department);
            if department == 0 || !self.departments.contains(department) {
                if !make_departments {
                    return Err(Fail::of(40066));
                }
                seating.needs_unplaced = true;
                if department != 0 {
                    seating.unknown.push(department);
                }
            } else if before.is_none() {
                self.room_in(department)?;
            }
            let order = orders.get(at).copied().unwrap_or_default();
            seating.seats.push(Seat {
                department,
                order: u32::try_from(order).map_err(|_| Fail::of(40058))?,
                leader: match leaders {
                    Some(leaders) => leaders[at] == 1,
                    None => before.is_some_and(|seat| seat.leader),
                },
            });
        }
        if seating.needs_unplaced {
            self.room_for_unplaced(seating.unknown.len())?;
        }
        seating.main = self.main_department(form, &seating.seats, seating.seats[0].department)?;
        Ok(seating)
    }

    /// Room in 其他（待设置部门） for one member, or for the departments made for it.
    fn room_for_unplaced(&self, departments: usize) -> Result<(), Fail> {
        let unplaced = self.departments.child_named(super::ROOT, super::Tongue::Main, UNPLACED);
        let made = departments + usize::from(unplaced.is_none());
        if self.departments.len() + made > DEPARTMENTS_OF_CORP {
            return Err(Fail::of(81001));
        }
        self.room_in(unplaced.unwrap_or(super::ROOT))
    }

    /// The main department that is asked for, where the member sits in it; else the given one.
    fn main_department(&self, form: &MemberForm, seats: &[Seat], otherwise: u32) -> Result<u32, Fail> {
        let Some(main) = form.main_department else {
            return Ok(otherwise);
        };
        let main = u32::try_from(main).map_err(|_| Fail::of(60123))?;
        if seats.iter().any(|seat| seat.department == main) {
            return Ok(main);
        }
        if self.departments.contains(main) || main == 0 { Ok(otherwise) } else { Err(Fail::of(60123)) }
    }
}
