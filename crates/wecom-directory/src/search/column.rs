//! Many short texts in one.

/// Texts by their places, each ended by a line feed.
#[derive(Debug, Default)]
pub(super) struct Column {
    text: String,
    ends: Vec<u32>,
}

impl Column {
    pub(super) fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.text.push('\n');
        // The texts of all people have fewer than 4 GiB.
        self.ends.push(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
    }

    pub(super) fn start(&self, place: usize) -> usize {
        place.checked_sub(1).map_or(0, |before| self.ends[before] as usize)
    }

    pub(super) fn get(&self, place: usize) -> &str {
        &self.text[self.start(place)..self.ends[place] as usize - 1]
    }

    /// The bytes of the texts from one place to another, with their ends.
    pub(super) fn bytes(&self, places: std::ops::Range<usize>) -> &[u8] {
        &self.text.as_bytes()[self.start(places.start)..self.start(places.end)]
    }
}
