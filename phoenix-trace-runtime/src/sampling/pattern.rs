//! What a rule compares a text with: exact texts, globs, or a list of either. Matching takes no memory.

use std::fmt;

/// What a text is compared with: an exact text, a glob, or a list of which one must match.
///
/// Made of a `&str` or `String`, it is a glob where it holds `*` (any characters, or none) or `?` (one character), else
/// exact; [`exact`](Self::exact) takes the text as it is. Case matters.
///
/// ```
/// use phoenix_trace::sampling::Pattern;
///
/// let health = Pattern::from(["/healthz", "/internal/*"]);
/// assert!(health.matches("/internal/ready") && !health.matches("/v1/ask"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pattern(Vec<One>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum One {
    Exact(String),
    Glob(String),
}

impl Pattern {
    /// This text and no other, whatever characters it has.
    #[must_use]
    pub fn exact(text: impl Into<String>) -> Self {
        Self(vec![One::Exact(text.into())])
    }

    pub(super) fn is_one_text(&self) -> bool {
        matches!(*self.0, [One::Exact(_)])
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Is this text meant? An empty list means none.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        self.0.iter().any(|one| match one {
            One::Exact(exact) => exact == text,
            One::Glob(glob) => glob_matches(glob, text),
        })
    }
}

impl From<String> for Pattern {
    fn from(text: String) -> Self {
        Self(vec![if text.contains(['*', '?']) {
            One::Glob(text)
        } else {
            One::Exact(text)
        }])
    }
}

impl From<&str> for Pattern {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}

impl<T: Into<Self>, const N: usize> From<[T; N]> for Pattern {
    fn from(list: [T; N]) -> Self {
        list.into_iter().collect()
    }
}

impl<T: Into<Self>> From<Vec<T>> for Pattern {
    fn from(list: Vec<T>) -> Self {
        list.into_iter().collect()
    }
}

impl<T: Into<Self>> FromIterator<T> for Pattern {
    fn from_iter<I: IntoIterator<Item = T>>(list: I) -> Self {
        Self(list.into_iter().flat_map(|one| one.into().0).collect())
    }
}

/// Its texts, with `|` between them.
impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, one) in self.0.iter().enumerate() {
            if number > 0 {
                f.write_str("|")?;
            }
            let (One::Exact(text) | One::Glob(text)) = one;
            f.write_str(text)?;
        }
        Ok(())
    }
}

/// Remembers the last `*` only, so that it takes at most as many steps as the product of both lengths.
fn glob_matches(glob: &str, text: &str) -> bool {
    let (mut glob, mut text) = (glob.chars(), text.chars());
    let mut star = None;
    loop {
        let (mut after_glob, mut after_text) = (glob.clone(), text.clone());
        match (after_glob.next(), after_text.next()) {
            (None, None) => return true,
            (Some('*'), _) => {
                star = Some((after_glob.clone(), text.clone()));
                glob = after_glob;
                continue;
            }
            (Some(wanted), Some(there)) if wanted == '?' || wanted == there => {
                (glob, text) = (after_glob, after_text);
                continue;
            }
            _ => {}
        }
        // The last `*` takes one character more.
        let Some((after_star, skipped)) = &mut star else {
            return false;
        };
        if skipped.next().is_none() {
            return false;
        }
        (glob, text) = (after_star.clone(), skipped.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_with_wildcards_is_a_glob() {
        let cases = [
            ("GET /users", "GET /users", true),
            ("GET /users", "GET /users/7", false),
            ("GET *", "GET /users/7", true),
            ("*", "", true),
            ("*.Health/*", "grpc.health.v1.Health/Check", true),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-b-b-d", false),
            ("ß?", "ßä", true),
            ("?", "", false),
            ("a**", "a", true),
        ];
        for (pattern, text, expected) in cases {
            let matches = Pattern::from(pattern).matches(text);
            assert_eq!(matches, expected, "`{pattern}` on `{text}`");
        }
        assert!(!Pattern::exact("a*").matches("ab"));
        assert!(!Pattern::from(Vec::<String>::new()).matches(""));
    }

    #[test]
    fn a_hostile_glob_ends_soon() {
        let glob = Pattern::from("*a".repeat(50) + "b");
        assert!(!glob.matches(&"a".repeat(4096)));
    }

    #[test]
    fn a_list_is_shown_as_it_was_given() {
        assert_eq!(Pattern::from(["a", "b*"]).to_string(), "a|b*");
    }
}
