//! Secrets (凭证), the tokens they buy, and what each may do.

use std::{collections::HashMap, net::IpAddr};

use serde::{Deserialize, Serialize};

use super::{Actor, Corp, Fail, World};
use crate::{
    api::{Access, Args},
    clock::Millis,
    faults::{Sender, TokenDeath},
};

/// The contacts-sync assistant (通讯录同步助手).
#[derive(Clone, Debug)]
pub(crate) struct ContactsSync {
    pub(crate) secret: String,
    pub(crate) enabled: bool,
    pub(crate) may_edit: bool,
    /// Whether calls come from an IP known before 2022-08-15, which may read details.
    pub(crate) legacy_ip: bool,
    /// Empty: any IP is taken, so that a test needs no set-up.
    pub(crate) trusted_ips: Vec<IpAddr>,
}

/// An app (自建应用).
#[derive(Clone, Debug)]
pub(crate) struct App {
    pub(crate) agent_id: u32,
    pub(crate) name: String,
    pub(crate) secret: String,
    pub(crate) enabled: bool,
    /// Created before 2022-06-20, so that sensitive fields are returned.
    pub(crate) before_2022: bool,
    pub(crate) trusted_ips: Vec<IpAddr>,
    pub(crate) range: Range,
}

/// A visible range (可见范围): a department brings its subtree, a tag its departments and members.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Range {
    pub(crate) departments: Vec<u32>,
    pub(crate) members: Vec<String>,
    pub(crate) tags: Vec<u32>,
}

/// Which of a corp's secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Credential {
    Contacts,
    App(u32),
    /// An app of this corp, in the hands of the upper corp that shared it (企业互联, 上下游).
    SharedApp(u32),
}

/// Who is calling.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) corp: usize,
    pub(crate) credential: Credential,
}

impl Caller {
    /// As whom it changes things.
    pub(crate) fn actor(&self) -> Actor {
        match self.credential {
            Credential::Contacts => Actor::ContactsApi,
            Credential::App(agent_id) | Credential::SharedApp(agent_id) => Actor::App(agent_id),
        }
    }

    pub(crate) fn agent_id(&self) -> Option<u32> {
        match self.credential {
            Credential::Contacts => None,
            Credential::App(agent_id) | Credential::SharedApp(agent_id) => Some(agent_id),
        }
    }

    pub(crate) fn name(&self) -> String {
        match self.credential {
            Credential::Contacts => "contacts".into(),
            Credential::App(agent_id) => format!("app {agent_id}"),
            Credential::SharedApp(agent_id) => format!("shared app {agent_id}"),
        }
    }
}

impl Corp {
    pub(crate) fn app(&self, agent_id: u32) -> Option<&App> {
        self.apps.iter().find(|app| app.agent_id == agent_id)
    }
}

/// Live and lately dead tokens.
#[derive(Debug)]
pub(crate) struct Tokens {
    lifetime: i64,
    by_text: HashMap<String, Issued>,
    latest: HashMap<(usize, Credential), String>,
    count: u64,
}

#[derive(Debug)]
struct Issued {
    caller: Caller,
    expires_at: Millis,
}

impl Tokens {
    pub(crate) fn new(lifetime: i64) -> Self {
        Self { lifetime, by_text: HashMap::new(), latest: HashMap::new(), count: 0 }
    }
}

impl World {
    /// Gives the token of a secret: within its life the same one with the life that remains, else a new one.
    pub(crate) fn issue_token(
        &mut self,
        corp_id: &str,
        secret: &str,
        now: Millis,
    ) -> Result<(String, i64), Fail> {
        let corp = self.corps.iter().position(|corp| corp.id == corp_id).ok_or_else(|| Fail::of(40013))?;
        let credential = self.credential_of(corp, secret)?;
        Ok(self.token_of(Caller { corp, credential }, now))
    }

    /// The token of a caller and the seconds it has to live.
    pub(crate) fn token_of(&mut self, caller: Caller, now: Millis) -> (String, i64) {
        let tokens = &mut self.credentials;
        if let Some(text) = tokens.latest.get(&(caller.corp, caller.credential)) {
            let left = tokens.by_text[text].expires_at - now;
            if left > 0 {
                return (text.clone(), (left + 999) / 1000);
            }
        }
        (self.new_token(caller, now), self.credentials.lifetime)
    }

    pub(crate) fn new_token(&mut self, caller: Caller, now: Millis) -> String {
        let tokens = &mut self.credentials;
        tokens.count += 1;
        let random: String = std::iter::repeat_with(fastrand::alphanumeric).take(48).collect();
        let text = format!("{random}-{}", tokens.count);
        tokens.latest.insert((caller.corp, caller.credential), text.clone());
        tokens.by_text.insert(text.clone(), Issued { caller, expires_at: now + tokens.lifetime * 1000 });
        text
    }

    pub(crate) fn authenticate(&self, token: Option<&str>, now: Millis) -> Result<Caller, Fail> {
        let token = token.filter(|text| !text.is_empty()).ok_or_else(|| Fail::of(41001))?;
        let issued = self.credentials.by_text.get(token).ok_or_else(|| Fail::of(40014))?;
        if now >= issued.expires_at {
            return Err(Fail::of(42001));
        }
        Ok(issued.caller.clone())
    }

    /// Who sends a call, before anything of it is judged.
    pub(crate) fn sender_of(&self, path: &str, args: &Args, now: Millis) -> Sender {
        if path == "gettoken" {
            let corp = args.query("corpid").and_then(|id| self.corps.iter().position(|corp| corp.id == id));
            let caller = corp.zip(args.query("corpsecret")).and_then(|(corp, secret)| {
                self.credential_of(corp, secret).ok().map(|credential| Caller { corp, credential })
            });
            return Sender { corp, caller, has_token: false };
        }
        let caller = self.authenticate(args.access_token(), now).ok();
        Sender { corp: caller.as_ref().map(|caller| caller.corp), has_token: caller.is_some(), caller }
    }

    /// Ends a token's life early, so that its secret buys a new one.
    pub(crate) fn kill_token(&mut self, token: &str, death: TokenDeath, now: Millis) {
        let tokens = &mut self.credentials;
        let Some(issued) = tokens.by_text.get_mut(token) else { return };
        match death {
            TokenDeath::Expired => issued.expires_at = issued.expires_at.min(now),
            TokenDeath::Unknown => {
                let key = (issued.caller.corp, issued.caller.credential);
                tokens.by_text.remove(token);
                if tokens.latest.get(&key).is_some_and(|latest| latest == token) {
                    tokens.latest.remove(&key);
                }
            }
        }
    }

    pub(crate) fn check_ip(&self, caller: &Caller, ip: IpAddr) -> Result<(), Fail> {
        let corp = &self.corps[caller.corp];
        let trusted: &[IpAddr] = match caller.credential {
            Credential::Contacts => &corp.contacts.trusted_ips,
            // The upper corp's servers were judged when it fetched the token.
            Credential::SharedApp(_) => &[],
            Credential::App(agent_id) => corp.app(agent_id).map_or(&[], |app| &app.trusted_ips),
        };
        if trusted.is_empty() || trusted.contains(&ip) { Ok(()) } else { Err(Fail::of(60020)) }
    }

    pub(crate) fn check_access(&self, caller: &Caller, access: Access) -> Result<(), Fail> {
        let contacts = &self.corps[caller.corp].contacts;
        let is_contacts = caller.credential == Credential::Contacts;
        if let Credential::App(agent_id) = caller.credential
            && self.corps[caller.corp].app(agent_id).is_none_or(|app| !app.enabled)
        {
            return Err(Fail::of(50003));
        }
        match access {
            Access::Any => Ok(()),
            Access::ContactsEdit if is_contacts && contacts.enabled && contacts.may_edit => Ok(()),
            Access::Contacts if is_contacts && contacts.enabled => Ok(()),
            Access::Details if !is_contacts || contacts.legacy_ip => Ok(()),
            Access::Details => Err(Fail::of(48009)),
            Access::App if !is_contacts => Ok(()),
            Access::ContactsEdit | Access::Contacts | Access::App => Err(Fail::of(48002)),
        }
    }
}

impl World {
    /// 40001 for a wrong secret, 40091 for one of another corp.
    fn credential_of(&self, corp: usize, secret: &str) -> Result<Credential, Fail> {
        let own = &self.corps[corp];
        if own.contacts.secret == secret && own.contacts.enabled {
            return Ok(Credential::Contacts);
        }
        match own.apps.iter().find(|app| app.secret == secret) {
            Some(app) if app.enabled => return Ok(Credential::App(app.agent_id)),
            Some(_) if self.choices.disabled_app_50003 => return Err(Fail::of(50003)),
            Some(_) => return Err(Fail::of(40001)),
            None => {}
        }
        let is_foreign = self.corps.iter().enumerate().any(|(other, theirs)| {
            other != corp
                && (theirs.contacts.secret == secret || theirs.apps.iter().any(|app| app.secret == secret))
        });
        Err(Fail::of(if is_foreign { 40091 } else { 40001 }))
    }
}
