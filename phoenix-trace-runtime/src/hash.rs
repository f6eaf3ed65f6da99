//! A hash of a few words and short texts, for tables of a bounded size. Who wants texts to fall on the same place makes looking
//! them up slower, and no more than that.

use std::hash::Hasher;

/// Words in, one word out.
#[derive(Clone, Copy, Default)]
pub(crate) struct Words(u64);

/// 2⁶⁴ by the golden ratio.
const K: u64 = 0x9e37_79b9_7f4a_7c15;

impl Hasher for Words {
    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.write_u64(u64::from_le_bytes(*word));
        }
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        self.write_u64(u64::from_le_bytes(last));
    }

    #[inline]
    fn write_u64(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(K);
    }

    #[inline]
    fn write_usize(&mut self, word: usize) {
        self.write_u64(word as u64);
    }

    /// Multiplication mixes upwards: tables look at the lowest bits too.
    #[inline]
    fn finish(&self) -> u64 {
        self.0 ^ self.0 >> 32
    }
}
