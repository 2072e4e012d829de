//! Temporary media (临时素材): their limits, formats and lifetime.

use std::fmt;

use bytes::Bytes;
use indexmap::IndexMap;

use super::fail::Fail;
use crate::{clock::Millis, random::random_text};

/// Three days.
pub(crate) const MEDIA_LIFETIME: Millis = 3 * 24 * 3_600_000;
pub(crate) const MB: usize = 1 << 20;
/// Maximum number of files and bytes in a corp. Beyond either, the oldest are removed early.
const FILES_KEPT: usize = 10_000;
const BYTES_KEPT: usize = 512 * MB;
/// Every file must be larger than this.
const SMALLEST: usize = 5;
const DAY: Millis = 24 * 3_600_000;
/// Offset of Beijing, where days begin.
const BEIJING: Millis = 8 * 3_600_000;

/// The `type` of an upload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MediaKind {
    Image,
    Voice,
    Video,
    File,
}

/// One uploaded file.
#[derive(Clone)]
pub(crate) struct Medium {
    pub(crate) kind: MediaKind,
    pub(crate) extension: String,
    pub(crate) content_type: &'static str,
    pub(crate) bytes: Bytes,
    pub(crate) created_at: Millis,
    /// Whether it was uploaded by URL (异步上传); such a medium is only for download.
    pub(crate) by_url: bool,
}

/// A corp's media, shared by all its apps.
#[derive(Clone, Debug, Default)]
pub(crate) struct Media {
    /// Oldest first.
    by_id: IndexMap<String, Medium>,
    pictures: PictureQuota,
}

impl MediaKind {
    pub(crate) fn of(name: &str) -> Option<Self> {
        Some(match name {
            "image" => Self::Image,
            "voice" => Self::Voice,
            "video" => Self::Video,
            "file" => Self::File,
            _ => return None,
        })
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Voice => "voice",
            Self::Video => "video",
            Self::File => "file",
        }
    }

    /// Checks the size and format of an upload.
    pub(crate) fn judge(self, extension: &str, bytes: &[u8]) -> Result<(), Fail> {
        at_least_smallest(bytes)?;
        match self {
            Self::Image => picture(extension, bytes, 10 * MB),
            Self::Voice if bytes.len() > 2 * MB => Err(Fail::of(45001)),
            Self::Voice => voice(bytes),
            Self::Video if bytes.len() > 10 * MB => Err(Fail::of(40011)),
            Self::Video if !is_mp4(bytes) => Err(Fail::of(40004)),
            Self::File if bytes.len() > 20 * MB => Err(Fail::of(45001)),
            Self::Video | Self::File => Ok(()),
        }
    }

    fn content_type(self, bytes: &[u8]) -> &'static str {
        match self {
            Self::Image if bytes.starts_with(PNG) => "image/png",
            Self::Image => "image/jpeg",
            Self::Voice => "voice/amr",
            Self::Video => "video/mp4",
            Self::File => "application/octet-stream",
        }
    }

    /// Returns the extension of a download's name if the upload had none.
    fn ending(self, bytes: &[u8]) -> &'static str {
        match self {
            Self::Image if bytes.starts_with(PNG) => "png",
            Self::Image => "jpg",
            Self::Voice => "amr",
            Self::Video => "mp4",
            Self::File => "bin",
        }
    }
}

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
const JPG: &[u8] = b"\xff\xd8\xff";
const AMR: &[u8] = b"#!AMR\n";
/// Size of a 20 ms frame including its header, by the mode in the header (RFC 4867; modes 9–14 are unused).
const AMR_FRAMES: [usize; 16] = [13, 14, 16, 18, 20, 21, 27, 32, 6, 1, 1, 1, 1, 1, 1, 1];

pub(super) fn at_least_smallest(bytes: &[u8]) -> Result<(), Fail> {
    match bytes.len() {
        0 => Err(Fail::of(44001)),
        size if size <= SMALLEST => Err(Fail::of(40006)),
        _ => Ok(()),
    }
}

fn picture(extension: &str, bytes: &[u8], largest: usize) -> Result<(), Fail> {
    if bytes.len() > largest {
        return Err(Fail::of(40009));
    }
    if !matches!(extension, "" | "jpg" | "jpeg" | "png") {
        return Err(Fail::of(40004));
    }
    if !bytes.starts_with(PNG) && !bytes.starts_with(JPG) {
        return Err(Fail::of(40123));
    }
    Ok(())
}

/// Checks that a voice is AMR of at most 60 seconds.
fn voice(bytes: &[u8]) -> Result<(), Fail> {
    let mut frames = bytes.strip_prefix(AMR).ok_or_else(|| Fail::of(301_016))?;
    let mut count = 0;
    while let Some(header) = frames.first() {
        let mode = usize::from(header >> 3 & 15);
        frames = frames.get(AMR_FRAMES[mode]..).unwrap_or_default();
        count += 1;
    }
    if count * 20 > 60_000 {
        return Err(Fail::of(301_017));
    }
    Ok(())
}

pub(crate) fn is_mp4(bytes: &[u8]) -> bool {
    bytes.get(4..8) == Some(b"ftyp")
}

/// Returns the extension of a file name in lower case, if it is short and plain.
pub(crate) fn extension(name: &str) -> String {
    name.rsplit_once('.')
        .map(|(_, ending)| ending)
        .filter(|ending| {
            (1..=10).contains(&ending.len()) && ending.bytes().all(|byte| byte.is_ascii_alphanumeric())
        })
        .map(str::to_ascii_lowercase)
        .unwrap_or_default()
}

impl Media {
    /// Stores a checked file and removes expired ones.
    pub(crate) fn keep(
        &mut self,
        kind: MediaKind,
        name: &str,
        bytes: Bytes,
        by_url: bool,
        now: Millis,
    ) -> String {
        self.by_id.retain(|_, medium| now < medium.created_at + MEDIA_LIFETIME);
        let mut ending = extension(name);
        if ending.is_empty() {
            ending = kind.ending(&bytes).into();
        }
        let medium = Medium {
            kind,
            extension: ending,
            content_type: kind.content_type(&bytes),
            bytes,
            created_at: now,
            by_url,
        };
        let id = random_text(64);
        self.by_id.insert(id.clone(), medium);
        self.forget_the_oldest(FILES_KEPT, BYTES_KEPT);
        id
    }

    /// Removes the oldest files beyond the limits. The latest file is always kept.
    fn forget_the_oldest(&mut self, files: usize, bytes: usize) {
        while self.by_id.len() > 1 && (self.by_id.len() > files || self.bytes() > bytes) {
            self.by_id.shift_remove_index(0);
        }
    }

    /// Returns the size of all files.
    pub(crate) fn bytes(&self) -> usize {
        self.by_id.values().map(|medium| medium.bytes.len()).sum()
    }

    /// Counts one permanent picture (上传图片), at most 1000 a day and 3000 in 30 days.
    pub(crate) fn admit_picture(&mut self, extension: &str, bytes: &[u8], now: Millis) -> Result<(), Fail> {
        at_least_smallest(bytes)?;
        picture(extension, bytes, 2 * MB)?;
        self.pictures.count(now)
    }
}

impl Media {
    /// Returns a medium within its three days, else 40007.
    pub(crate) fn get(&self, id: &str, now: Millis) -> Result<&Medium, Fail> {
        self.by_id
            .get(id)
            .filter(|medium| now < medium.created_at + MEDIA_LIFETIME)
            .ok_or_else(|| Fail::of(40007))
    }

    /// Checks an `avatar_mediaid`: 40007 if it is unknown or expired, 301015 if it is not a picture.
    pub(crate) fn check_avatar(&self, id: &str, now: Millis) -> Result<(), Fail> {
        match self.get(id, now)? {
            medium if medium.kind == MediaKind::Image => Ok(()),
            _ => Err(Fail::of(301_015)),
        }
    }
}

/// Number of permanent pictures by day (Beijing), for the last 30 days.
#[derive(Clone, Debug, Default)]
struct PictureQuota {
    by_day: Vec<(Millis, u32)>,
}

impl PictureQuota {
    fn count(&mut self, now: Millis) -> Result<(), Fail> {
        let today = (now + BEIJING) / DAY;
        self.by_day.retain(|(day, _)| *day > today - 30);
        let month: u32 = self.by_day.iter().map(|(_, count)| count).sum();
        match self.by_day.last_mut() {
            _ if month >= 3000 => Err(Fail::of(45009)),
            Some((day, 1000)) if *day == today => Err(Fail::of(45009)),
            Some((day, count)) if *day == today => {
                *count += 1;
                Ok(())
            }
            _ => {
                self.by_day.push((today, 1));
                Ok(())
            }
        }
    }
}

/// Omits the content.
impl fmt::Debug for Medium {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Medium")
            .field("kind", &self.kind)
            .field("size", &self.bytes.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permanent_pictures_are_counted_by_day_and_by_thirty_days() {
        let mut quota = PictureQuota::default();
        let refused = Err(Fail::of(45009));
        for day in 0..3 {
            let now = day * DAY + DAY / 2;
            for _ in 0..1000 {
                assert_eq!(quota.count(now), Ok(()));
            }
            assert_eq!(quota.count(now), refused, "1000 a day");
        }
        assert_eq!(quota.count(5 * DAY), refused, "3000 in 30 days");
        assert_eq!(quota.count(31 * DAY), Ok(()));
    }

    #[test]
    fn the_oldest_files_go_beyond_a_number_and_beyond_a_size() {
        let mut media = Media::default();
        let mut keep = |size: usize| media.keep(MediaKind::File, "a.csv", vec![b'x'; size].into(), false, 0);
        let ids = [keep(10), keep(10), keep(10), keep(100)];
        let kept = |media: &Media| ids.iter().filter(|id| media.by_id.contains_key(*id)).count();
        media.forget_the_oldest(3, usize::MAX);
        assert!(kept(&media) == 3 && !media.by_id.contains_key(&ids[0]));
        media.forget_the_oldest(3, 110);
        assert!(kept(&media) == 2 && media.by_id.contains_key(&ids[2]));
        media.forget_the_oldest(3, 1);
        assert!(kept(&media) == 1 && media.by_id.contains_key(&ids[3]), "the latest stays");
    }

    #[test]
    fn the_ending_of_a_name_is_taken_only_when_it_is_plain() {
        assert_eq!(extension("members.CSV"), "csv");
        assert_eq!(extension("archive.tar.gz"), "gz");
        for odd in ["", "members", "a.", "a.b c", "a.\"\r\n", "a.表格", "a.abcdefghijk"] {
            assert_eq!(extension(odd), "", "{odd:?}");
        }
    }
}
