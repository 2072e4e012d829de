//! Stored codes and tickets from visits to pages.

use std::collections::HashMap;

use super::{credentials::Credential, members::MemberNo};
use crate::clock::Millis;

/// All codes and tickets of a world.
#[derive(Clone, Debug, Default)]
pub(super) struct Logins {
    pub(super) codes: HashMap<String, Code>,
    pub(super) tickets: HashMap<String, Ticket>,
    pub(super) tfa_codes: HashMap<String, Ticket>,
}

/// A code of a visit.
#[derive(Clone, Debug)]
pub(super) struct Code {
    pub(super) corp: usize,
    pub(super) page: Page,
    pub(super) visitor: Visitor,
    /// Whether the visitor consented to sensitive fields (`snsapi_privateinfo`).
    pub(super) private: bool,
    pub(super) until: Millis,
    pub(super) used: bool,
}

/// The page of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Page {
    App(u32),
    SecondVerification,
}

/// The visitor of a page.
#[derive(Clone, Debug)]
pub(crate) enum Visitor {
    Member(MemberNo),
    Stranger { openid: String, external_userid: Option<String> },
}

/// A ticket of a member, for one credential.
#[derive(Clone, Debug)]
pub(super) struct Ticket {
    pub(super) corp: usize,
    pub(super) credential: Credential,
    pub(super) member: MemberNo,
    pub(super) until: Millis,
}
