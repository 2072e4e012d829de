//! Tokens (`access_token`): issue and lookup.

use super::{
    credentials::{Caller, Credential, Issued, Sender},
    fail::Fail,
    state::World,
};
use crate::{clock::Millis, faults::TokenDeath};

impl World {
    /// Returns the token of a secret. A valid token is returned again with its remaining lifetime.
    pub(crate) fn issue_token(
        &mut self,
        corp_id: &str,
        secret: &str,
        now: Millis,
    ) -> Result<(String, i64), Fail> {
        let corp = self.corp_with_id(corp_id).ok_or_else(|| Fail::of(40013))?;
        let credential = self.credential_of(corp, secret)?;
        Ok(self.token_of(Caller { corp, credential }, now))
    }

    /// Returns the token of a caller and its remaining seconds.
    pub(crate) fn token_of(&mut self, caller: Caller, now: Millis) -> (String, i64) {
        let tokens = &mut self.credentials;
        if let Some(text) = tokens.latest.get(&(caller.corp, caller.credential)) {
            let left = tokens.by_text[text].expires_at - now;
            if left > 0 {
                return (text.clone(), whole_seconds(left));
            }
        }
        (self.new_token(caller, now), whole_seconds(self.credentials.lifetime))
    }

    pub(crate) fn new_token(&mut self, caller: Caller, now: Millis) -> String {
        let tokens = &mut self.credentials;
        tokens.count += 1;
        let random: String = std::iter::repeat_with(fastrand::alphanumeric).take(48).collect();
        let text = format!("{random}-{}", tokens.count);
        tokens.latest.insert((caller.corp, caller.credential), text.clone());
        tokens.by_text.insert(text.clone(), Issued { caller, expires_at: now + tokens.lifetime });
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

    /// Returns whether this token was issued here and is not forgotten. It may have expired.
    pub(crate) fn has_issued(&self, token: &str) -> bool {
        self.credentials.by_text.contains_key(token)
    }

    /// Returns the sender of a call with this token, before all checks.
    pub(crate) fn sender_with_token(&self, token: Option<&str>, now: Millis) -> Sender {
        let caller = self.authenticate(token, now).ok();
        Sender { corp: caller.as_ref().map(|caller| caller.corp), has_token: caller.is_some(), caller }
    }

    /// Returns the sender with this corpid and secret.
    pub(crate) fn sender_with_secret(&self, corp_id: Option<&str>, secret: Option<&str>) -> Sender {
        let corp = corp_id.and_then(|id| self.corp_with_id(id));
        let caller = corp.zip(secret).and_then(|(corp, secret)| {
            self.credential_of(corp, secret).ok().map(|credential| Caller { corp, credential })
        });
        Sender { corp, caller, has_token: false }
    }

    /// Makes a token invalid early, so that its secret gets a new one.
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

    /// Returns the credential; 40001 for a wrong secret, 40091 for a secret of another corp.
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

/// Returns a lifetime in seconds, rounded up.
fn whole_seconds(left: Millis) -> i64 {
    (left + 999) / 1000
}
