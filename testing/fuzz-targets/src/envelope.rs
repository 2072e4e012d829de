//! Replies: any body for any endpoint.

use std::{error::Error as _, sync::LazyLock};

use serde::Serialize;
use serde_json::Value;
use wecom_contacts::{
    Endpoint, EndpointInfo, Error, ErrorKind,
    endpoints::{self, EndpointVisitor},
};
use wecom_json::OrderedFields;

/// An endpoint's path and the decoder of its reply.
type Reader = (&'static str, fn(&[u8]));

/// Every endpoint of the SDK's table with a JSON reply.
static READERS: LazyLock<Vec<Reader>> = LazyLock::new(|| {
    struct Readers(Vec<Reader>);

    impl EndpointVisitor for Readers {
        fn endpoint<E: Endpoint>(&mut self, info: &'static EndpointInfo)
        where
            E::Reply: Serialize,
        {
            self.0.push((info.path(), decode::<E>));
        }
    }

    let mut readers = Readers(Vec::new());
    endpoints::visit(&mut readers);
    readers.0
});

/// Decodes the input after its first line as the reply of the endpoint in this line. A decoded reply must survive
/// writing and reading, a refusal must stay a refusal, and no error may contain the body.
pub fn envelope(data: &[u8]) {
    let Some(end) = data.iter().position(|byte| *byte == b'\n') else { return };
    let (path, body) = (&data[..end], &data[end + 1..]);
    let named = READERS.iter().find(|(known, _)| known.as_bytes() == path);
    // A path that the fuzzer has changed selects any endpoint.
    let any = || {
        let sum = path.iter().fold(0, |sum, byte| sum + usize::from(*byte));
        &READERS[sum % READERS.len()]
    };
    let (_, read) = named.unwrap_or_else(any);
    read(body);
}

/// Returns a seed from the part of a sample's name before `.reply.`; `None` if no endpoint has this name.
pub(crate) fn seed(name: &str, body: &[u8]) -> Option<Vec<u8>> {
    let (path, _) = READERS.iter().find(|(path, _)| path.replace('/', "_") == name)?;
    Some([path.as_bytes(), b"\n", body].concat())
}

fn decode<E: Endpoint>(body: &[u8])
where
    E::Reply: Serialize,
{
    let decoded = E::decode(body);
    if let Some(code) = refusal(body) {
        match &decoded {
            Err(error) => assert_eq!(error.code().map(|code| i64::from(code.0)), Some(code), "{error}"),
            Ok(_) => panic!("errcode {code} was overlooked"),
        }
    }
    match decoded {
        Ok(reply) => {
            assert_eq!(body.trim_ascii_start().first(), Some(&b'{'));
            let written = serde_json::to_value(&reply).expect("a reply is JSON");
            if !written.is_null() {
                let body = serde_json::to_vec(&written).expect("a value is JSON");
                let again = E::decode(&body).unwrap_or_else(|error| panic!("{error:?}: {written}"));
                assert_eq!(serde_json::to_value(&again).expect("a reply is JSON"), written);
            }
        }
        Err(error) if matches!(error.kind(), ErrorKind::Malformed(_)) => {
            let said = chain(&error);
            for digits in body.split(|byte| !byte.is_ascii_digit()).filter(|digits| digits.len() > 6) {
                let digits = String::from_utf8_lossy(digits);
                assert!(!said.contains(&*digits), "{said} quotes the body");
            }
        }
        Err(error) => assert!(error.code().is_some_and(|code| code.0 != 0), "{error}"),
    }
}

/// Returns the errcode of a body that is certainly a refusal: JSON with both keys once and values of the right types.
fn refusal(body: &[u8]) -> Option<i64> {
    let OrderedFields(members) = serde_json::from_slice(body).ok()?;
    let named = |wanted: &str| {
        let mut values = members.iter().filter(|(key, _)| key == wanted).map(|(_, value)| value);
        (values.next(), values.next())
    };
    let (Some(code), None) = named("errcode") else { return None };
    let (None | Some(Value::String(_)), None) = named("errmsg") else { return None };
    code.as_i64().filter(|code| *code != 0 && i32::try_from(*code).is_ok())
}

fn chain(error: &Error) -> String {
    let mut said = format!("{error} {error:?}");
    let mut cause = error.source();
    while let Some(error) = cause {
        said += &format!(" {error} {error:?}");
        cause = error.source();
    }
    said
}
