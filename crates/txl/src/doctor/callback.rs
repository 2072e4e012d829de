//! The callback URL: it is verified as WeCom does when the URL is saved, from outside of the process that serves it.

use wecom_contacts::callback::{CallbackToken, EncodingAesKey, Receiver};

use super::{
    diagnosis::{Diagnosis, Page},
    report::Report,
};
use crate::{
    access::{Access, GivenSecret, JobKey, JobToken},
    failure::Result,
    messages::doctor as messages,
};

const CHECK: &str = "callback URL";
/// The text that the URL must decrypt and return.
const ECHO: &str = "4242424242424242";
/// Bytes of an answer that are read at most.
const MOST_BYTES: usize = 4096;

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
    let diagnosis = match diagnosed(access, url, token, key).await {
        Ok(diagnosis) => diagnosis,
        Err(failure) => Diagnosis::failed(CHECK, &failure),
    };
    report.add(diagnosis);
}

async fn diagnosed(
    access: &Access,
    url: &str,
    token: &GivenSecret<JobToken>,
    key: &GivenSecret<JobKey>,
) -> Result<Diagnosis> {
    let key: EncodingAesKey = match key.required()?.parse() {
        Ok(key) => key,
        Err(error) => {
            return Ok(Diagnosis::problem(CHECK, messages::callback_key_is_none(&error))
                .remedy(messages::copy_the_callback_settings())
                .page(Page::Callback));
        }
    };
    let receiver = Receiver::new(access.corp_id()?, CallbackToken::new(token.required()?), key);
    let now = jiff::Timestamp::now().as_second().unsigned_abs();
    let sealed = match receiver.crypto().seal(ECHO, now, "4242") {
        Ok(sealed) => sealed,
        Err(error) => return Ok(Diagnosis::problem(CHECK, messages::callback_key_is_none(&error))),
    };
    let Ok(mut url) = reqwest::Url::parse(url) else {
        return Ok(Diagnosis::problem(CHECK, messages::callback_url_is_none()));
    };
    url.query_pairs_mut().extend_pairs(sealed.echo_pairs());
    let connection = access.connection()?;
    let mut answer = match connection.http.get(url).send().await {
        Ok(answer) => answer,
        Err(error) => {
            return Ok(Diagnosis::problem(CHECK, messages::callback_is_unreachable(&error.without_url()))
                .remedy(messages::serve_the_callback()));
        }
    };
    let status = answer.status();
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = answer.chunk().await {
        body.extend_from_slice(&chunk);
        if body.len() > MOST_BYTES {
            break;
        }
    }
    Ok(if status.is_success() && body == ECHO.as_bytes() {
        Diagnosis::ok(CHECK, messages::callback_is_verified())
    } else if status.is_success() {
        Diagnosis::problem(CHECK, messages::callback_echoes_something_else())
            .remedy(messages::echo_the_text())
    } else {
        Diagnosis::problem(CHECK, messages::callback_refuses(status))
            .remedy(messages::copy_the_callback_settings())
            .page(Page::Callback)
    })
}
