//! The callback URL: it is verified as WeCom does when the URL is saved, from outside of the process that serves it.

use wecom_contacts::callback::{CallbackToken, EncodingAesKey};

use super::{
    diagnosis::{Diagnosis, Page},
    report::Report,
};
use crate::{
    access::{Access, GivenSecret, JobKey, JobToken, UrlSettings},
    callback::{CallbackUrl, Suspect, UrlState, callback_url, probe},
    failure::Result,
    messages::doctor as messages,
};

const CHECK: &str = "callback URL";

pub(super) async fn check(
    access: &Access,
    url: Option<&str>,
    token: &GivenSecret<JobToken>,
    key: &GivenSecret<JobKey>,
    report: &mut Report,
) {
    let Some(url) = url else {
        report.add(
            Diagnosis::not_tested(CHECK, messages::no_callback_url()).remedy(messages::give_a_callback_url()),
        );
        return;
    };
    match diagnosed(access, url, token, key).await {
        Ok(diagnoses) => diagnoses.into_iter().for_each(|diagnosis| report.add(diagnosis)),
        Err(failure) => report.add(Diagnosis::failed(CHECK, &failure)),
    }
}

async fn diagnosed(
    access: &Access,
    url: &str,
    token: &GivenSecret<JobToken>,
    key: &GivenSecret<JobKey>,
) -> Result<Vec<Diagnosis>> {
    let key: EncodingAesKey = match key.required()?.parse() {
        Ok(key) => key,
        Err(error) => {
            return Ok(vec![
                Diagnosis::problem(CHECK, messages::callback_key_is_none(&error))
                    .remedy(messages::copy_the_callback_settings())
                    .page(Page::Callback),
            ]);
        }
    };
    let settings =
        UrlSettings { corp_id: access.corp_id()?, token: CallbackToken::new(token.required()?), key };
    let Ok(url) = callback_url(url) else {
        return Ok(vec![Diagnosis::problem(CHECK, messages::callback_url_is_none())]);
    };
    let url = CallbackUrl::with_client(url, access.connection()?.http);
    let state = match probe(&url, &settings).await? {
        Ok(state) => state,
        Err(reason) => {
            return Ok(vec![
                Diagnosis::problem(CHECK, messages::callback_is_unreachable(&reason.0))
                    .remedy(messages::serve_the_callback()),
            ]);
        }
    };
    Ok(match state {
        UrlState::Verified { .. } => {
            let warnings = state.warnings().into_iter().map(|warning| Diagnosis::warning(CHECK, warning));
            std::iter::once(Diagnosis::ok(CHECK, state.words())).chain(warnings).collect()
        }
        UrlState::Refused { suspect: Suspect::NoneOfThem, .. } | UrlState::EchoesMore { .. } => {
            vec![Diagnosis::problem(CHECK, state.words()).remedy(state.remedy())]
        }
        UrlState::Refused { .. } => {
            vec![Diagnosis::problem(CHECK, state.words()).remedy(state.remedy()).page(Page::Callback)]
        }
    })
}
