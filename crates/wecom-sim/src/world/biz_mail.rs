//! The 企业邮箱 of members: the address, its aliases, and the address that the system generates.

use super::{
    choices::Choices,
    corp::Corp,
    fail::Fail,
    forms::MemberForm,
    member_rules as rules,
    members::{Member, MemberNo},
};

const BIZ_MAIL_ALIASES: usize = 5;

impl Corp {
    /// Fills in 企业邮箱 and its aliases. Without 腾讯企业邮 both are ignored.
    pub(super) fn fill_biz_mail(
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

    /// Returns an address that is not in use.
    pub(super) fn free_biz_mail(&self, userid: &str, domain: &str) -> String {
        let local = userid.split('@').next().unwrap_or_default().to_ascii_lowercase();
        (1u32..)
            .map(|number| match number {
                1 => format!("{local}@{domain}"),
                _ => format!("{local}{number}@{domain}"),
            })
            .find(|mail| self.members.with_biz_mail(mail).is_none())
            .expect("more numbers than members")
    }
}
