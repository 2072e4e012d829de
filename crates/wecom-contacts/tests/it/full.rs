//! Checks whether a sample is full. A deserializer passes a JSON value to a type and records each field that the type
//! requests but the value lacks, at any depth.
//!
//! A type with a flattened part requests a map instead of fields: check the type of the part against the same value.

use std::cell::RefCell;

use serde::{
    Deserializer,
    de::{
        DeserializeOwned, IntoDeserializer, Visitor,
        value::{MapDeserializer, SeqDeserializer},
    },
    forward_to_deserialize_any,
};
use serde_json::{Error, Value};

/// Returns the names of the fields of `T` that the value omits or leaves empty, at any depth.
pub(crate) fn missing<T: DeserializeOwned>(value: &Value) -> Vec<String> {
    let missing = RefCell::default();
    let probe = Probe { value, path: String::new(), missing: &missing };
    if let Err(error) = T::deserialize(probe) {
        missing.borrow_mut().push(error.to_string());
    }
    missing.into_inner()
}

/// Returns the names of the fields of `T`, or an empty list if `T` has a flattened part.
pub(crate) fn fields<T: DeserializeOwned>() -> &'static [&'static str] {
    struct Names<'n>(&'n RefCell<&'static [&'static str]>);

    impl<'de> Deserializer<'de> for Names<'_> {
        type Error = Error;

        fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
            Err(serde::de::Error::custom("only the names were wanted"))
        }

        fn deserialize_struct<V: Visitor<'de>>(
            self,
            _: &'static str,
            fields: &'static [&'static str],
            visitor: V,
        ) -> Result<V::Value, Error> {
            *self.0.borrow_mut() = fields;
            self.deserialize_any(visitor)
        }

        forward_to_deserialize_any! {
            bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
            newtype_struct seq tuple tuple_struct map enum identifier ignored_any
        }
    }

    let names = RefCell::default();
    drop(T::deserialize(Names(&names)));
    names.into_inner()
}

#[derive(Clone)]
struct Probe<'v> {
    value: &'v Value,
    path: String,
    missing: &'v RefCell<Vec<String>>,
}

impl<'v> Probe<'v> {
    fn below(&self, key: &str, value: &'v Value) -> Self {
        Self { value, path: format!("{}/{key}", self.path), missing: self.missing }
    }

    fn note(&self, key: &str) {
        self.missing.borrow_mut().push(format!("{}/{key}", self.path));
    }
}

impl<'de> Deserializer<'de> for Probe<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.value {
            Value::Array(items) => {
                if items.is_empty() {
                    self.note("(an empty array)");
                }
                let items = items.iter().map(|item| self.below("0", item));
                visitor.visit_seq(SeqDeserializer::new(items))
            }
            Value::Object(map) => {
                let entries = map.iter().map(|(key, value)| (key.clone(), self.below(key, value)));
                visitor.visit_map(MapDeserializer::new(entries))
            }
            Value::Null => {
                self.note("(null)");
                visitor.visit_unit()
            }
            Value::String(text) => {
                if text.is_empty() {
                    self.note("(an empty text)");
                }
                visitor.visit_string(text.clone())
            }
            Value::Bool(_) | Value::Number(_) => self.value.clone().deserialize_any(visitor),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        for field in fields.iter().filter(|field| self.value.get(field).is_none()) {
            self.note(field);
        }
        self.deserialize_any(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.value.clone().deserialize_enum(name, variants, visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        seq tuple tuple_struct map identifier ignored_any
    }
}

impl IntoDeserializer<'_, Error> for Probe<'_> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

#[test]
fn a_field_that_a_sample_leaves_out_is_named_by_its_path() {
    use wecom_contacts::departments::DepartmentList;

    let sample = serde_json::json!({"department": [{"id": 1, "name": "", "name_en": "a", "department_leader": ["b"], "order": 2}]});
    assert_eq!(
        missing::<DepartmentList>(&sample),
        ["/department/0/parentid", "/department/0/name/(an empty text)"]
    );
}
