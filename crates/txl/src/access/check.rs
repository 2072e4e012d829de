//! Offline check of the profiles of a configuration file.

use wecom_contacts::{Client, ClientBuilder, Secret};

use super::{
    config_file::ConfigFile,
    credentials::{CallbackCredentials, Credentials},
    given,
    key::ProfileKey,
    problem::{Position, Problem},
    profile::Profile,
    secrets::{GivenSecret, SecretKind},
    source::Group,
    token_store, trust,
};
use crate::{
    failure::{Failure, Result},
    messages::config_file::{Lack, add_what_it_lacks, profile_lacks},
};

/// Returns all problems of this file, or only those of the profile with this name.
pub(crate) fn check(file: &ConfigFile, only: Option<&str>) -> Vec<Problem> {
    let mut problems: Vec<Problem> = match only {
        Some(name) => file.problems_of(name).cloned().collect(),
        None => file.problems.clone(),
    };
    let profiles = file.profiles.iter().filter(|profile| only.is_none_or(|name| profile.name == name));
    for profile in profiles {
        let is_whole = file.problems_of(&profile.name).next().is_none();
        problems.extend(contents(profile, is_whole));
    }
    problems.sort_by_key(|problem| problem.at);
    problems
}

/// Returns the problems of a profile's values. Missing values are listed only if all its lines are readable.
fn contents(profile: &Profile, is_whole: bool) -> Vec<Problem> {
    let mut failures: Vec<(Position, Failure)> = Vec::new();
    let mut note_at =
        |at: Position, result: Result| failures.extend(result.err().map(|failure| (at, failure)));
    let mut note = |key: ProfileKey, result: Result| note_at(profile.position(key), result);
    for key in [ProfileKey::Proxy, ProfileKey::TokenStore] {
        note(key, profile.text(key).map(drop));
    }
    if let Ok(callback) = CallbackCredentials::of_profile(profile) {
        note(ProfileKey::CallbackToken, readable(&callback.token));
        if callback.aes_key.is_given() {
            note(ProfileKey::CallbackAesKey, callback.parsed_key().map(drop));
        }
    }
    // It fails only for the proxy and the token store, which are already noted.
    if let Ok(credentials) = Credentials::of_profile(profile) {
        note(ProfileKey::ContactsSecret, readable(&credentials.contacts_secret));
        note(ProfileKey::AppSecret, readable(&credentials.app_secret));
        // Creating a client checks the server's address and the proxy. It needs no real secret.
        let client = || Client::builder("ww", Secret::contacts_sync(""));
        let built = |builder: ClientBuilder| builder.build().map(drop).map_err(Failure::from);
        if let Some(url) = given(&credentials.base_url) {
            note(ProfileKey::BaseUrl, built(client().base_url(url)));
        }
        if let Some(url) = given(&credentials.proxy) {
            note(ProfileKey::Proxy, built(client().proxy(url)));
        }
        if let Some(path) = &credentials.ca_cert {
            note(ProfileKey::CaCert, trust::certificates(path).map(drop));
        }
        note(
            ProfileKey::TokenStore,
            token_store::attach(client(), given(&credentials.token_store)).map(drop),
        );
        if is_whole {
            note_at(profile.at, complete(profile, &credentials));
        }
    }
    failures.iter().map(|(at, failure)| Problem::of(failure, *at, &profile.name)).collect()
}

fn readable<K: SecretKind>(secret: &GivenSecret<K>) -> Result {
    secret.get().map(drop)
}

/// Returns whether the profile has the minimum for a command.
fn complete(profile: &Profile, credentials: &Credentials) -> Result {
    let lacks =
        |lack| Err(Failure::usage(profile_lacks(&profile.name, lack)).remedy(add_what_it_lacks(lack)));
    if given(&credentials.corp_id).is_none() {
        return lacks(Lack::CorpId);
    }
    if credentials.app_secret.is_given() && given(&credentials.agent_id).is_none() {
        return lacks(Lack::AgentId);
    }
    let has = |key| profile.has(key);
    match (has(ProfileKey::CallbackToken), has(ProfileKey::CallbackAesKey)) {
        (true, false) => lacks(Lack::CallbackAesKey),
        (false, true) => lacks(Lack::CallbackToken),
        (false, false) if !has(ProfileKey::ContactsSecret) && !has(ProfileKey::AppSecret) => {
            lacks(Lack::Secret)
        }
        _ => Ok(()),
    }
}
