//! Text that is safe to print and fits its column.

use unicode_width::UnicodeWidthChar;

pub(super) use crate::printable::escape;

/// The number of terminal columns that escaped text takes.
pub(super) fn width(text: &str) -> usize {
    text.chars().map(char_width).sum()
}

/// The text, or as much of it as fits into `columns` with an ellipsis behind it.
pub(super) fn fit(text: &str, columns: usize) -> String {
    let (head, tail) = split(text, columns);
    if tail.is_empty() {
        return head.to_owned();
    }
    let (head, _) = split(text, columns.saturating_sub(1));
    format!("{}…", head.trim_end())
}

/// Splits the text where `columns` are full.
pub(super) fn split(text: &str, columns: usize) -> (&str, &str) {
    let mut used = 0;
    for (at, c) in text.char_indices() {
        used += char_width(c);
        if used > columns {
            return text.split_at(at);
        }
    }
    (text, "")
}

/// Wraps text at spaces into at most `lines` lines; what is left over becomes an ellipsis.
pub(super) fn wrap(text: &str, columns: usize, lines: usize) -> Vec<String> {
    let mut wrapped = Vec::new();
    let mut rest = text;
    while wrapped.len() + 1 < lines {
        let (head, tail) = split(rest, columns);
        if tail.is_empty() || head.is_empty() {
            break;
        }
        // A word that goes on behind the edge moves down whole, unless it fills half of the line.
        let cut = head
            .rfind(' ')
            .filter(|&at| !tail.starts_with(' ') && at > head.len() / 2);
        let (head, tail) = rest.split_at(cut.unwrap_or(head.len()));
        wrapped.push(head.trim_end().to_owned());
        rest = tail.trim_start();
    }
    wrapped.push(fit(rest, columns));
    wrapped
}

/// A duration with three digits and its unit: `950ns`, `32.1µs`, `842ms`, `1.25s`, `2m03s`, `1h02m`.
pub(super) fn duration(nanos: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(1_000, "µs"), (1_000_000, "ms"), (1_000_000_000, "s")];
    if nanos < 1_000 {
        return format!("{nanos}ns");
    }
    // A unit is left where its rounded value would need a fourth digit; seconds are left at 60.
    for (unit, name) in UNITS {
        let limit = if name == "s" {
            59_950_000_000
        } else {
            unit / 10 * 9_995
        };
        if nanos < limit {
            // In hundredths, which hold all digits that are shown.
            let hundredths = nanos.saturating_add(unit / 200) / (unit / 100);
            return match hundredths {
                0..=999 => format!("{}.{:02}{name}", hundredths / 100, hundredths % 100),
                1_000..=9_994 => {
                    let tenths = (nanos + unit / 20) / (unit / 10);
                    format!("{}.{}{name}", tenths / 10, tenths % 10)
                }
                _ => format!("{}{name}", (nanos + unit / 2) / unit),
            };
        }
    }
    let seconds = nanos.saturating_add(500_000_000) / 1_000_000_000;
    match seconds {
        0..=3_599 => format!("{}m{:02}s", seconds / 60, seconds % 60),
        _ => format!("{}h{:02}m", seconds / 3_600, seconds % 3_600 / 60),
    }
}

fn char_width(c: char) -> usize {
    c.width().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_three_digits() {
        let check = |nanos, expected: &str| assert_eq!(duration(nanos), expected);
        check(0, "0ns");
        check(999, "999ns");
        check(1_000, "1.00µs");
        check(9_994, "9.99µs");
        check(9_996, "10.0µs");
        check(99_950, "100µs");
        check(999_499, "999µs");
        check(999_500, "1.00ms");
        check(842_100_000, "842ms");
        check(1_254_000_000, "1.25s");
        check(59_949_999_999, "59.9s");
        check(59_950_000_000, "1m00s");
        check(123_000_000_000, "2m03s");
        check(3_725_000_000_000, "1h02m");
        check(u64::MAX, "5124095h34m");
    }

    #[test]
    fn hostile_text_is_made_visible() {
        let check = |text, expected: &str| assert_eq!(escape(text), expected);
        check("\x1b[31mred\x1b[0m", "\\u{1b}[31mred\\u{1b}[0m");
        check("a\r\nb\tc\0", "a\\r\\nb\\tc\\u{0}");
        check(
            "\u{202e}evil\u{9b}1m\u{feff}",
            "\\u{202e}evil\\u{9b}1m\\u{feff}",
        );
        check(
            "注文 cafe\u{301} \"quoted\" 🦀",
            "注文 cafe\u{301} \"quoted\" 🦀",
        );
    }

    #[test]
    fn fitting_counts_columns() {
        assert_eq!(fit("schedule", 8), "schedule");
        assert_eq!(fit("schedule", 7), "schedu…");
        assert_eq!(fit("注文処理", 5), "注文…");
        assert_eq!(fit("abc", 0), "…");
    }

    #[test]
    fn wrapping_breaks_at_words_and_stops() {
        let text = "connection to the data router was refused twice";
        assert_eq!(
            wrap(text, 20, 4),
            ["connection to the", "data router was", "refused twice"]
        );
        assert_eq!(
            wrap(text, 20, 2),
            ["connection to the", "data router was ref…"]
        );
        assert_eq!(wrap("0123456789", 4, 3), ["0123", "4567", "89"]);
        assert_eq!(wrap("注文", 1, 9), ["…"]);
    }
}
