//! Attributes (扩展属性) as columns.

use std::collections::HashMap;

use wecom_contacts::members::{Attribute, AttributeValue};

/// More attributes than that are left in the rest: a server must not choose how wide the file gets.
pub(super) const MOST_ATTRIBUTES: usize = 500;

/// The attributes that have come by, each a column.
#[derive(Default)]
pub(super) struct Attributes {
    pub(super) names: Vec<String>,
    places: HashMap<String, usize>,
    /// Those of the row under way: places and values.
    pub(super) of_row: Vec<(usize, String)>,
    /// How many rows had no attributes to see.
    pub(super) absent: u64,
}

impl Attributes {
    /// Sorts a row's attributes into columns, and returns the rest.
    pub(super) fn sort(
        &mut self,
        attributes: &[Attribute],
        is_taken: impl Fn(&str) -> bool,
    ) -> Vec<Attribute> {
        self.of_row.clear();
        let mut rest = Vec::new();
        for attribute in attributes {
            match &attribute.value {
                AttributeValue::Text(value) if value.is_empty() => {}
                AttributeValue::Web { url, title } if url.is_empty() && title.is_empty() => {}
                AttributeValue::Text(value) => match self.place(&attribute.name, &is_taken) {
                    Some(place) if self.of_row.iter().all(|(taken, _)| *taken != place) => {
                        self.of_row.push((place, value.clone()));
                    }
                    _ => rest.push(attribute.clone()),
                },
                _ => rest.push(attribute.clone()),
            }
        }
        rest
    }

    fn place(&mut self, name: &str, is_taken: &impl Fn(&str) -> bool) -> Option<usize> {
        if let Some(place) = self.places.get(name) {
            return Some(*place);
        }
        if name.is_empty() || self.names.len() == MOST_ATTRIBUTES || is_taken(name) {
            return None;
        }
        let place = self.names.len();
        self.names.push(name.to_owned());
        self.places.insert(name.to_owned(), place);
        Some(place)
    }
}
