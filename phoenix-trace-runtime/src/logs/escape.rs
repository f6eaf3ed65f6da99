//! Text that came from anywhere, as it may stand in a line: without characters that end the line, steer a terminal, or
//! make it show something else than there is.

/// Writes `text` as the inside of a JSON string. What it may not show is escaped, so that nothing of it is lost.
pub(super) fn json(text: &str, out: &mut Vec<u8>) {
    escaped(text, out, |c, out| match c {
        '\n' => out.extend_from_slice(b"\\n"),
        '\r' => out.extend_from_slice(b"\\r"),
        '\t' => out.extend_from_slice(b"\\t"),
        '"' => out.extend_from_slice(b"\\\""),
        '\\' => out.extend_from_slice(b"\\\\"),
        c => {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                out.extend_from_slice(format!("\\u{unit:04x}").as_bytes());
            }
        }
    });
}

/// Does the text mean itself, where words are separated by spaces and names from values by `=`?
pub(super) fn is_plain_word(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-:/@+#%~".contains(&byte);
    !text.is_empty() && text.bytes().all(plain)
}

/// The same for words with spaces between them, such as a message.
pub(super) fn is_plain_text(text: &str) -> bool {
    !text.starts_with(['[', ' ']) && !text.contains('=') && !text.chars().any(is_hidden)
}

fn escaped(text: &str, out: &mut Vec<u8>, escape: impl Fn(char, &mut Vec<u8>)) {
    let mut from = 0;
    for (place, c) in text.char_indices() {
        if is_hidden(c) {
            out.extend_from_slice(&text.as_bytes()[from..place]);
            escape(c, out);
            from = place + c.len_utf8();
        }
    }
    out.extend_from_slice(&text.as_bytes()[from..]);
}

/// Is it a character that has a meaning of its own in a string, or that a terminal obeys instead of showing it: control
/// characters, ends of lines, those that turn or hide text (bidirectional controls, zero-width and tag characters)?
fn is_hidden(c: char) -> bool {
    match c {
        ' '..='~' => matches!(c, '"' | '\\'),
        c if c.is_control() => true,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{feff}' => true,
        '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' => true,
        '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}' => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> String {
        let mut out = Vec::new();
        json(text, &mut out);
        String::from_utf8(out).expect("text stays text")
    }

    #[test]
    fn what_a_terminal_obeys_is_escaped_and_the_rest_is_not() {
        assert_eq!(of("größer 漢字 🦀 ok"), "größer 漢字 🦀 ok");
        assert_eq!(of("a\r\nb\t\"c\"\\"), "a\\r\\nb\\t\\\"c\\\"\\\\");
        assert_eq!(
            of("\u{1b}[2J\u{7f}\u{9b}0m\0"),
            "\\u001b[2J\\u007f\\u009b0m\\u0000"
        );
        assert_eq!(
            of("\u{202e}dlrow\u{2066}\u{200b}\u{2028}"),
            "\\u202edlrow\\u2066\\u200b\\u2028"
        );
        assert_eq!(of("\u{e0041}"), "\\udb40\\udc41");
    }

    #[test]
    fn escaped_text_is_read_back_as_it_was() {
        let all: String = ('\0'..=char::MAX).step_by(7).collect();
        let quoted = format!("\"{}\"", of(&all));
        assert!(!quoted.chars().any(|c| c.is_control()));
        let back: String = serde_json::from_str(&quoted).expect("a JSON string");
        assert_eq!(back, all);
    }
}
