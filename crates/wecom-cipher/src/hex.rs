//! Hexadecimal digits of bytes: for signatures, digests of files and storage keys.

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// Returns the bytes as lowercase hexadecimal digits, two digits per byte.
///
/// ```
/// assert_eq!(wecom_cipher::hex([0x00, 0x7f, 0xff]), "007fff");
/// ```
#[must_use]
pub fn hex(bytes: impl AsRef<[u8]>) -> String {
    bytes.as_ref().iter().flat_map(|byte| digits(*byte)).map(char::from).collect()
}

/// Returns the two digits of a byte.
pub(crate) fn digits(byte: u8) -> [u8; 2] {
    [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]
}

/// Returns the value of a digit of either case.
pub(crate) fn value(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).map(|value| value as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_has_two_digits_that_give_it_back() {
        for byte in 0..=u8::MAX {
            let [high, low] = digits(byte).map(|digit| value(digit).unwrap());
            assert_eq!(high << 4 | low, byte);
            assert_eq!(hex([byte]), format!("{byte:02x}"));
        }
        assert_eq!([value(b'F'), value(b'g'), value(b':')], [Some(15), None, None]);
    }
}
