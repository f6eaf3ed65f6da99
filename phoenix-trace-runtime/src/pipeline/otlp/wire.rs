//! The protobuf wire format, as far as OTLP needs it: bytes are appended, lengths are known or filled in afterwards.

/// The key of a field of wire type 0: a varint.
pub(super) const fn number(field: u8) -> u8 {
    field << 3
}

/// The key of a field of wire type 1: eight bytes.
pub(super) const fn eight_bytes(field: u8) -> u8 {
    field << 3 | 1
}

/// The key of a field of wire type 2: a length, and as many bytes.
pub(super) const fn bytes(field: u8) -> u8 {
    field << 3 | 2
}

/// How many bytes `value` takes as a varint.
#[inline]
pub(super) const fn varint_len(value: u64) -> usize {
    // Seven bits a byte, and one byte for zero.
    ((u64::BITS - (value | 1).leading_zeros()) as usize).div_ceil(7)
}

#[inline]
pub(super) fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// How many bytes a field with a one-byte key and `len` bytes takes.
#[inline]
pub(super) const fn bytes_len(len: usize) -> usize {
    1 + varint_len(len as u64) + len
}

#[inline]
pub(super) fn put_bytes(out: &mut Vec<u8>, key: u8, value: &[u8]) {
    put_head(out, key, value.len());
    out.extend_from_slice(value);
}

/// Nothing for the empty string, which is what a missing field means.
#[inline]
pub(super) fn put_string(out: &mut Vec<u8>, key: u8, value: &str) {
    if !value.is_empty() {
        put_bytes(out, key, value.as_bytes());
    }
}

/// Nothing for zero, which is what a missing field means.
#[inline]
pub(super) fn put_number(out: &mut Vec<u8>, key: u8, value: u64) {
    if value != 0 {
        out.push(key);
        put_varint(out, value);
    }
}

/// The key and length of a message of which `len` bytes follow.
#[inline]
pub(super) fn put_head(out: &mut Vec<u8>, key: u8, len: usize) {
    out.push(key);
    put_varint(out, len as u64);
}

/// A message whose length is known once `fill` has written it. Room for a length of two bytes is left before it, as
/// spans have; a message of another size is moved.
#[inline]
pub(super) fn put_message(out: &mut Vec<u8>, key: u8, fill: impl FnOnce(&mut Vec<u8>)) {
    const ROOM: usize = 2;
    out.extend_from_slice(&[key, 0, 0]);
    let start = out.len();
    fill(out);
    let len = out.len() - start;
    if varint_len(len as u64) == ROOM {
        out[start - 2] = len as u8 | 0x80;
        out[start - 1] = (len >> 7) as u8;
    } else {
        let mut length = Vec::new();
        put_varint(&mut length, len as u64);
        out.splice(start - ROOM..start, length);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_of_a_varint_is_what_is_written() {
        let edges = (0..64).flat_map(|bit| [(1_u64 << bit) - 1, 1 << bit]);
        for value in edges.chain([u64::MAX]) {
            let mut out = Vec::new();
            put_varint(&mut out, value);
            assert_eq!(out.len(), varint_len(value), "{value}");
        }
    }

    #[test]
    fn a_message_of_any_size_has_its_length_before_it() {
        for size in [0, 1, 127, 128, 16_383, 16_384, 3_000_000] {
            let mut out = vec![7];
            put_message(&mut out, bytes(2), |out| out.resize(out.len() + size, 9));
            let mut expected = vec![7];
            put_bytes(&mut expected, bytes(2), &vec![9; size]);
            assert!(out == expected, "{size}");
        }
    }
}
