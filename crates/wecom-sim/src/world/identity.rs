//! Codes and tickets from a member's visit to a page. The control surface makes the visits.

use serde::Serialize;

use super::{
    corp::Corp,
    credentials::{Caller, Credential},
    fail::Fail,
    logins::{Code, Page, Ticket, Visitor},
    members::{Member, MemberNo},
    state::World,
};
use crate::{clock::Millis, random::random_text};

const CODE_LIFETIME: Millis = 5 * 60 * 1000;
const TICKET_LIFETIME: Millis = 30 * 60 * 1000;

/// The answer of `auth/getuserinfo`.
#[derive(Debug, Default, Serialize)]
pub(crate) struct VisitorInfo {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) userid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) user_ticket: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) openid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) external_userid: Option<String>,
}

impl World {
    /// Creates the code of a visit to an app's page. It works once, for 5 minutes.
    pub(crate) fn mint_oauth_code(
        &mut self,
        corp: usize,
        agent_id: u32,
        visitor: Visitor,
        private: bool,
        now: Millis,
    ) -> String {
        self.keep_code(corp, Page::App(agent_id), visitor, private, now)
    }

    /// Creates the code of a visit to the second-verification page (二次验证). It works once, for 5 minutes.
    pub(crate) fn mint_tfa_code(&mut self, corp: usize, member: MemberNo, now: Millis) -> String {
        self.keep_code(corp, Page::SecondVerification, Visitor::Member(member), false, now)
    }

    fn keep_code(&mut self, corp: usize, page: Page, visitor: Visitor, private: bool, now: Millis) -> String {
        let text = random_text(43);
        self.logins.codes.insert(
            text.clone(),
            Code { corp, page, visitor, private, until: now + CODE_LIFETIME, used: false },
        );
        text
    }

    /// Returns the visitor of a code, and a ticket if the visitor consented.
    pub(crate) fn redeem_code(
        &mut self,
        caller: &Caller,
        code: &str,
        now: Millis,
    ) -> Result<VisitorInfo, Fail> {
        let fits = |page| match (page, caller.credential) {
            (Page::App(agent_id), Credential::App(own)) => agent_id == own,
            // By doc 90203, the assistant's token redeems codes of the second-verification page.
            (Page::SecondVerification, Credential::Contacts) => true,
            (Page::SecondVerification, Credential::App(own)) => {
                self.corps[caller.corp].console.second_verification.app == Some(own)
            }
            // Codes of lower corps are redeemed by the upper corp with its own token.
            (Page::App(_), Credential::Contacts) | (_, Credential::SharedApp(_)) => false,
        };
        let known = self.logins.codes.get(code).filter(|known| known.corp == caller.corp);
        if known.is_some_and(|known| known.page != Page::SecondVerification)
            && caller.credential == Credential::Contacts
        {
            return Err(Fail::of(50001));
        }
        if !known.is_some_and(|known| fits(known.page)) {
            return Err(invalid_code());
        }
        let (visitor, private) = self.use_code(code, now)?;
        let no = match visitor {
            Visitor::Member(no) => no,
            Visitor::Stranger { openid, external_userid } => {
                return Ok(VisitorInfo { openid: Some(openid), external_userid, ..VisitorInfo::default() });
            }
        };
        let view = self.view(caller);
        let member = view.corp.members.at(no).ok_or_else(invalid_code)?;
        let userid = member.userid.to_string();
        let user_ticket = (private && view.sees(no, member)).then(|| random_text(64));
        if let Some(ticket) = &user_ticket {
            let made = Ticket {
                corp: caller.corp,
                credential: caller.credential,
                member: no,
                until: now + TICKET_LIFETIME,
            };
            self.logins.tickets.insert(ticket.clone(), made);
        }
        Ok(VisitorInfo { userid: Some(userid), user_ticket, ..VisitorInfo::default() })
    }

    fn use_code(&mut self, code: &str, now: Millis) -> Result<(Visitor, bool), Fail> {
        let distinct = self.choices.distinct_code_errors;
        let known = self.logins.codes.get_mut(code).ok_or_else(invalid_code)?;
        if known.used {
            return Err(if distinct { Fail::of(42022) } else { invalid_code() });
        }
        if now >= known.until {
            return Err(if distinct { Fail::of(42003) } else { invalid_code() });
        }
        known.used = true;
        Ok((known.visitor.clone(), known.private))
    }

    /// Returns the member of a `user_ticket`. A ticket is valid for 30 minutes and can be used several times.
    pub(crate) fn holder_of_ticket(
        &self,
        caller: &Caller,
        ticket: &str,
        now: Millis,
    ) -> Result<MemberNo, Fail> {
        let ticket = self
            .logins
            .tickets
            .get(ticket)
            .filter(|ticket| ticket.corp == caller.corp && ticket.credential == caller.credential)
            .ok_or_else(|| Fail::of(84015))?;
        if now >= ticket.until {
            return Err(Fail::of(84014));
        }
        Ok(ticket.member)
    }

    /// Redeems the code of the second-verification page. Returns the member, and the `tfa_code` for the confirmation.
    pub(crate) fn open_second_verification(
        &mut self,
        caller: &Caller,
        code: &str,
        now: Millis,
    ) -> Result<(String, String), Fail> {
        let corp = &self.corps[caller.corp];
        corp.check_verification_page(caller)?;
        let no = match self.logins.codes.get(code) {
            Some(Code { corp, page: Page::SecondVerification, visitor: Visitor::Member(no), .. })
                if *corp == caller.corp =>
            {
                *no
            }
            _ => return Err(invalid_code()),
        };
        let view = self.view(caller);
        let member = view.corp.members.at(no).ok_or_else(invalid_code)?;
        if !view.corp.is_verified_twice(member) || !view.sees(no, member) {
            return Err(Fail::of(40208));
        }
        let userid = member.userid.to_string();
        self.use_code(code, now)?;
        let tfa_code = random_text(43);
        self.logins.tfa_codes.insert(
            tfa_code.clone(),
            Ticket {
                corp: caller.corp,
                credential: caller.credential,
                member: no,
                until: now + CODE_LIFETIME,
            },
        );
        Ok((userid, tfa_code))
    }

    /// Confirms a second verification. The `tfa_code` works once, for 5 minutes.
    pub(crate) fn close_second_verification(
        &mut self,
        caller: &Caller,
        userid: &str,
        tfa_code: &str,
        now: Millis,
    ) -> Result<(), Fail> {
        let view = self.view(caller);
        view.corp.check_verification_page(caller)?;
        let (no, member) = view.corp.required_member(userid)?;
        if !view.corp.is_verified_twice(member) || !view.sees(no, member) {
            return Err(Fail::of(40208));
        }
        match self.logins.tfa_codes.get(tfa_code) {
            Some(ticket) if ticket.corp == caller.corp && ticket.member == no && now < ticket.until => {
                self.logins.tfa_codes.remove(tfa_code);
                Ok(())
            }
            _ => Err(Fail::of(40207)),
        }
    }
}

/// The refusal of the page's sample, without a hint.
fn invalid_code() -> Fail {
    Fail::bare(40029, "invalid code")
}

impl Corp {
    fn check_verification_page(&self, caller: &Caller) -> Result<(), Fail> {
        let verification = &self.console.second_verification;
        if verification.page.is_none() {
            return Err(Fail::of(40210));
        }
        match caller.credential {
            Credential::App(own) if verification.app != Some(own) => Err(Fail::of(40209)),
            _ => Ok(()),
        }
    }

    fn is_verified_twice(&self, member: &Member) -> bool {
        let asked = &self.console.second_verification.members;
        asked.is_empty() || asked.iter().any(|userid| userid.eq_ignore_ascii_case(&member.userid))
    }
}
