//! Credentials, addresses, logins (身份验证).

use clap::{Args, Subcommand};
use serde_json::json;
use wecom_contacts::auth::Scope;

use crate::{
    access::{Access, Caller},
    failure::{Failure, Result},
    messages,
    output::{Output, say},
};

/// Check credentials, list server addresses, identify visitors (身份验证)
#[derive(Args)]
pub(crate) struct Command {
    #[command(flatten)]
    access: Access,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Check the corp id and one secret against WeCom (获取access_token)
    Check,
    /// Show the login link for a visitor inside WeCom (构造网页授权链接)
    AuthorizeUrl {
        /// URL that the visitor returns to, on a trusted domain (可信域名) of the app
        redirect_uri: String,
        /// Request consent to sensitive fields (snsapi_privateinfo)
        #[arg(long)]
        private_info: bool,
        /// Text that WeCom appends to that URL, letters and digits
        #[arg(long)]
        state: Option<String>,
    },
    /// Show the visitor that a code identifies (获取访问用户身份)
    UserInfo {
        /// The code, which is valid once and for 5 minutes
        code: String,
    },
    /// Show the sensitive fields that a visitor agreed to share (获取访问用户敏感信息)
    UserDetail {
        /// The user_ticket that `user-info` returned
        ticket: String,
    },
    /// List the addresses of WeCom's API servers, for firewalls (获取企业微信接口IP段)
    ApiIps,
    /// List the addresses that callbacks come from, for firewalls (获取企业微信回调IP段)
    CallbackIps,
}

impl Command {
    pub(crate) async fn run(self, output: Output) -> Result {
        let access = self.access;
        match self.verb {
            Verb::Check => {
                // A stored token would only prove that the secret was valid earlier.
                let access = access.without_kept_tokens();
                let caller = access.either_caller()?;
                let (name, other) = match caller {
                    Caller::Contacts => ("contacts", Caller::App),
                    Caller::App => ("app", Caller::Contacts),
                };
                let checked = access.either()?.auth().check().await;
                let left = checked.map_err(|error| {
                    Failure::from(error).remedy(messages::auth::secret_was_checked(caller))
                })?;
                let left = left.as_secs();
                output.done(
                    &json!({"ok": true, "credential": name, "expires_in": left}),
                    messages::auth::secret_is_good(caller, left),
                )?;
                if access.is_given(other)? {
                    let other = if other == Caller::App { "app" } else { "contacts" };
                    say(messages::auth::other_secret_was_not_checked(other));
                }
                Ok(())
            }
            Verb::AuthorizeUrl { redirect_uri, private_info, state } => {
                let client = access.nameless()?;
                let mut url = client.auth().authorize_url(redirect_uri).agent_id(access.agent_id()?);
                if private_info {
                    url = url.scope(Scope::PrivateInfo);
                }
                if let Some(state) = state {
                    url = url.state(state);
                }
                output.ids(&[url.build()?])
            }
            Verb::UserInfo { code } => output.record(&access.app()?.auth().user_info(code).await?),
            Verb::UserDetail { ticket } => output.record(&access.app()?.auth().user_detail(ticket).await?),
            Verb::ApiIps => output.ids(&access.either()?.auth().api_ips().await?),
            Verb::CallbackIps => output.ids(&access.either()?.auth().callback_ips().await?),
        }
    }
}
