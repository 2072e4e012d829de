//! Asks a server for the text of a verification (验证URL有效性), with right and with wrong settings, and compares the answers.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use wecom_contacts::callback::{CallbackToken, EncodingAesKey, Receiver};

use super::{
    sealed::SealedRequest,
    target::{CallbackUrl, HttpAnswer, NoAnswer},
};
use crate::{
    access::UrlSettings,
    failure::{Failure, Result},
    messages::{self, Message},
};

/// The text that the server must decrypt and return.
const ECHO: &str = "4242424242424242";
/// Maximum time for the answer to a verification (doc 90930).
const WECOM_WAITS: Duration = Duration::from_secs(1);
/// Maximum time for an answer here, so that a slow server is recognised as one.
const LIMIT: Duration = Duration::from_secs(5);
/// A receiveid that no corp has.
const OTHER_RECEIVE_ID: &str = "wwreceiveidofnocorp";

/// What a server shows about its settings.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub(crate) enum UrlState {
    /// It returns the decrypted text: Token and EncodingAESKey are right, and so is the receiveid if the server checks it.
    Verified {
        /// The answer takes longer than WeCom waits.
        too_slow: bool,
        checks_signature: bool,
        checks_receive_id: bool,
    },
    /// It returns the text with something around it, such as quotes, a line break or a BOM.
    EchoesMore { http_status: u16 },
    /// It returns something else.
    Refused {
        http_status: u16,
        /// The setting that is wrong, as far as the answers show it.
        suspect: Suspect,
    },
}

/// The setting that the answers of a server point to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Suspect {
    Token,
    EncodingAesKey,
    /// The Token is right. The server answers both faults alike.
    EncodingAesKeyOrReceiveId,
    ReceiveId,
    /// All wrong requests get the same answer. The server does not show which setting is wrong.
    AnyOfThem,
    /// The server answers the right request unlike all wrong ones: its settings seem right, and it fails later.
    NoneOfThem,
}

/// Asks a server. The inner error is that it gave no answer.
///
/// # Errors
///
/// Fails if the operating system provides no random bytes.
pub(crate) async fn probe(
    url: &CallbackUrl,
    settings: &UrlSettings,
) -> Result<std::result::Result<UrlState, NoAnswer>> {
    let random = || {
        EncodingAesKey::generate()
            .map_err(|error| Failure::new(messages::system::no_random_bytes()).because(&error))
    };
    let (key, token, corp) = (&settings.key, &settings.token, settings.corp_id.as_str());
    let other_token = CallbackToken::new(&random()?.expose()[..32]);
    let right = settings.receiver();
    let wrong = [
        Receiver::new(corp, other_token.clone(), key.clone()),
        // An answer that differs for the same fault has the time or a number in it, and only its status can be compared.
        Receiver::new(corp, other_token, key.clone()),
        Receiver::new(corp, token.clone(), random()?),
        Receiver::new(OTHER_RECEIVE_ID, token.clone(), key.clone()),
    ];
    let genuine = SealedRequest::verification(&right, ECHO)?;
    let answer = match url.get(&genuine.query, LIMIT).await {
        Ok(answer) => answer,
        Err(reason) => return Ok(Err(reason)),
    };
    let mut others = Vec::with_capacity(wrong.len());
    for receiver in &wrong {
        let request = SealedRequest::verification(receiver, ECHO)?;
        match url.get(&request.query, LIMIT).await {
            Ok(answer) => others.push(answer),
            Err(reason) => return Ok(Err(reason)),
        }
    }
    let [forged, forged_again, other_key, other_id] = others.as_slice() else {
        unreachable!("one answer for each")
    };
    let is_repeatable = forged.body == forged_again.body;
    let is_like =
        |other: &HttpAnswer| answer.status == other.status && (answer.body == other.body || !is_repeatable);
    Ok(Ok(if is_echo(&answer) {
        UrlState::Verified {
            too_slow: answer.took > WECOM_WAITS,
            checks_signature: !is_echo(forged),
            checks_receive_id: !is_echo(other_id),
        }
    } else if contains_echo(&answer) {
        UrlState::EchoesMore { http_status: answer.status }
    } else {
        UrlState::Refused {
            http_status: answer.status,
            suspect: suspect(&answer, [forged, other_key, other_id].map(is_like)),
        }
    }))
}

fn is_echo(answer: &HttpAnswer) -> bool {
    answer.status == 200 && answer.body == ECHO.as_bytes()
}

fn contains_echo(answer: &HttpAnswer) -> bool {
    answer.body.windows(ECHO.len()).any(|window| window == ECHO.as_bytes())
}

/// Finds the setting that is wrong. `is_like` says whether the answer is the same as for a forged signature, for another key, and for another
/// receiveid.
///
/// A request with the right Token passes the check of the signature, so a server that distinguishes its answers treats it unlike a forged one. With a
/// wrong key, the request with another receiveid cannot be decrypted either.
fn suspect(answer: &HttpAnswer, is_like: [bool; 3]) -> Suspect {
    // WeCom's sample code prints the code of its library.
    let body = String::from_utf8_lossy(&answer.body);
    for (code, suspect) in [
        ("-40001", Suspect::Token),
        ("-40005", Suspect::ReceiveId),
        ("-40007", Suspect::EncodingAesKey),
        ("-40008", Suspect::EncodingAesKey),
    ] {
        if body.contains(code) {
            return suspect;
        }
    }
    match is_like {
        [true, ..] => Suspect::AnyOfThem,
        [false, true, _] => Suspect::EncodingAesKeyOrReceiveId,
        [false, false, true] => Suspect::ReceiveId,
        [false, false, false] => Suspect::NoneOfThem,
    }
}

impl UrlState {
    /// Returns the explanation for people.
    pub(crate) fn words(&self) -> Message {
        match *self {
            Self::Verified { .. } => messages::callback_check::url_returns_the_text(),
            Self::EchoesMore { .. } => messages::callback_check::url_returns_more(),
            Self::Refused { http_status: status, suspect } => match suspect {
                Suspect::Token => messages::callback_check::url_has_another_token(status),
                Suspect::EncodingAesKey => messages::callback_check::url_has_another_key(status),
                Suspect::ReceiveId => messages::callback_check::url_has_another_receive_id(status),
                Suspect::EncodingAesKeyOrReceiveId => {
                    messages::callback_check::url_has_another_key_or_receive_id(status)
                }
                Suspect::AnyOfThem if status == 200 => messages::callback_check::url_returns_something_else(),
                Suspect::AnyOfThem => messages::callback_check::url_refuses_all_alike(status),
                Suspect::NoneOfThem => messages::callback_check::url_fails_later(status),
            },
        }
    }

    /// Returns what to do about a server that does not return the text.
    pub(crate) fn remedy(&self) -> Message {
        match self {
            Self::Refused { suspect: Suspect::AnyOfThem, .. } => {
                messages::callback_check::check_a_received_request()
            }
            Self::Refused { suspect: Suspect::NoneOfThem, .. } => {
                messages::callback_check::read_the_log_of_the_server()
            }
            Self::Refused { .. } => messages::callback_check::copy_the_settings(),
            Self::Verified { .. } | Self::EchoesMore { .. } => {
                messages::callback_check::return_only_the_text()
            }
        }
    }

    /// Returns what is wrong with a server that returns the text.
    pub(crate) fn warnings(&self) -> Vec<Message> {
        let Self::Verified { too_slow, checks_signature, checks_receive_id } = *self else {
            return Vec::new();
        };
        let mut warnings = Vec::new();
        if !checks_signature {
            warnings.push(messages::callback_check::signature_is_not_checked());
        }
        if !checks_receive_id {
            warnings.push(messages::callback_check::receive_id_is_not_checked());
        }
        if too_slow {
            warnings.push(messages::callback_check::verification_is_too_slow());
        }
        warnings
    }
}
