//! Fills the fields of a member from a form, except userid, seats and 企业邮箱.

use super::{
    changes::Actor,
    choices::Choices,
    corp::Corp,
    fail::Fail,
    forms::{MemberForm, ProfileForm},
    member_rules as rules,
    members::{Life, Member, MemberNo},
};
use crate::clock::Millis;

impl Corp {
    /// Fills all fields except userid, departments and 企业邮箱. `no` is the number of an existing member.
    pub(super) fn fill(
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
            // The console has its own pictures.
            if actor != Actor::Console {
                self.media.check_avatar(media, now)?;
            }
            member.rare_mut().avatar = format!("https://wework.qpic.cn/wwpic/{media}").into();
        }
        Ok(())
    }

    /// Fills mobile and mail. At least one of them must remain.
    fn fill_contact(
        &self,
        no: Option<MemberNo>,
        member: &mut Member,
        form: &MemberForm,
        actor: Actor,
    ) -> Result<(), Fail> {
        // A member who has logged in owns the number, so the API ignores a change.
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
}
