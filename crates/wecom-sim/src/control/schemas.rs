//! The JSON schemas of the control surface, made from the types of the bodies.

use std::collections::BTreeSet;

use schemars::{
    JsonSchema, Schema, SchemaGenerator,
    generate::SchemaSettings,
    transform::{RecursiveTransform, Transform},
};
use serde_json::{Map, Value, json};

const COMPONENTS: &str = "#/components/schemas/";

/// Collects the schemas. A type can differ between the two directions: a field with a default is optional in a
/// request and always present in a reply.
pub(crate) struct Schemas {
    requests: SchemaGenerator,
    replies: SchemaGenerator,
}

impl Schemas {
    pub(crate) fn new() -> Self {
        let settings = SchemaSettings::draft2020_12()
            .with(|settings| {
                settings.definitions_path = "/components/schemas".into();
                settings.meta_schema = None;
            })
            .with_transform(RecursiveTransform(plain_description));
        Self {
            requests: settings.clone().for_deserialize().into_generator(),
            replies: settings.for_serialize().into_generator(),
        }
    }

    /// Returns the schema of a type in a request.
    pub(crate) fn request<T: JsonSchema>(&mut self) -> Value {
        self.requests.subschema_for::<T>().to_value()
    }

    /// Returns the schema of a type in a reply.
    pub(crate) fn reply<T: JsonSchema>(&mut self) -> Value {
        self.replies.subschema_for::<T>().to_value()
    }

    /// Returns the parameters of a query, one for each field of the type.
    pub(crate) fn query<T: JsonSchema>(&mut self) -> Vec<Value> {
        let mut schema = T::json_schema(&mut self.requests);
        RecursiveTransform(plain_description).transform(&mut schema);
        let required: BTreeSet<&str> = match schema.get("required") {
            Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
            _ => BTreeSet::new(),
        };
        let Some(Value::Object(fields)) = schema.get("properties") else { return Vec::new() };
        let parameter = |(name, field): (&String, &Value)| {
            let mut field = field.clone();
            let description = field.as_object_mut().and_then(|field| field.remove("description"));
            json!({
                "name": name,
                "in": "query",
                "required": required.contains(name.as_str()),
                "description": description,
                "schema": field,
            })
        };
        fields.iter().map(parameter).collect()
    }

    /// Returns the definitions, and the names that differ between the two directions. The definition of a request
    /// with such a name ends with `Input`, and so must the references in requests; [`for_request`] changes them.
    pub(crate) fn finish(mut self) -> (Map<String, Value>, BTreeSet<String>) {
        let requests = self.requests.take_definitions(true);
        let mut definitions = self.replies.take_definitions(true);
        let mut renamed: BTreeSet<String> = requests
            .iter()
            .filter(|(name, schema)| definitions.get(*name).is_some_and(|reply| reply != *schema))
            .map(|(name, _)| name.clone())
            .collect();
        // A definition that refers to a renamed one is renamed too, if a reply has it.
        loop {
            let more = requests.iter().filter(|(name, schema)| {
                definitions.contains_key(*name) && !renamed.contains(*name) && refers_to(schema, &renamed)
            });
            let more: Vec<String> = more.map(|(name, _)| name.clone()).collect();
            if more.is_empty() {
                break;
            }
            renamed.extend(more);
        }
        for (name, mut schema) in requests {
            for_request(&mut schema, &renamed);
            let name = if renamed.contains(&name) { name + "Input" } else { name };
            definitions.insert(name, schema);
        }
        definitions.sort_keys();
        (definitions, renamed)
    }
}

fn refers_to(schema: &Value, names: &BTreeSet<String>) -> bool {
    match schema {
        Value::Object(fields) => fields.iter().any(|(key, value)| {
            let target = value.as_str().and_then(|target| target.strip_prefix(COMPONENTS));
            (key == "$ref" && target.is_some_and(|target| names.contains(target))) || refers_to(value, names)
        }),
        Value::Array(items) => items.iter().any(|item| refers_to(item, names)),
        _ => false,
    }
}

/// Lets the references of a request point to the definitions of requests.
pub(crate) fn for_request(schema: &mut Value, renamed: &BTreeSet<String>) {
    match schema {
        Value::Object(fields) => {
            for (key, value) in fields {
                let target = value.as_str().and_then(|target| target.strip_prefix(COMPONENTS));
                match target {
                    Some(target) if key == "$ref" && renamed.contains(target) => {
                        *value = format!("{COMPONENTS}{target}Input").into();
                    }
                    _ => for_request(value, renamed),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| for_request(item, renamed)),
        _ => {}
    }
}

/// Replaces links of rustdoc by their text, and joins the lines of a paragraph.
fn plain_description(schema: &mut Schema) {
    if let Some(Value::String(text)) = schema.get("description") {
        let text = without_links(text);
        schema.insert("description".into(), text.into());
    }
}

fn without_links(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some(start) = rest.find("[`") {
        let Some(end) = rest[start..].find("`]").map(|end| start + end) else { break };
        plain.push_str(&rest[..start]);
        plain.push_str(&rest[start + 1..=end]);
        rest = &rest[end + 2..];
        if let Some(end) = rest.strip_prefix('(').and_then(|target| target.find(')')) {
            rest = &rest[end + 2..];
        }
    }
    plain + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_of_rustdoc_become_their_text() {
        let text = "see [`Sim::digest`](crate::Sim::digest), [`When`] and [web](https://example.com) [`open";
        assert_eq!(without_links(text), "see `Sim::digest`, `When` and [web](https://example.com) [`open");
    }

    #[test]
    fn a_request_refers_to_the_definitions_of_requests() {
        let renamed = BTreeSet::from(["Rule".to_owned()]);
        let mut schema =
            json!({"items": [{"$ref": "#/components/schemas/Rule"}, {"$ref": "#/components/schemas/When"}]});
        assert!(refers_to(&schema, &renamed));
        for_request(&mut schema, &renamed);
        let refs = json!([{"$ref": "#/components/schemas/RuleInput"}, {"$ref": "#/components/schemas/When"}]);
        assert_eq!(schema["items"], refs);
    }
}
