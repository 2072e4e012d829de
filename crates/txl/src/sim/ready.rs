//! What `txl sim` prints when it is ready: the data that a program needs to call it.

use std::io::{IsTerminal as _, stdout};

use serde::Serialize;
use wecom_sim::Sim;

use crate::{
    failure::Result,
    messages::{self, Message},
    output::{Output, print_json_line, say},
};

/// The ready line.
#[derive(Serialize)]
pub(super) struct Ready<'a> {
    url: &'a str,
    #[serde(flatten)]
    access: Access<'a>,
    callback: CallbackKeys<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    corps: Vec<AddedCorp<'a>>,
}

#[derive(Serialize)]
struct Access<'a> {
    corp_id: &'a str,
    contacts_secret: &'a str,
    agent_id: u32,
    app_secret: &'a str,
}

#[derive(Serialize)]
struct CallbackKeys<'a> {
    token: &'a str,
    aes_key: &'a str,
}

#[derive(Serialize)]
struct AddedCorp<'a> {
    #[serde(flatten)]
    access: Access<'a>,
    control_url: &'a str,
}

/// The same data for a person.
#[derive(Serialize)]
struct Card<'a> {
    url: &'a str,
    page: String,
    #[serde(flatten)]
    access: &'a Access<'a>,
    callback_token: &'a str,
    callback_aes_key: &'a str,
}

impl<'a> Access<'a> {
    fn of(corp: &'a Sim) -> Self {
        Self {
            corp_id: corp.corp_id(),
            contacts_secret: corp.contacts_secret(),
            agent_id: corp.agent_id(),
            app_secret: corp.app_secret(),
        }
    }

    /// Returns the shell commands after which `txl` calls this corp.
    fn exports(&self, url: &str) -> Vec<Message> {
        [
            ("WECOM_BASE_URL", url),
            ("WECOM_CORP_ID", self.corp_id),
            ("WECOM_CONTACTS_SECRET", self.contacts_secret),
            ("WECOM_AGENT_ID", &self.agent_id.to_string()),
            ("WECOM_APP_SECRET", self.app_secret),
        ]
        .map(|(name, value)| messages::sim::export(name, &shell_word(value)))
        .into()
    }
}

impl<'a> Ready<'a> {
    pub(super) fn of(sim: &'a Sim, corps: &'a [Sim], token: &'a str, aes_key: &'a str) -> Self {
        let added = |corp: &'a Sim| AddedCorp { access: Access::of(corp), control_url: corp.control_url() };
        Self {
            url: sim.url(),
            access: Access::of(sim),
            callback: CallbackKeys { token, aes_key },
            corps: corps.iter().map(added).collect(),
        }
    }

    /// Returns the ready line.
    pub(super) fn line(&self) -> String {
        serde_json::to_string(self).expect("plain structs and lists are JSON")
    }

    /// Prints the ready line on stdout. On a terminal it is a list, with the commands that call the simulator.
    pub(super) fn print(&self) -> Result {
        if !stdout().is_terminal() {
            return print_json_line(self);
        }
        Output::table().record(&Card {
            url: self.url,
            page: format!("{}/_sim/", self.url),
            access: &self.access,
            callback_token: self.callback.token,
            callback_aes_key: self.callback.aes_key,
        })?;
        for corp in &self.corps {
            say(messages::sim::blank());
            Output::table().record(corp)?;
        }
        say(messages::sim::blank());
        say(messages::sim::in_another_terminal());
        self.access.exports(self.url).into_iter().for_each(say);
        say(messages::sim::first_call());
        say(messages::sim::blank());
        say(messages::sim::stop_with_ctrl_c());
        Ok(())
    }

    /// Says on stderr what is served, unless a terminal shows the list.
    pub(super) fn announce(&self) {
        if stdout().is_terminal() {
            return;
        }
        say(messages::sim::serving(self.access.corp_id, self.url));
        for corp in &self.corps {
            say(messages::sim::serving_also(corp.access.corp_id, corp.control_url));
        }
    }
}

/// Returns one word of a POSIX shell.
fn shell_word(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:@%+,=".contains(&byte);
    if !text.is_empty() && text.bytes().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::shell_word;

    #[test]
    fn a_value_is_one_word_of_the_shell() {
        for (value, word) in [
            ("http://127.0.0.1:8420", "http://127.0.0.1:8420"),
            ("", "''"),
            ("a b", "'a b'"),
            ("$HOME;`ls`", "'$HOME;`ls`'"),
            ("it's", r"'it'\''s'"),
        ] {
            assert_eq!(shell_word(value), word);
        }
    }
}
