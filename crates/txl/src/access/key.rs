//! The values of a corp's credentials, with their names in profiles, flags and variables.

/// One value of the credentials. Its name is `corp_id` in a profile, `WECOM_CORP_ID` in the environment, and `--corp-id` in most commands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ProfileKey {
    CorpId,
    ContactsSecret,
    AgentId,
    AppSecret,
    BaseUrl,
    Proxy,
    CaCert,
    TokenStore,
    CallbackToken,
    CallbackAesKey,
    /// After which time the mirror forgets who was removed. No credential: only a profile gives it.
    ForgetAfter,
}

/// The type of a value. It decides how the value is written and masked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// A text that is printed.
    Text,
    /// A whole number from 0 to 4294967295.
    Number,
    /// The path of a file.
    Path,
    /// An address. Its user and password are masked.
    Address,
    /// A text that is never printed.
    Secret,
}

impl ProfileKey {
    /// All keys, in the order of the help.
    pub(crate) const ALL: [Self; 11] = [
        Self::CorpId,
        Self::ContactsSecret,
        Self::AgentId,
        Self::AppSecret,
        Self::BaseUrl,
        Self::Proxy,
        Self::CaCert,
        Self::TokenStore,
        Self::CallbackToken,
        Self::CallbackAesKey,
        Self::ForgetAfter,
    ];

    /// Returns the key in a profile.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::CorpId => "corp_id",
            Self::ContactsSecret => "contacts_secret",
            Self::AgentId => "agent_id",
            Self::AppSecret => "app_secret",
            Self::BaseUrl => "base_url",
            Self::Proxy => "proxy",
            Self::CaCert => "ca_cert",
            Self::TokenStore => "token_store",
            Self::CallbackToken => "callback_token",
            Self::CallbackAesKey => "callback_aes_key",
            Self::ForgetAfter => "forget_after",
        }
    }

    /// Returns the key with this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|key| key.name() == name)
    }

    pub(crate) fn form(self) -> Form {
        match self {
            Self::CorpId | Self::ForgetAfter => Form::Text,
            Self::AgentId => Form::Number,
            Self::CaCert => Form::Path,
            Self::BaseUrl | Self::Proxy | Self::TokenStore => Form::Address,
            Self::ContactsSecret | Self::AppSecret | Self::CallbackToken | Self::CallbackAesKey => {
                Form::Secret
            }
        }
    }

    /// Returns whether the value can be `env:NAME` or `file:PATH`. The server's address cannot, so that it is always next to the secrets that are
    /// sent to it.
    pub(crate) fn may_refer(self) -> bool {
        matches!(self, Self::Proxy | Self::TokenStore) || self.form() == Form::Secret
    }

    /// Returns the environment variables for this value.
    pub(crate) fn variables(self) -> Vec<String> {
        if self == Self::ForgetAfter {
            return Vec::new();
        }
        let variable = format!("WECOM_{}", self.name().to_ascii_uppercase());
        let file = (self.form() == Form::Secret).then(|| format!("{variable}_FILE"));
        [variable].into_iter().chain(file).collect()
    }

    /// Returns whether a variable for this value makes the environment the source of all credentials. Certificates and the token store alone do not
    /// identify a corp.
    fn chooses_source(self) -> bool {
        !matches!(self, Self::CaCert | Self::TokenStore)
    }
}

/// Returns all environment variables with credentials.
pub(super) fn credential_variables() -> impl Iterator<Item = String> {
    ProfileKey::ALL.into_iter().filter(|key| key.chooses_source()).flat_map(ProfileKey::variables)
}

/// Returns the printable form of the value.
pub(crate) fn masked(key: ProfileKey, value: &str) -> String {
    match key.form() {
        Form::Secret => "***".to_owned(),
        Form::Address => match user_and_password(value) {
            Some(hidden) => format!("{}***{}", &value[..hidden.start], &value[hidden.end..]),
            None => value.to_owned(),
        },
        Form::Text | Form::Number | Form::Path => value.to_owned(),
    }
}

/// Returns the range of the user and the password in an address: from `://` to the last `@`.
pub(super) fn user_and_password(address: &str) -> Option<std::ops::Range<usize>> {
    let start = address.find("://")? + "://".len();
    let rest = &address[start..];
    // An address whose password has an unescaped `/` is invalid, but the password must still be masked: everything up to the last `@`.
    rest.rfind('@').map(|end| start..start + end)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use clap::CommandFactory;

    use super::*;
    use crate::cli::Cli;

    #[test]
    fn an_address_is_shown_without_user_and_password() {
        for (address, shown) in [
            ("http://proxy.example.com:3128", "http://proxy.example.com:3128"),
            ("http://me:pass@proxy.example.com:3128", "http://***@proxy.example.com:3128"),
            ("http://me:p/a@ss@proxy.example.com", "http://***@proxy.example.com"),
            ("redis://:pass@cache:6379/1", "redis://***@cache:6379/1"),
            ("none", "none"),
        ] {
            assert_eq!(masked(ProfileKey::Proxy, address), shown);
        }
        assert_eq!(masked(ProfileKey::AppSecret, "s3cret"), "***");
        assert_eq!(masked(ProfileKey::CorpId, "ww1"), "ww1");
    }

    fn variables(command: &clap::Command, found: &mut BTreeSet<String>) {
        let names = command.get_arguments().filter_map(clap::Arg::get_env);
        found.extend(names.map(|name| name.to_string_lossy().into_owned()));
        command.get_subcommands().for_each(|below| variables(below, found));
    }

    #[test]
    fn each_variable_of_a_corp_is_that_of_a_key() {
        let mut found = BTreeSet::new();
        variables(&Cli::command(), &mut found);
        found.retain(|name| name.starts_with("WECOM_"));
        let mut known: BTreeSet<String> =
            ProfileKey::ALL.into_iter().flat_map(ProfileKey::variables).collect();
        // The key of an export belongs to that export only.
        known.extend(["WECOM_EXPORT_KEY".to_owned(), "WECOM_EXPORT_KEY_FILE".to_owned()]);
        assert_eq!(found, known);
    }
}
