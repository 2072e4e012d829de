//! What the search reads of a member.

use wecom_contacts::{Seen, members::Member};

use crate::store::SearchText;

/// The text and the filter of a member, as the store keeps them.
pub(crate) fn text(member: &Member) -> SearchText {
    fn known(value: &Seen<String>) -> &str {
        value.known().map_or("", String::as_str)
    }
    let parts = [
        member.userid.as_str(),
        known(&member.name),
        known(&member.alias),
        known(&member.position),
        known(&member.mobile),
    ];
    SearchText { mask: i64::MAX, text: parts.map(|part| part.replace('\t', " ")).join("\t") }
}
