//! The evidence for an encoding.
//!
//! Most bytes of a Chinese text are valid in several encodings. A text of names and positions has mostly common characters in the right encoding. In
//! another encoding, the same bytes become rare characters, symbols or private-use characters. Each encoding therefore gets the logarithm of the
//! probability that a text of names has these bytes, computed with a simple model. The best encoding must be far ahead of all others. The others
//! include Korean and Japanese encodings, which are not supported, and meaningless bytes.

use std::{collections::HashSet, sync::LazyLock};

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{BIG5, EUC_JP, EUC_KR, GB18030, SHIFT_JIS, WINDOWS_1252};

use super::{Encoding, common::COMMON};

/// Minimum lead of the best encoding over each other one: about 1,000 times as likely.
const AHEAD: f64 = 7.0;
/// Minimum lead over meaningless bytes: about 50 times as likely.
const MEANT: f64 = 4.0;
/// The prior for Korean and Japanese: one in twenty.
const FOREIGN: f64 = -3.0;
/// The score of two bytes in the model of meaningless bytes.
const MEANINGLESS: f64 = -8.5;
/// The score of a character that tables do not contain.
const IMPOSSIBLE: f64 = -40.0;

/// Words of headings. Random bytes do not form them.
const WORDS: [&str; 20] = [
    "姓名", "帐号", "账号", "帳號", "手机", "手機", "电话", "電話", "部门", "部門", "职务", "職務", "职位",
    "職位", "邮箱", "郵箱", "性别", "性別", "工号", "工號",
];
/// The bonus for each such word, up to three words.
const WORD: f64 = 7.0;

static COMMON_SET: LazyLock<HashSet<char>> = LazyLock::new(|| COMMON.chars().collect());

/// The encodings that are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Model {
    Gb18030,
    Big5,
    EucKr,
    EucJp,
    ShiftJis,
    Western,
}

/// Returns the encoding of lines that have bytes outside ASCII and are not UTF-8.
///
/// # Errors
///
/// If no encoding is far enough ahead, returns the name of the most likely one for the message.
pub(super) fn decide(sample: &[u8]) -> Result<Encoding, Option<&'static str>> {
    const MODELS: [Model; 6] =
        [Model::Gb18030, Model::Big5, Model::EucKr, Model::EucJp, Model::ShiftJis, Model::Western];
    let mut ranked: Vec<(Model, f64, usize)> = MODELS
        .into_iter()
        .filter_map(|model| likelihood(sample, model).map(|(sum, count)| (model, sum, count)))
        .collect();
    ranked.sort_by(|one, other| other.1.total_cmp(&one.1));
    let Some((best, sum, count)) = ranked.first().copied() else { return Err(None) };
    let is_ahead = ranked.get(1).is_none_or(|(_, second, _)| sum - second >= AHEAD);
    let is_meant = sum - MEANINGLESS * count as f64 >= MEANT;
    let name = match best {
        Model::Gb18030 if is_ahead && is_meant => return Ok(Encoding::Gb18030),
        Model::Big5 if is_ahead && is_meant => return Ok(Encoding::Big5),
        Model::Western if is_ahead && is_western(sample, ranked.len() == 1) => {
            return Ok(Encoding::Windows1252);
        }
        Model::Gb18030 => "GBK",
        Model::Big5 => "Big5",
        Model::EucKr => "EUC-KR",
        Model::EucJp => "EUC-JP",
        Model::ShiftJis => "Shift_JIS",
        Model::Western => "Windows-1252",
    };
    Err(Some(name))
}

/// Returns the logarithm of the probability of these bytes, and the number of byte pairs outside ASCII. Returns `None` if the bytes are invalid.
fn likelihood(sample: &[u8], model: Model) -> Option<(f64, usize)> {
    let encoding = match model {
        Model::Gb18030 => GB18030,
        Model::Big5 => BIG5,
        Model::EucKr => EUC_KR,
        Model::EucJp => EUC_JP,
        Model::ShiftJis => SHIFT_JIS,
        Model::Western => return Some(western(sample)),
    };
    let text = encoding.decode_without_bom_handling_and_without_replacement(sample)?;
    let mut chars = text.chars();
    let (mut rest, mut sum, mut count) = (sample, 0.0, 0);
    if matches!(model, Model::Gb18030 | Model::Big5) {
        sum += WORD * WORDS.iter().filter(|word| text.contains(**word)).take(3).count() as f64;
    }
    if matches!(model, Model::EucKr | Model::EucJp | Model::ShiftJis) {
        sum += FOREIGN;
    }
    while let [lead, after @ ..] = rest {
        let one = chars.next()?;
        let trail = after.first().copied().unwrap_or(0);
        let length = match (model, lead) {
            (_, 0..=0x7f) => 1,
            (Model::Gb18030, _) if trail.is_ascii_digit() => 4,
            (Model::Gb18030, 0x80) => 1,
            (Model::EucJp, 0x8f) => 3,
            (Model::ShiftJis, 0x80 | 0xa0..=0xdf | 0xfd..) => 1,
            _ => 2,
        };
        if *lead > 0x7f {
            // Four byte pairs of Big5 decode to two characters each.
            if model == Model::Big5 && *lead == 0x88 && matches!(trail, 0x62 | 0x64 | 0xa3 | 0xa5) {
                chars.next();
            }
            sum += cost(model, *lead, trail, length, one);
            count += length.div_ceil(2);
        }
        rest = rest.get(length..)?;
    }
    Some((sum, count))
}

/// Returns the score of a character: the share of its class, divided by the number of characters in the class.
fn cost(model: Model, lead: u8, trail: u8, length: usize, one: char) -> f64 {
    let class = |share: f64, size: f64| (share / size).ln();
    let is_high = trail >= 0xa1;
    if matches!(one, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..) {
        return IMPOSSIBLE;
    }
    match (model, lead) {
        (Model::Gb18030 | Model::Big5, _) if COMMON_SET.contains(&one) => class(0.7, 950.0),
        (Model::Gb18030, _) if length == 4 => class(0.002, 50_000.0),
        (Model::Gb18030, 0xb0..=0xd7) if is_high => class(0.25, 2860.0),
        (Model::Gb18030, 0xd8..=0xf7) if is_high => class(0.03, 3000.0),
        (Model::Gb18030, 0xa1 | 0xa3) if is_high => class(0.01, 170.0),
        (Model::Gb18030, 0xa1..=0xa9) => class(0.000_5, 600.0),
        (Model::Gb18030, _) => class(0.03, 14_000.0),
        (Model::Big5, 0xa1..=0xa3) => class(0.01, 400.0),
        (Model::Big5, 0xa4..=0xc5) => class(0.25, 4440.0),
        (Model::Big5, 0xc6) if trail < 0x7f => class(0.25, 4440.0),
        (Model::Big5, 0xc9..=0xf9) => class(0.03, 7650.0),
        (Model::Big5, _) => class(0.002, 5000.0),
        (Model::EucKr, 0xb0..=0xc8) if is_high => class(0.95, 2350.0),
        (Model::EucKr, 0xa1..=0xa3) if is_high => class(0.01, 280.0),
        (Model::EucKr, 0xca..=0xfd) if is_high => class(0.02, 4890.0),
        (Model::EucKr, _) => class(0.01, 9000.0),
        (Model::EucJp, 0xa4 | 0xa5) => class(0.45, 170.0),
        (Model::EucJp, 0xa1 | 0xa3) => class(0.05, 210.0),
        (Model::EucJp, 0xb0..=0xcf) => class(0.45, 2965.0),
        (Model::EucJp, 0xd0..=0xf4) => class(0.03, 3390.0),
        (Model::ShiftJis, 0x82 | 0x83) => class(0.45, 230.0),
        (Model::ShiftJis, 0x81) => class(0.05, 140.0),
        (Model::ShiftJis, 0x88..=0x97) => class(0.45, 2965.0),
        (Model::ShiftJis, 0x98..=0x9f | 0xe0..=0xea) => class(0.03, 3390.0),
        (Model::ShiftJis, 0xa0..=0xdf) => class(0.005, 63.0),
        _ => class(0.000_5, 6000.0),
    }
}

/// The letters of Western Europe.
const LETTERS: &str = "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜßàáâãäåæçèéêëìíîïñòóôõöøùúûüÿŒœŠšŽž";
/// The letters that have the same bytes in the encodings of Central Europe and Turkey.
const SHARED: &str = "ÁÂÄÇÉËÍÎÓÔÖÜßáâäçéëíîóôöüŠšŽž";

/// Scores Western text: single letters outside ASCII next to ASCII letters.
fn western(sample: &[u8]) -> (f64, usize) {
    let text = WINDOWS_1252.decode_without_bom_handling(sample).0;
    let chars: Vec<char> = text.chars().collect();
    let (mut sum, mut count) = (0.0, 0);
    for (at, one) in chars.iter().enumerate().filter(|(_, one)| !one.is_ascii()) {
        let before = at.checked_sub(1).map(|before| chars[before]);
        let beside = [before, chars.get(at + 1).copied()];
        count += 1;
        sum += match one {
            one if one.is_control() => IMPOSSIBLE,
            one if LETTERS.contains(*one) && beside.iter().flatten().any(char::is_ascii_alphabetic) => {
                (0.3_f64 / 60.0).ln()
            }
            _ => (0.005_f64 / 123.0).ln(),
        };
        if before.is_some_and(|before| !before.is_ascii()) {
            sum -= 3.0;
        }
    }
    (sum, count)
}

/// Returns whether all bytes outside ASCII are letters inside words, and Western Europe is the most likely region.
fn is_western(sample: &[u8], is_alone: bool) -> bool {
    let text = WINDOWS_1252.decode_without_bom_handling(sample).0;
    let chars: Vec<char> = text.chars().collect();
    let high: Vec<usize> = (0..chars.len()).filter(|at| !chars[*at].is_ascii()).collect();
    let is_lower = |at: Option<usize>| at.and_then(|at| chars.get(at)).is_some_and(char::is_ascii_lowercase);
    let are_letters = high
        .iter()
        .all(|at| LETTERS.contains(chars[*at]) && (is_lower(at.checked_sub(1)) || is_lower(Some(*at + 1))));
    if !are_letters || (high.len() < 3 && !is_alone) {
        return false;
    }
    high.iter().all(|at| SHARED.contains(chars[*at])) || {
        let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
        detector.feed(sample, true);
        detector.guess(None, Utf8Detection::Deny) == WINDOWS_1252
    }
}
