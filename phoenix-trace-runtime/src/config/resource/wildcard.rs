//! Patterns of the declarative configuration: `*` stands for any characters, `?` for one.

/// Does the whole text match? Linear in both, but for what each `*` tries again.
pub(in crate::config) fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut p, mut t) = (0, 0);
    // Where to go on after the last `*` when what follows it does not match.
    let mut again = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                again = Some((p + 1, t));
                p += 1;
            }
            Some(c) if *c == b'?' || *c == text[t] => {
                p += 1;
                t += 1;
            }
            _ => match again {
                Some((after, from)) => {
                    again = Some((after, from + 1));
                    p = after;
                    t = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_anything_and_question_marks_for_one() {
        for (pattern, text, expected) in [
            ("host.*", "host.name", true),
            ("host.*", "host", false),
            ("*", "", true),
            ("*.id", "container.id", true),
            ("*.id", "container.ids", false),
            ("h?st.name", "host.name", true),
            ("h?st.name", "hoost.name", false),
            ("a*b*c", "axxbyybc", true),
            ("", "", true),
            ("", "a", false),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }
}
