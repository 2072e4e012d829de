//! The fields of an object in the order of the document.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};

/// The fields of a JSON object in the order of the document, including repeated names. A `serde_json` map sorts the
/// fields or keeps only one of each name.
///
/// ```
/// use wecom_json::OrderedFields;
///
/// let OrderedFields(fields) = serde_json::from_str::<OrderedFields<u32>>(r#"{"b":1,"a":2,"b":3}"#)?;
/// assert_eq!(fields, [("b".to_owned(), 1), ("a".to_owned(), 2), ("b".to_owned(), 3)]);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderedFields<V>(pub Vec<(String, V)>);

impl<'de, V: Deserialize<'de>> Deserialize<'de> for OrderedFields<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder<V>(PhantomData<V>);

        impl<'de, V: Deserialize<'de>> Visitor<'de> for InOrder<V> {
            type Value = OrderedFields<V>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(OrderedFields(fields))
            }
        }

        deserializer.deserialize_map(InOrder(PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, value::RawValue};

    use super::*;

    #[test]
    fn fields_keep_the_order_of_the_document_and_values_their_text() {
        let json = r#"{"userid":"a","name":null,"department":[1, 2],"name":1.50}"#;
        let OrderedFields(fields) = serde_json::from_str::<OrderedFields<Box<RawValue>>>(json).unwrap();
        let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.get())).collect();
        assert_eq!(
            fields,
            [("userid", "\"a\""), ("name", "null"), ("department", "[1, 2]"), ("name", "1.50")]
        );
    }

    #[test]
    fn what_is_no_object_is_refused() {
        for json in ["[]", "\"a\"", "null", "7"] {
            let error = serde_json::from_str::<OrderedFields<Value>>(json).unwrap_err();
            assert!(error.to_string().contains("expected an object"), "{json}: {error}");
        }
    }
}
