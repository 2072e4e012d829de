//! Checks a value against a JSON schema, as far as the control surface uses JSON schemas.

use serde_json::Value;

/// Returns the first reason why a value does not fit a schema of the document.
pub(crate) fn mismatch(document: &Value, schema: &Value, value: &Value) -> Option<String> {
    let Value::Object(rules) = schema else {
        return (schema == false).then(|| format!("{value} is not allowed"));
    };
    let fits = |schema: &Value| mismatch(document, schema, value).is_none();
    rules.iter().find_map(|(rule, wanted)| match rule.as_str() {
        "$ref" => {
            let target = wanted.as_str().unwrap().strip_prefix('#').unwrap();
            mismatch(document, document.pointer(target).unwrap_or_else(|| panic!("{target}")), value)
        }
        "type" => {
            let mut types = match wanted {
                Value::Array(types) => types.iter().collect(),
                one => vec![one],
            };
            types.retain(|name| is_a(value, name.as_str().unwrap()));
            types.is_empty().then(|| format!("{value} is not {wanted}"))
        }
        "properties" => {
            let fields = wanted.as_object().unwrap().iter();
            fields.filter_map(|(name, schema)| Some((name, schema, value.get(name)?))).find_map(
                |(name, schema, field)| {
                    mismatch(document, schema, field).map(|reason| format!("{name}: {reason}"))
                },
            )
        }
        "required" => {
            let missing =
                wanted.as_array().unwrap().iter().find(|name| value.get(name.as_str().unwrap()).is_none());
            missing.map(|name| format!("{name} is missing"))
        }
        "additionalProperties" => value.as_object()?.iter().find_map(|(name, field)| {
            let is_known = rules.get("properties").is_some_and(|known| known.get(name).is_some());
            let reason = mismatch(document, wanted, field).filter(|_| !is_known)?;
            Some(format!("{name}: {reason}"))
        }),
        "items" => value.as_array()?.iter().find_map(|item| mismatch(document, wanted, item)),
        "prefixItems" => wanted
            .as_array()?
            .iter()
            .zip(value.as_array()?)
            .find_map(|(schema, item)| mismatch(document, schema, item)),
        "enum" => {
            (!wanted.as_array().unwrap().contains(value)).then(|| format!("{value} is none of {wanted}"))
        }
        "const" => (wanted != value).then(|| format!("{value} is not {wanted}")),
        "allOf" => wanted.as_array()?.iter().find_map(|schema| mismatch(document, schema, value)),
        "anyOf" => (!wanted.as_array()?.iter().any(fits)).then(|| format!("{value} fits none of {wanted}")),
        "oneOf" => (wanted.as_array()?.iter().filter(|schema| fits(schema)).count() != 1)
            .then(|| format!("{value} does not fit exactly one of {wanted}")),
        "minimum" => (value.as_f64()? < wanted.as_f64()?).then(|| format!("{value} is below {wanted}")),
        "maximum" => (value.as_f64()? > wanted.as_f64()?).then(|| format!("{value} is above {wanted}")),
        "maxLength" => (value.as_str()?.chars().count() as u64 > wanted.as_u64()?)
            .then(|| format!("{value} is too long")),
        "minItems" => {
            ((value.as_array()?.len() as u64) < wanted.as_u64()?).then(|| format!("{value} is too short"))
        }
        "maxItems" => {
            (value.as_array()?.len() as u64 > wanted.as_u64()?).then(|| format!("{value} is too long"))
        }
        "pattern" | "format" | "description" | "title" | "default" => None,
        other => panic!("the check of schemas does not know `{other}`"),
    })
}

fn is_a(value: &Value, name: &str) -> bool {
    match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("unknown type `{other}`"),
    }
}
