//! Creates, changes and deletes members. The API, the console and import jobs use the same rules.

use super::{
    changes::{Actor, ContactsChange},
    corp::Corp,
    fail::Fail,
    forms::MemberForm,
    member_rules as rules,
    members::{Life, Member, MemberNo},
    state::World,
};
use crate::clock::Millis;

/// The result of a creation.
#[derive(Debug)]
pub(crate) struct Created {
    pub(crate) userid: String,
    /// Unknown departments that were created.
    pub(crate) departments: Vec<(u32, String)>,
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
        self.record(corp, actor, ContactsChange::MemberCreated(Box::new(member)));
        Ok(Created { userid, departments })
    }

    /// Changes the given fields of a member (更新成员).
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
        // Clients that write every field send an empty one too; it counts as absent.
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
        if home.console.is_creator(&member.userid) {
            return Err(Fail::of(301005));
        }
        let home = self.corp_mut(corp);
        home.tags.forget_member(no);
        for app in &mut home.apps {
            app.range.members.retain(|visible| !visible.eq_ignore_ascii_case(userid));
        }
        if let Some(member) = home.members.remove(no) {
            self.record(corp, actor, ContactsChange::MemberDeleted(member));
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

    /// Marks a member as having left the corp (退出企业); the record stays.
    pub(crate) fn quit_member(&mut self, corp: usize, userid: &str) -> Result<(), Fail> {
        let (no, member) = self.corp(corp).required_member(userid)?;
        let member = Member { life: Life::Left, ..member.clone() };
        self.put_member(corp, Actor::Member, no, member);
        Ok(())
    }

    /// Replaces a member. A member without changes causes no event.
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
            if home.console.is_creator(&old.userid) {
                home.console.creator = member.userid.to_string();
            }
        }
        if *old != member {
            self.record(corp, actor, ContactsChange::MemberUpdated(Box::new((*old, member))));
        }
    }
}

/// Returns a userid as the system generates it for a member who joins without one.
fn generated_userid(corp: &Corp) -> String {
    loop {
        let userid: String = std::iter::repeat_with(fastrand::lowercase).take(16).collect();
        if corp.members.number_of(&userid).is_none() {
            return userid;
        }
    }
}
