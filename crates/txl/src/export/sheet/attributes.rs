//! Attributes (扩展属性) as columns.

use std::collections::HashMap;

use wecom_contacts::members::{Attribute, AttributeValue};

/// Maximum number of attribute columns. Further attributes go to the rest, so a server cannot control the width of the file.
pub(super) const MOST_ATTRIBUTES: usize = 500;

/// The attributes so far. Each becomes a column.
#[derive(Default)]
pub(super) struct Attributes {
    pub(super) names: Vec<String>,
    places: HashMap<String, usize>,
    /// The attributes of the current row: positions and values.
    pub(super) of_row: Vec<(usize, String)>,
    /// The number of rows whose attributes are hidden.
    pub(super) absent: u64,
}

impl Attributes {
    /// Assigns the attributes of a row to columns, and returns the rest.
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
