//! A misspelled key in, the keys that were probably meant out.

use super::table::TABLE;
use super::{Form, Status};

/// At most this many are worth reading.
const SHOWN: usize = 3;

/// The current keys nearest to `key`, nearest first; empty if none is near.
pub(crate) fn nearest(key: &str) -> Vec<String> {
    let lowered = key.to_ascii_lowercase().replace("::", ".");
    let limit = (lowered.chars().count() / 4).max(2);
    let mut near: Vec<(usize, String)> = Vec::new();
    for entry in TABLE {
        let (tail, candidate) = match entry.form {
            Form::Key => ("", entry.key.to_owned()),
            Form::Template => match tail_after(&lowered, entry.key) {
                Some(tail) => (tail, format!("{}{tail}", entry.key)),
                None => continue,
            },
        };
        let Some(distance) = distance_within(&lowered, &candidate, limit) else {
            continue;
        };
        let meant = match entry.status {
            Status::Current => vec![candidate],
            Status::Deprecated(alternatives) => alternatives
                .iter()
                .flat_map(|alternative| alternative.keys)
                .map(|to| format!("{to}{tail}"))
                .collect(),
        };
        for key in meant {
            if !near.iter().any(|(_, other)| *other == key) {
                near.push((distance, key));
            }
        }
    }
    near.sort();
    let best = near.first().map_or(0, |(distance, _)| *distance);
    near.into_iter()
        .take_while(|(distance, _)| *distance <= best + 1)
        .take(SHOWN)
        .map(|(_, key)| key)
        .collect()
}

/// What follows as many segments of `key` as `template` has, dot included.
fn tail_after<'k>(key: &'k str, template: &str) -> Option<&'k str> {
    let dots = template.matches('.').count();
    let (dot, _) = key.match_indices('.').nth(dots)?;
    (dot + 1 < key.len()).then(|| &key[dot..])
}

/// The edit distance of two strings (insertion, deletion, substitution, swap of neighbours), unless it is above `limit`.
pub(crate) fn distance_within(a: &str, b: &str, limit: usize) -> Option<usize> {
    if a.len().abs_diff(b.len()) > limit {
        return None;
    }
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, to) in b.iter().enumerate() {
            let mut cost = (above[j] + usize::from(from != to))
                .min(above[j + 1] + 1)
                .min(row[j] + 1);
            if i > 0 && j > 0 && a[i - 1] == *to && *from == b[j - 1] {
                cost = cost.min(before[j - 1] + 1);
            }
            row.push(cost);
        }
        before = std::mem::replace(&mut above, row);
    }
    above.last().copied().filter(|distance| *distance <= limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(key: &str, expected: &[&str]) {
        assert_eq!(nearest(key), expected, "{key}");
    }

    #[test]
    fn misspelled_keys_are_recognised() {
        check("http.requst.method", &["http.request.method"]);
        check("http.request.mehtod", &["http.request.method"]);
        check("HTTP.Request.Method", &["http.request.method"]);
        check("db.systm.name", &["db.system.name"]);
    }

    #[test]
    fn the_replacement_of_a_misspelled_deprecated_key_is_named() {
        check("http.metod", &["http.request.method"]);
    }

    #[test]
    fn instances_of_misspelled_templates_are_recognised() {
        check(
            "http.request.haeder.accept",
            &["http.request.header.accept"],
        );
    }

    #[test]
    fn keys_unlike_any_other_have_no_neighbour() {
        check("phoenix.task.id", &[]);
        check("x", &[]);
    }

    #[test]
    fn distances_are_those_of_the_textbook() {
        assert_eq!(distance_within("kitten", "sitting", 9), Some(3));
        assert_eq!(distance_within("ab", "ba", 9), Some(1));
        assert_eq!(distance_within("", "abc", 9), Some(3));
        assert_eq!(distance_within("abcdef", "uvwxyz", 2), None);
    }
}
