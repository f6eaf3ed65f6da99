//! Text from attackers: it forges no field, ends no line, steers no terminal, and takes no more room than it may.

use super::*;
use crate::LogFormat;
use crate::record::entered::enter;

const HOSTILE: &[&str] = &[
    "a\",\"trace_id\":\"00000000000000000000000000000001",
    "a\r\n{\"severity\":\"ERROR\",\"message\":\"forged\"}",
    "a\u{1b}[2J\u{1b}]0;title\u{7}b\u{9b}31m",
    "a\u{202e}gnp.exe\u{2066}\u{200b}",
    "a\u{2028}b\u{85}c\u{0}d\u{7f}",
    "a trace_id=00000000000000000000000000000001 severity=ERROR",
    "[trace_id=1] a",
    "a \\\" b \\n",
    "",
];

fn log_hostile() -> String {
    let _root = enter(&SPAN, &[]);
    for text in HOSTILE {
        tracing::info!(
            trace_id = %text,
            span_id = *text,
            severity = *text,
            correlation_id = *text,
            timestamp = 1,
            target = *text,
            service.name = *text,
            "phoenix.correlation.id" = *text,
            "{text}"
        );
    }
    let not_text = String::from_utf8_lossy(b"a\xff\xfeb");
    tracing::info!(value = %not_text, "{not_text}");
    crate::current_span().trace_id().to_string()
}

fn is_shown(c: char) -> bool {
    let turns = |c| matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    c == '\n' || !c.is_control() && !turns(c)
}

#[test]
fn nothing_is_forged_in_json() {
    let rig = Rig::new();
    let trace = rig.run(log_hostile);
    let text = rig.text();
    assert!(text.chars().all(is_shown), "{text}");
    assert_eq!(text.lines().count(), HOSTILE.len() + 1);
    for (line, said) in rig.lines().iter().zip(HOSTILE) {
        assert_eq!(line["trace_id"], trace);
        assert_eq!(line["severity"], "INFO");
        assert_eq!(line["service.name"], "logs-test");
        assert_eq!(line["correlation_id"], trace, "the request has no other");
        assert_eq!(line["message"], *said);
        for name in [
            "trace_id",
            "span_id",
            "severity",
            "correlation_id",
            "target",
        ] {
            assert_eq!(line["fields"][name], *said, "nothing of it is lost");
        }
    }
    // Each of our names is there once.
    for line in text.lines() {
        let (ours, _) = line.split_once(",\"fields\":").expect("fields");
        for name in ["timestamp", "severity", "trace_id", "span_id"] {
            let member = format!("\"{name}\":\"");
            let escaped = |place: usize| ours[..place].ends_with('\\');
            let found = ours.match_indices(&member).filter(|(at, _)| !escaped(*at));
            assert_eq!(found.count(), 1, "{name} in {line}");
        }
    }
}

#[test]
fn nothing_is_forged_in_text() {
    let rig = Rig::start(config().log_format(LogFormat::Text));
    let trace = rig.run(log_hostile);
    let text = rig.text();
    assert!(text.chars().all(is_shown), "{text}");
    assert_eq!(text.lines().count(), HOSTILE.len() + 1);
    for line in text.lines() {
        // Without what stands in quotes, in which quotes are escaped, the brackets are ours, and come first.
        let mut plain = String::new();
        let (mut quoted, mut escaped) = (false, false);
        for c in line.chars() {
            match c {
                _ if escaped => escaped = false,
                '\\' if quoted => escaped = true,
                '"' => quoted = !quoted,
                c if !quoted => plain.push(c),
                _ => {}
            }
        }
        let (before, after) = plain.split_once("[trace_id=").expect("our ids");
        assert_eq!(before.matches('=').count(), 0, "{line}");
        assert!(after.starts_with(&trace), "{line}");
        assert!(!after.contains('['), "{line}");
        let ids = after.split_once(']').expect("the end of the ids").1;
        let words = ids.split(' ').filter(|word| word.contains("severity="));
        assert!(words.count() <= 1, "{line}");
    }
}

/// What reads the line has no choice which of two values counts.
#[test]
fn a_name_stands_there_once_with_its_last_value() {
    use opentelemetry::logs::{LogRecord as _, Logger as _, LoggerProvider as _};
    let rig = Rig::new();
    rig.run(|| {
        tracing::info!(user = "a", rows = 1, user = "b", "said twice");
        let mut record = crate::logger_provider().logger("many").create_log_record();
        record.add_attributes([("user", "a"), ("rows", "1"), ("user", "b")]);
        crate::logger_provider().logger("many").emit(record);
    });
    for line in rig.text().lines() {
        assert_eq!(line.matches("\"user\":").count(), 1, "{line}");
        assert!(line.contains("\"user\":\"b\""), "{line}");
    }
}

#[test]
fn a_message_of_a_mebibyte_and_ten_thousand_fields_are_cut() {
    let rig = Rig::new();
    let large = "\u{1b}".repeat(1 << 20);
    rig.run(|| {
        tracing::info!(large, other = %large, "{large}");
    });
    let line = rig.line();
    let length = |text: &Json| text.as_str().expect("text").chars().count();
    assert_eq!(length(&line["message"]), 16 * 1024 + 1);
    assert_eq!(length(&line["fields"]["large"]), 4 * 1024 + 1);
    assert!(
        line["message"]
            .as_str()
            .is_some_and(|text| text.ends_with('…'))
    );
    assert!(rig.text().len() < 256 * 1024);

    use opentelemetry::logs::{LogRecord as _, Logger as _, LoggerProvider as _};
    let rig = Rig::new();
    rig.run(|| {
        let logger = crate::logger_provider().logger("many");
        let mut record = logger.create_log_record();
        (0..10_000).for_each(|number| record.add_attribute(format!("field {number}"), "value"));
        logger.emit(record);
    });
    let line = rig.line();
    assert_eq!(
        line["fields"].as_object().map(|fields| fields.len()),
        Some(128)
    );
    assert_eq!(line["fields_left_out"], 9872);
}
