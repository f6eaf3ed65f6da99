//! Lowercase hexadecimal, the only spelling that trace context allows.

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// The number that at most 16 lowercase digits spell; `None` for any other byte, or no digit at all.
pub(super) fn decode(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() || digits.len() > 16 {
        return None;
    }
    digits.iter().try_fold(0, |number, &digit| {
        let nibble = match digit {
            b'0'..=b'9' => digit - b'0',
            b'a'..=b'f' => digit - b'a' + 10,
            _ => return None,
        };
        Some(number << 4 | u64::from(nibble))
    })
}

/// Text of ASCII characters, which is what the formats are made of.
pub(super) fn ascii(text: &[u8]) -> &str {
    std::str::from_utf8(text).unwrap_or_default()
}

/// Fills `out` with the low digits of `number`, zeros on the left.
pub(super) fn encode(mut number: u128, out: &mut [u8]) {
    for digit in out.iter_mut().rev() {
        *digit = DIGITS[(number & 0xf) as usize];
        number >>= 4;
    }
}
