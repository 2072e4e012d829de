//! What the search reads of a member: a text, and a filter that excludes most people without reading it.

use std::sync::LazyLock;

use ib_matcher::pinyin::{PinyinData, PinyinNotation};
use wecom_contacts::{Seen, members::Member};

use crate::store::SearchText;

/// The fields in the text, in this order, separated by tabs.
pub(super) const USERID: usize = 0;
pub(super) const NAME: usize = 1;
pub(super) const ALIAS: usize = 2;
pub(super) const POSITION: usize = 3;
pub(super) const MOBILE: usize = 4;

/// The letters of all readings of Chinese characters.
pub(super) static READINGS: LazyLock<PinyinData> =
    LazyLock::new(|| PinyinData::new(PinyinNotation::Ascii | PinyinNotation::AsciiFirstLetter));

/// Returns the text and the filter of a member, as the store keeps them.
pub(crate) fn text(member: &Member) -> SearchText {
    fn known(value: &Seen<String>) -> &str {
        value.known().map_or("", String::as_str)
    }
    let fields = [
        member.userid.as_str(),
        known(&member.name),
        known(&member.alias),
        known(&member.position),
        known(&member.mobile),
    ];
    let mask = fields.iter().flat_map(|field| field.chars()).fold(0, |mask, one| mask | bits(one));
    SearchText { mask: mask.cast_signed(), text: fields.map(|field| field.replace('\t', " ")).join("\t") }
}

/// The filter of a query: a person can match only if all these bits are set in the person's filter.
pub(super) fn mask(query: &str) -> u64 {
    // "lyu", "lu" and "lv" are ways to type 吕: a v may stand for the u of the readings.
    query
        .chars()
        .filter(|one| !matches!(one, 'u' | 'v' | 'y' | 'U' | 'V' | 'Y'))
        .fold(0, |mask, one| mask | plain(one))
}

/// The bits of a character of a member: its own, and those of the letters of its readings.
pub(super) fn bits(one: char) -> u64 {
    let mut bits = plain(one);
    if !one.is_ascii() {
        READINGS.get_pinyins_and_for_each(one, |reading| {
            if let Some(letters) = reading.notation(PinyinNotation::Ascii) {
                bits |= letters.chars().fold(0, |bits, letter| bits | plain(letter));
            }
        });
    }
    bits
}

/// 26 bits for letters, 10 for digits, and 26 for all other characters together. The sign is never set.
pub(super) fn plain(one: char) -> u64 {
    match one.to_ascii_lowercase() {
        letter @ 'a'..='z' => 1 << (u32::from(letter) - u32::from('a')),
        digit @ '0'..='9' => 1 << (26 + u32::from(digit) - u32::from('0')),
        // Signs and blanks may be left out in a query.
        other if other.is_ascii() => 0,
        other => 1 << (36 + u32::from(other) % 26),
    }
}
