//! The bytes of a delivery: the signed query and the encrypted body, or their forged versions.

use url::Url;
use wecom_cipher::Sealed;

use super::{
    record::AttemptKind,
    request::{AgentIdElement, CallbackRequest, SealedRequest},
};
use crate::clock::Millis;

/// A receiveid that belongs to no corp of the simulator.
const STRANGER: &str = "ww00000000000000ff";
/// Has a valid signature in its envelope, but five bytes are not a valid ciphertext.
const NO_CIPHERTEXT: &str = "aGVsbG8=";
/// A parser that expands entities would produce a million words.
const BILLION_LAUGHS: &[u8] = b"<!DOCTYPE xml [<!ENTITY a \"lol lol lol lol lol lol lol lol lol lol\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\">\
    <!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;\"><!ENTITY d \"&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;\">\
    <!ENTITY e \"&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;\">]><xml><Encrypt>&e;</Encrypt></xml>";

impl SealedRequest {
    /// Encrypts and signs the content of a request.
    pub(crate) fn seal(request: &CallbackRequest, now: Millis) -> wecom_cipher::Result<Self> {
        let CallbackRequest { target, corp_id, .. } = request;
        let crypto = match request.sending {
            AttemptKind::WrongReceiveId => target.crypto(STRANGER),
            AttemptKind::WrongSignature => target.mistaken_crypto(corp_id),
            _ => target.crypto(corp_id),
        };
        let mut sealed = crypto.seal(&request.xml, (now / 1000) as u64, nonce())?;
        let mut body = envelope(&sealed, corp_id, request.agent_id).into_bytes();
        if request.sending == AttemptKind::Garbage {
            sealed.msg_signature = target.sign(&sealed.timestamp, &sealed.nonce, NO_CIPHERTEXT);
            body = garbage(request.id, body);
        }
        let mut url = target.url().clone();
        append(&mut url, &sealed.query_pairs());
        Ok(Self { url, body: body.into() })
    }
}

fn envelope(sealed: &Sealed, corp_id: &str, agent_id: AgentIdElement) -> String {
    match agent_id {
        AgentIdElement::Filled(id) => sealed.to_delivery_xml(corp_id, Some(&id.to_string())),
        AgentIdElement::Absent => sealed.to_delivery_xml(corp_id, None),
        AgentIdElement::Empty => {
            let envelope = sealed.to_delivery_xml(corp_id, None);
            let open = envelope.trim_end().strip_suffix("</xml>").unwrap_or(&envelope);
            format!("{open}<AgentID><![CDATA[]]></AgentID></xml>")
        }
    }
}

/// Returns one of six kinds of garbage, chosen by the delivery's number. Strangers and broken proxies send such
/// bodies.
fn garbage(number: u64, mut genuine: Vec<u8>) -> Vec<u8> {
    match number % 6 {
        1 => {
            genuine.truncate(genuine.len() / 2);
            genuine
        }
        2 => format!("<xml><Encrypt><![CDATA[{NO_CIPHERTEXT}]]></Encrypt></xml>").into_bytes(),
        3 => vec![0xff; 512],
        4 => BILLION_LAUGHS.to_vec(),
        5 => br#"{"Encrypt":"aGVsbG8="}"#.to_vec(),
        _ => Vec::new(),
    }
}

/// Appends parameters to the URL; its own query is unchanged.
pub(crate) fn append(url: &mut Url, pairs: &[(&'static str, &str)]) {
    // A form would encode a blank as `+`. These values have no blank, and `+` becomes %2B.
    url.query_pairs_mut().extend_pairs(pairs);
}

pub(crate) fn nonce() -> String {
    fastrand::u32(100_000_000..).to_string()
}
