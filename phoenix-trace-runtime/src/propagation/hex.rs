//! Lowercase hexadecimal, the only spelling that trace context allows.

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

/// Fills `out`, which is at most 32 bytes long, with the low digits of `number`, zeros on the left.
pub(super) fn encode(number: u128, out: &mut [u8]) {
    let all = encoded(number);
    let from = all.len().saturating_sub(out.len());
    for (to, digit) in out.iter_mut().zip(&all[from..]) {
        *to = *digit;
    }
}

/// All digits of `number`.
pub(super) fn encoded(number: u128) -> [u8; 32] {
    let mut all = [0; 32];
    let (words, _) = all.as_chunks_mut::<8>();
    for (word, shift) in words.iter_mut().zip([96, 64, 32, 0]) {
        *word = digits((number >> shift) as u32);
    }
    all
}

/// The eight digits of a number, all of them at once: every response tells an id.
fn digits(number: u32) -> [u8; 8] {
    const ONES: u64 = 0x0101_0101_0101_0101;
    // A nibble in each byte.
    let mut nibbles = u64::from(number);
    nibbles = (nibbles << 16 | nibbles) & 0x0000_ffff_0000_ffff;
    nibbles = (nibbles << 8 | nibbles) & 0x00ff_00ff_00ff_00ff;
    nibbles = (nibbles << 4 | nibbles) & 0x0f0f_0f0f_0f0f_0f0f;
    // One in each byte that is a letter.
    let letters = ((nibbles + 6 * ONES) >> 4) & ONES;
    let letter = u64::from(b'a' - b'0' - 10);
    (nibbles + ONES * u64::from(b'0') + letters * letter).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn digits_are_those_of_the_number(number: u128, length in 0_usize..=32) {
            let mut out = vec![0; length];
            encode(number, &mut out);
            let all = format!("{number:032x}");
            prop_assert_eq!(ascii(&out), &all[32 - length..]);
        }
    }
}
