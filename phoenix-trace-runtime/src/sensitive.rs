//! What becomes of the values of sensitive keys: a policy, the keyed hash that one of them needs, and which keys are sensitive
//! beside those that are declared so.

use std::collections::HashSet;
use std::fmt::{self, Write as _};
use std::sync::Arc;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// What becomes of the values of keys that `attribute_keys!` calls `sensitive`, before any exporter sees them.
///
/// ```
/// use phoenix_trace::{Config, Sensitive};
///
/// # fn secret() -> Vec<u8> { b"32 random bytes from a secret store".to_vec() }
/// let config = Config::from_env().sensitive(Sensitive::hash(&secret()));
/// assert!(config.problems().is_empty());
/// ```
#[derive(Clone, Default)]
pub struct Sensitive {
    how: How,
    names: Names,
}

/// The names of keys that are sensitive whoever uses them.
pub(crate) type Names = Arc<HashSet<String>>;

#[derive(Clone, Default)]
pub(crate) enum How {
    #[default]
    Drop,
    /// With a key of this many bytes, which is too short to be used.
    HashWithout(usize),
    Hash(Hasher),
    Show,
}

impl Sensitive {
    /// A hash is worth no more than its key, so a shorter one is not used, in bytes.
    pub const SHORTEST_KEY: usize = 16;

    /// The attributes are left out. This is the default.
    #[must_use]
    pub fn drop() -> Self {
        How::Drop.into()
    }

    /// In place of the values stands a keyed hash: the first 16 bytes of their HMAC-SHA-256 as 32 hexadecimal digits. So
    /// spans of the same user can be found without telling which. Numbers are hashed as they are printed, arrays element
    /// by element.
    ///
    /// Whoever knows the key can try out values, so it belongs into a secret store, the same for all services whose spans
    /// are to be compared. A key shorter than [`SHORTEST_KEY`](Self::SHORTEST_KEY) is named as a problem of the
    /// configuration, and the attributes are left out.
    #[must_use]
    pub fn hash(key: &[u8]) -> Self {
        if key.len() < Self::SHORTEST_KEY {
            return How::HashWithout(key.len()).into();
        }
        match Hmac::new_from_slice(key) {
            Ok(keyed) => How::Hash(Hasher(keyed)).into(),
            Err(_) => How::HashWithout(key.len()).into(),
        }
    }

    /// The values are exported as they are, on a developer's machine. In any environment but development that is a problem
    /// of the configuration, and the attributes are left out.
    #[must_use]
    pub fn show() -> Self {
        How::Show.into()
    }

    pub(crate) fn how(&self) -> &How {
        &self.how
    }

    /// The same for these keys too.
    pub(crate) fn with_names(self, names: Names) -> Self {
        Self { names, ..self }
    }

    /// Is there any such key?
    #[inline]
    pub(crate) fn has_names(&self) -> bool {
        !self.names.is_empty()
    }

    /// Is a key of this name sensitive, however it is declared?
    #[inline]
    pub(crate) fn names(&self, name: &str) -> bool {
        self.has_names() && self.names.contains(name)
    }
}

impl From<How> for Sensitive {
    fn from(how: How) -> Self {
        Self {
            how,
            names: Names::default(),
        }
    }
}

/// Never with the key.
impl fmt::Debug for Sensitive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.how {
            How::Drop => "Drop",
            How::HashWithout(_) => "Hash without a key",
            How::Hash(_) => "Hash",
            How::Show => "Show",
        })
    }
}

/// A hash function that is keyed already.
#[derive(Clone)]
pub(crate) struct Hasher(Hmac<Sha256>);

impl Hasher {
    /// What stands in place of `value`.
    pub(crate) fn hash(&self, value: &[u8]) -> String {
        const BYTES: usize = 16;
        let mut keyed = self.0.clone();
        keyed.update(value);
        let digest = keyed.finalize().into_bytes();
        let mut hex = String::with_capacity(2 * BYTES);
        for byte in digest.iter().take(BYTES) {
            let _ = write!(hex, "{byte:02x}");
        }
        hex
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_the_beginning_of_hmac_sha_256() {
        // RFC 4231, test case 1.
        let How::Hash(hasher) = Sensitive::hash(&[0x0b; 20]).how else {
            unreachable!("the key is long enough")
        };
        assert_eq!(hasher.hash(b"Hi There"), "b0344c61d8db38535ca8afceaf0bf12b");
    }

    #[test]
    fn short_keys_are_not_used_and_none_is_shown() {
        assert!(matches!(
            Sensitive::hash(b"fifteen bytes !").how,
            How::HashWithout(15)
        ));
        let shown = format!("{:?}", Sensitive::hash(b"sixteen bytes !!"));
        assert_eq!(shown, "Hash");
    }
}
