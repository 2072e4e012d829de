//! The envelope of every reply: `errcode` and `errmsg` beside the fields of the endpoint.
//!
//! A reply is decoded in one pass: the two keys are extracted while all others are decoded into the reply's type. Only
//! a reply that fails to decode is decoded again, to detect a refusal and to repair damaged texts.

use std::{borrow::Cow, fmt, marker::PhantomData};

use serde::{
    Deserialize,
    de::{DeserializeOwned, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor},
};
use wecom_json::mend;

use crate::redact;

/// The reason why a body is not the expected reply.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The server refused the call.
    Refused { errcode: i32, errmsg: String },
    /// The body is not an envelope, or its fields differ from the reply's type.
    Malformed(serde_json::Error),
}

/// A decoded reply, with the server's message.
pub(crate) struct Opened<T> {
    pub(crate) reply: T,
    pub(crate) errmsg: String,
}

/// Decodes a reply. A missing `errcode` means success, because some WeCom calls omit it (doc 90664).
///
/// Damaged texts are repaired; see [`mend`].
pub(crate) fn open<T: DeserializeOwned>(body: &[u8]) -> Result<Opened<T>, Failure> {
    match read(body) {
        Err(Failure::Malformed(error)) => match mend(body) {
            Some(mended) => read(&mended),
            None => Err(Failure::Malformed(error)),
        },
        outcome => outcome,
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<Opened<T>, Failure> {
    match decode(body) {
        (Ok(reply), remark) if remark.errcode == 0 => Ok(Opened { reply, errmsg: remark.errmsg }),
        (Ok(_), remark) => Err(remark.into_refusal()),
        // A refusal lacks the fields of the reply, and its errcode may come last.
        (Err(error), _) => match decode::<()>(body) {
            (Ok(()), remark) if remark.errcode != 0 => Err(remark.into_refusal()),
            _ => Err(Failure::Malformed(redact::json_error(error))),
        },
    }
}

fn decode<T: DeserializeOwned>(body: &[u8]) -> (serde_json::Result<T>, Remark) {
    let mut remark = Remark::default();
    let mut json = serde_json::Deserializer::from_slice(body);
    let seed = Envelope { remark: &mut remark, reply: PhantomData::<T> };
    let decoded = seed.deserialize(&mut json).and_then(|reply| json.end().map(|()| reply));
    (decoded, remark)
}

/// The server's code and message. If there are several codes, the first one other than 0 counts, so that a refusal is
/// never lost.
#[derive(Default)]
struct Remark {
    errcode: i32,
    errmsg: String,
    /// Whether the message is that of the code.
    is_settled: bool,
}

impl Remark {
    fn code(&mut self, errcode: i32) {
        if self.errcode == 0 {
            self.errcode = errcode;
        }
    }

    /// Takes the message: the first one after the code that counts, otherwise the last one before it.
    fn text(&mut self, errmsg: Option<String>) {
        if !self.is_settled {
            self.errmsg = errmsg.unwrap_or_default();
            self.is_settled = self.errcode != 0;
        }
    }

    fn into_refusal(self) -> Failure {
        Failure::Refused { errcode: self.errcode, errmsg: self.errmsg }
    }
}

struct Envelope<'r, T> {
    remark: &'r mut Remark,
    reply: PhantomData<T>,
}

impl<'de, T: Deserialize<'de>> DeserializeSeed<'de> for Envelope<'_, T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for Envelope<'_, T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::deserialize(PickOut { map, remark: self.remark })
    }
}

/// A map that hides `errcode` and `errmsg` and stores their values.
struct PickOut<'r, A> {
    map: A,
    remark: &'r mut Remark,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for PickOut<'_, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        loop {
            let Some(Key(key)) = self.map.next_key()? else {
                return Ok(None);
            };
            match &*key {
                "errcode" => self.remark.code(self.map.next_value()?),
                "errmsg" => self.remark.text(self.map.next_value()?),
                _ => {
                    return seed.deserialize(serde::de::value::CowStrDeserializer::new(key)).map(Some);
                }
            }
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.map.next_value_seed(seed)
    }
}

/// Deserializes the reply from the map. The type `()` is supported for calls whose reply consists of the envelope only.
impl<'de, A: MapAccess<'de>> Deserializer<'de> for PickOut<'_, A> {
    type Error = A::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, A::Error> {
        visitor.visit_map(self)
    }

    fn deserialize_unit<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, A::Error> {
        while self.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        visitor.visit_unit()
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

/// A key. It is borrowed from the body if it contains no escapes.
#[derive(Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    struct Reply {
        id: u32,
    }

    fn refusal<T>(body: &str) -> (i32, String)
    where
        T: DeserializeOwned + fmt::Debug,
    {
        match open::<T>(body.as_bytes()).map(|opened| opened.reply) {
            Err(Failure::Refused { errcode, errmsg }) => (errcode, errmsg),
            other => panic!("not a refusal: {other:?}"),
        }
    }

    #[test]
    fn the_reply_is_read_wherever_the_errcode_stands() {
        for body in [
            r#"{"errcode":0,"errmsg":"created","id":7}"#,
            r#"{"id":7,"errmsg":"created","errcode":0}"#,
            r#"{"id":7,"err\u0063ode":0,"more":[{"errcode":5}]}"#,
            r#"{"id":7}"#,
        ] {
            assert_eq!(open::<Reply>(body.as_bytes()).map(|opened| opened.reply.id).unwrap(), 7, "{body}");
        }
    }

    #[test]
    fn a_call_that_answers_nothing_reads_as_unit() {
        assert!(open::<()>(br#"{"errcode":0,"errmsg":"deleted"}"#).is_ok());
        assert!(open::<()>(br#"{"new":{"key":[1]},"errmsg":"deleted"}"#).is_ok());
        assert_eq!(refusal::<()>(r#"{"errmsg":"x","errcode":60111,"department":[]}"#).0, 60111);
    }

    #[test]
    fn trap_15_a_refusal_is_never_an_empty_success() {
        assert_eq!(refusal::<Reply>(r#"{"errcode":-1,"errmsg":"system busy"}"#), (-1, "system busy".into()));
        assert_eq!(refusal::<Reply>(r#"{"id":7,"errmsg":"x","errcode":60011}"#).0, 60011);
        assert_eq!(refusal::<Reply>(r#"{"id":"wrong type","errmsg":"x","errcode":60011}"#).0, 60011);
    }

    #[test]
    fn of_two_errcodes_the_first_that_is_not_zero_counts() {
        for (body, errmsg) in [
            (r#"{"errcode":60011,"errmsg":"no privilege","id":7,"errcode":0,"errmsg":"ok"}"#, "no privilege"),
            (r#"{"errcode":0,"errmsg":"ok","id":7,"errcode":60011,"errmsg":"no privilege"}"#, "no privilege"),
            (r#"{"errmsg":"no privilege","errcode":60011,"errcode":0,"id":7}"#, "no privilege"),
            (r#"{"errcode":60011,"errcode":40001}"#, ""),
        ] {
            assert_eq!(refusal::<Reply>(body), (60011, errmsg.into()), "{body}");
            assert_eq!(refusal::<()>(body), (60011, errmsg.into()), "{body}");
        }
    }

    #[test]
    fn trap_43_a_broken_text_beside_the_reply_costs_nothing_but_itself() {
        let reply = open::<Reply>(b"{\"errcode\":0,\"errmsg\":\"ok \xf0\x9f\",\"id\":7,\"more\":\"a\x14b\"}")
            .unwrap();
        assert_eq!((reply.reply.id, reply.errmsg.as_str()), (7, "ok \u{fffd}"));
    }

    #[test]
    fn trap_43_a_refusal_with_a_broken_text_is_still_that_refusal() {
        for body in [
            &b"{\"errcode\":60011,\"errmsg\":\"no \xf0\x9f\x98 privilege\"}"[..],
            b"{\"id\":\"wrong type\",\"errmsg\":\"no \xff privilege\",\"errcode\":60011}",
            b"{\"errmsg\":\"no \\ud83d privilege\",\"id\":[\"\x01\"],\"errcode\":60011}",
        ] {
            let body = String::from_utf8(mend(body).unwrap()).unwrap();
            assert_eq!(refusal::<Reply>(&body), (60011, "no \u{fffd} privilege".into()));
        }
        let Err(Failure::Refused { errcode, .. }) =
            open::<Reply>(b"{\"errcode\":60011,\"errmsg\":\"\xf0\x9f\"}")
        else {
            panic!("not a refusal")
        };
        assert_eq!(errcode, 60011);
    }

    #[test]
    fn what_is_no_envelope_is_malformed() {
        for body in ["", "<html>", "[]", "7", "{\"id\":7}x", "{\"id\":-1}", "{\"errcode\":\"0\",\"id\":7}"] {
            assert!(matches!(open::<Reply>(body.as_bytes()), Err(Failure::Malformed(_))), "{body}");
        }
    }
}
