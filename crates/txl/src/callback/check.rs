//! `txl callback check`: names the setting of a callback URL that is wrong.

use std::path::{Path, PathBuf};

use clap::Args;
use reqwest::Url;
use serde::Serialize;

use super::{
    fit::{Fit, RequestFit, masked},
    probe::{UrlState, probe},
    query_of,
    target::{CallbackUrl, callback_url},
};
use crate::{
    access::UrlSettings,
    failure::{Failure, Result},
    file::contents,
    messages,
    output::{Output, say},
};

/// Find out which of Token, EncodingAESKey and receiveid is wrong
///
/// With QUERY and BODY, a request that a server has received from WeCom, each setting is checked by itself. This is certain: signature and
/// encryption do not depend on one another.
///
/// With --url, a server is asked as WeCom asks when the URL is saved (验证URL有效性), and then with a wrong signature, another key and another
/// receiveid. This is certain only if the server returns the text. Otherwise the answers are compared, and a server that refuses all wrong requests
/// alike, as it should, does not show which setting is wrong.
///
/// Exit code 1: a setting is wrong, or the server does not verify. Exit code 3: the server gives no answer.
#[derive(Args)]
pub(super) struct Check {
    /// The request's URL, or its query string
    #[arg(required_unless_present = "url", conflicts_with = "url")]
    query: Option<String>,
    /// The file with the request's body; `-` is stdin. A verification request has none
    #[arg(default_value = "-", conflicts_with = "url")]
    body: PathBuf,
    /// Ask the server behind this URL
    #[arg(long, value_name = "URL", value_parser = callback_url)]
    url: Option<Url>,
}

/// The result for a received request, as it is printed.
#[derive(Serialize)]
struct RequestReport {
    token: Fit,
    encoding_aes_key: Fit,
    receive_id: Fit,
    /// The receiveid of the settings and the one in the request, masked, if they differ.
    #[serde(skip_serializing_if = "Option::is_none")]
    expected: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    found: Option<String>,
}

impl Check {
    pub(super) async fn run(self, settings: &UrlSettings, output: Output) -> Result {
        match (self.url, self.query) {
            (Some(url), _) => ask(settings, url, output).await,
            (None, Some(query)) => examine(settings, query_of(&query), &self.body, output),
            // The parser demands one of them.
            (None, None) => Ok(()),
        }
    }
}

fn examine(settings: &UrlSettings, query: &str, body: &Path, output: Output) -> Result {
    let is_verification = query.split('&').any(|pair| pair.starts_with("echostr="));
    let body = if is_verification { Vec::new() } else { contents(body)? };
    let fit = RequestFit::of(settings, query, &body).map_err(|error| {
        Failure::new(messages::callback_check::not_a_callback_request())
            .because(&error)
            .remedy(messages::callback_check::pass_the_whole_request())
    })?;
    output.worded(messages::cells::request_check).record(&RequestReport {
        token: fit.token,
        encoding_aes_key: fit.aes_key,
        receive_id: fit.receive_id,
        expected: fit.found.as_ref().map(|_| masked(&settings.corp_id)),
        found: fit.found.as_deref().map(masked),
    })?;
    if fit.is_right() {
        say(fit.words);
        return Ok(());
    }
    Err(Failure::new(fit.words).remedy(messages::callback_check::copy_the_settings()))
}

async fn ask(settings: &UrlSettings, url: Url, output: Output) -> Result {
    let url = CallbackUrl::new(url)?;
    let state = match probe(&url, settings).await? {
        Ok(state) => state,
        Err(reason) => return Err(reason.failure()),
    };
    output.worded(messages::cells::url_check).record(&state)?;
    let warnings = state.warnings();
    match &state {
        UrlState::Verified { .. } if warnings.is_empty() => {
            say(state.words());
            Ok(())
        }
        UrlState::Verified { .. } => {
            say(state.words());
            let mut warnings = warnings.into_iter();
            let first = warnings.next().unwrap_or_else(|| state.words());
            warnings.for_each(say);
            Err(Failure::new(first).remedy(messages::callback_check::verify_every_request()))
        }
        _ => Err(Failure::new(state.words()).remedy(state.remedy())),
    }
}
