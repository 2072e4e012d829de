//! The forms of values: the allowed characters and their order.

/// The form of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Text,
    Account,
    Mobile,
    Mail,
    Telephone,
    Gender,
    Department,
}

/// Bits of a byte's class. Each bit marks a form that excludes the byte.
const ACCOUNT: u8 = 1;
const MOBILE: u8 = 2;
const MAIL: u8 = 4;
const TELEPHONE: u8 = 8;
const DEPARTMENT: u8 = 16;
/// A line break, a tab, a control character, or the first byte of a character that can be a control character or U+FFFD.
const SUSPECT: u8 = 32;

const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        classes[byte] = class(byte as u8);
        byte += 1;
    }
    classes
};

const fn class(byte: u8) -> u8 {
    let (letter, digit) = (byte.is_ascii_alphabetic(), byte.is_ascii_digit());
    let mut class = 0;
    if !letter && !digit && !matches!(byte, b'_' | b'-' | b'@' | b'.') {
        class |= ACCOUNT;
    }
    if !digit && !matches!(byte, b'+' | b'-' | b' ') {
        class |= MOBILE;
    }
    if !letter && !digit && !is_mail_sign(byte) && byte != b'@' {
        class |= MAIL;
    }
    if !digit && !matches!(byte, b'-' | b'+' | b',') {
        class |= TELEPHONE;
    }
    if matches!(byte, b'\\' | b':' | b'*' | b'?' | b'"' | b'<' | b'>' | b'|') {
        class |= DEPARTMENT;
    }
    // C2 is the first byte of U+0080 to U+00BF, EF is the first byte of U+F000 to U+FFFF.
    if byte.is_ascii_control() || matches!(byte, 0xC2 | 0xEF) {
        class |= SUSPECT;
    }
    class
}

const fn is_mail_sign(byte: u8) -> bool {
    matches!(
        byte,
        b'!' | b'#'
            | b'$'
            | b'%'
            | b'&'
            | b'\''
            | b'*'
            | b'+'
            | b'/'
            | b'='
            | b'?'
            | b'^'
            | b'_'
            | b'`'
            | b'{'
            | b'|'
            | b'}'
            | b'~'
            | b'.'
            | b'-'
    )
}

/// Returns the combined classes of all bytes of a value.
#[inline]
pub(super) fn classes(value: &str) -> u8 {
    value.bytes().fold(0, |classes, byte| classes | CLASSES[usize::from(byte)])
}

impl Form {
    /// Returns whether a value of these classes is certainly valid. Other values need a further check.
    #[inline]
    pub(super) fn accepts(self, value: &str, classes: u8) -> bool {
        classes & (self.mask() | SUSPECT) == 0 && self.fits(value)
    }

    /// Returns whether the form excludes this character.
    pub(super) fn refuses(self, char: char) -> bool {
        let class = match u8::try_from(char) {
            Ok(byte) if byte.is_ascii() => CLASSES[usize::from(byte)],
            _ => ACCOUNT | MOBILE | MAIL | TELEPHONE,
        };
        class & self.mask() != 0
    }

    /// Returns whether the order of the characters is valid. The value must be nonempty and contain only allowed
    /// characters.
    #[inline]
    pub(super) fn fits(self, value: &str) -> bool {
        match self {
            Self::Text | Self::Telephone | Self::Department => true,
            Self::Account => value.as_bytes().first().is_some_and(u8::is_ascii_alphanumeric),
            Self::Mobile => is_mobile(value),
            Self::Mail => is_mail(value),
            Self::Gender => matches!(value, "男" | "女" | "1" | "2"),
        }
    }

    /// Returns a description of the allowed characters.
    pub(super) const fn alphabet(self) -> &'static str {
        match self {
            Self::Text => "any visible characters",
            Self::Account => "letters, digits and _ - @ .",
            Self::Mobile => "digits, blanks, + and -",
            Self::Mail => "letters, digits and the symbols of mail addresses",
            Self::Telephone => "digits, -, + and ,",
            Self::Gender => "男 or 女",
            Self::Department => "all except \\ : * ? \" < > |",
        }
    }

    /// Returns a description of the form that [`fits`](Self::fits) requires.
    pub(super) const fn demand(self) -> &'static str {
        match self {
            Self::Account => "must begin with a letter or a digit",
            Self::Mobile => "must be a mobile number, with an optional + and country code at the start",
            Self::Mail => "must be one valid mail address of 6 to 64 bytes",
            Self::Gender => "must be 男 or 女",
            Self::Text | Self::Telephone | Self::Department => "must have another form",
        }
    }

    const fn mask(self) -> u8 {
        match self {
            Self::Text | Self::Gender => 0,
            Self::Account => ACCOUNT,
            Self::Mobile => MOBILE,
            Self::Mail => MAIL,
            Self::Telephone => TELEPHONE,
            Self::Department => DEPARTMENT,
        }
    }
}

/// Requires at least five digits, and allows `+` only as the first character.
fn is_mobile(value: &str) -> bool {
    let (mut digits, mut signs) = (0, 0);
    for byte in value.bytes().skip(1) {
        digits += u32::from(byte.is_ascii_digit());
        signs += u32::from(byte == b'+');
    }
    digits += u32::from(value.as_bytes().first().is_some_and(u8::is_ascii_digit));
    digits >= 5 && signs == 0
}

/// Requires a local part, `@`, and at least two labels of letters, digits and `-`, joined with dots.
fn is_mail(value: &str) -> bool {
    let bytes = value.as_bytes();
    let Some(at) = bytes.iter().position(|byte| *byte == b'@') else {
        return false;
    };
    let (mut labels, mut length) = (1, 0);
    for byte in &bytes[at + 1..] {
        match byte {
            b'.' if length == 0 => return false,
            b'.' => (labels, length) = (labels + 1, 0),
            b'-' => length += 1,
            byte if byte.is_ascii_alphanumeric() => length += 1,
            _ => return false,
        }
    }
    at > 0 && labels > 1 && length > 0 && bytes.len() >= 6
}

/// Returns a text without the blanks around it, like [`str::trim`]. Texts without such blanks take a faster path.
#[inline]
pub(in crate::imports) fn trimmed(text: &str) -> &str {
    // Blanks are ASCII characters below `!`, or begin with C2, E1, E2 or E3. Chinese texts usually end with a three-byte
    // character.
    let is_no_blank = |byte: u8| byte.is_ascii_graphic() || (0xE4..0xF0).contains(&byte);
    match text.as_bytes() {
        [first, .., last] if is_no_blank(*first) && last.is_ascii_graphic() => text,
        [first, .., lead, _, last] if is_no_blank(*first) && *lead >= 0xE4 && *last >= 0x80 => text,
        _ => text.trim(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_short_way_trims_as_the_long_one(
            text in "[ -~\\t\\n\u{85}\u{a0}é£\u{1680}\u{2003}\u{2028}\u{3000}王芳（𠮷]{0,5}",
            any: String,
        ) {
            prop_assert_eq!(trimmed(&text), text.trim());
            prop_assert_eq!(trimmed(&any), any.trim());
        }
    }
}
