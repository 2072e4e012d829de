//! Attributes that the corp has defined. WeCom replaces the whole list, so the list is sent as it is known, with the change in it.

use std::collections::BTreeMap;

use wecom_contacts::members::{Attribute, AttributeValue};

/// What wanted attributes make of a list.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Merged {
    /// The whole list to be sent; `None` if nothing changes.
    pub(super) list: Option<Vec<Attribute>>,
    /// The names that change.
    pub(super) changed: Vec<String>,
    /// Attributes that hold a link or a mini program, which a text of a roster does not replace.
    pub(super) not_text: Vec<String>,
}

/// Merges wanted texts into a list. Other attributes stay as they are.
pub(super) fn merge(known: &[Attribute], wanted: &BTreeMap<&str, &str>) -> Merged {
    let mut list = known.to_vec();
    let mut merged = Merged::default();
    for (name, value) in wanted {
        match list.iter_mut().find(|attribute| attribute.name == **name) {
            Some(attribute) => match &attribute.value {
                AttributeValue::Text(text) | AttributeValue::Untyped(text) if text == value => continue,
                AttributeValue::Text(_) | AttributeValue::Untyped(_) => {
                    attribute.value = AttributeValue::Text((*value).to_owned());
                }
                _ => {
                    merged.not_text.push((*name).to_owned());
                    continue;
                }
            },
            None if value.is_empty() => continue,
            None => list.push(Attribute::text(*name, *value)),
        }
        merged.changed.push((*name).to_owned());
    }
    merged.list = (!merged.changed.is_empty()).then_some(list);
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_incident_of_the_entry_date_written_alone_keeps_the_employee_number() {
        let known = [
            Attribute::text("工号", "00042"),
            Attribute::web("主页", "我", "https://example.com"),
            Attribute::text("入职日期", ""),
        ];
        let merged = merge(&known, &BTreeMap::from([("入职日期", "2026-11-02")]));
        let list = merged.list.unwrap();
        assert!(list[..2] == known[..2]);
        assert!(list[2] == Attribute::text("入职日期", "2026-11-02"));
        assert_eq!(merged.changed, ["入职日期"]);
        assert_eq!(merge(&list, &BTreeMap::from([("入职日期", "2026-11-02")])), Merged::default());
    }

    #[test]
    fn a_text_does_not_replace_a_link() {
        let merged =
            merge(&[Attribute::web("主页", "我", "https://example.com")], &BTreeMap::from([("主页", "x")]));
        assert_eq!((merged.list, merged.not_text), (None, vec!["主页".to_owned()]));
    }
}
