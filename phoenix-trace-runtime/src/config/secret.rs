//! Values that are shown although they cannot be used: one that was put into the wrong place may be a credential.

use std::path::Path;

use super::otlp::shown;
use crate::printable::escape_start;

/// So much of a value is shown, in characters.
const LONGEST: usize = 200;

/// What stands before a credential, in lower case.
const NAMES: [&str; 18] = [
    "authorization",
    "bearer",
    "basic",
    "token",
    "api-key",
    "api_key",
    "apikey",
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "secret",
    "private-key",
    "private_key",
    "access-key",
    "access_key",
    "signature",
    "credential",
];

/// What may stand between the two, in a URL or a list in place of the character that it is.
const ENCODED: [&str; 3] = ["%20", "%3a", "%3d"];

/// What a JSON Web Token begins with.
const WEB_TOKEN: &str = "eyJ";

/// The value as it may be shown in a line, with `…` in place of what looks like a credential.
pub(crate) fn masked(value: &str) -> String {
    masked_start(value, LONGEST)
}

/// The same of a path, which is shown as a whole: whoever reads of a file wants to find it.
pub(crate) fn masked_path(path: &Path) -> String {
    masked_start(&path.display().to_string(), usize::MAX)
}

fn masked_start(value: &str, longest: usize) -> String {
    let value = value.trim();
    if value.contains("-----BEGIN") {
        return "…".to_owned();
    }
    let has_password = |(before, _): (&str, &str)| before.contains(':');
    let url = match value.rsplit_once('@').is_some_and(has_password) {
        true => shown(value),
        false => value.to_owned(),
    };
    match credential(&url) {
        Some(at) => format!("{}…", escape_start(&url[..at], longest)),
        None => escape_start(&url, longest),
    }
}

/// The same of an attribute, whose key may say that it is one.
pub(super) fn masked_attribute(key: &str, value: &str) -> String {
    let key = key.to_ascii_lowercase().replace('.', "-");
    match NAMES.iter().any(|name| key.contains(name)) {
        true => "…".to_owned(),
        false => masked(value),
    }
}

/// Where in the value a credential begins: behind one of the names and what separates it from it.
fn credential(value: &str) -> Option<usize> {
    let lower = value.to_ascii_lowercase();
    let behind = |name: &str| {
        let found = lower.match_indices(name);
        let mut ends = found.map(|(at, name)| at + name.len());
        ends.find_map(|end| {
            let rest = &lower[end..];
            let after = without_separators(rest);
            // A name alone says nothing, nor does one that is the beginning of another word.
            (after.len() < rest.len() && !after.is_empty()).then_some(value.len() - after.len())
        })
    };
    let named = NAMES.iter().filter_map(|name| behind(name));
    named.chain(value.find(WEB_TOKEN)).min()
}

fn without_separators(mut text: &str) -> &str {
    loop {
        let rest = text.trim_start_matches(|c: char| c.is_whitespace() || "=:\"'".contains(c));
        let encoded = ENCODED
            .iter()
            .find_map(|encoded| rest.strip_prefix(encoded));
        match encoded {
            Some(after) => text = after,
            None => return rest,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_a_credential_is_not_shown() {
        for (value, expected) in [
            ("sometimes", "sometimes"),
            ("team@example.org", "team@example.org"),
            ("http://collector:4317", "http://collector:4317"),
            ("tokenizer", "tokenizer"),
            ("authorization=Bearer abc", "authorization=…"),
            ("a=1,Authorization: Basic abc", "a=1,Authorization: …"),
            ("Bearer abc", "Bearer …"),
            ("bearer%20abc", "bearer%20…"),
            ("Bearer\tabc", "Bearer\\t…"),
            ("authorization%3DBearer%20abc", "authorization%3D…"),
            ("password:%20abc", "password:%20…"),
            ("pwd=abc", "pwd=…"),
            (
                "https://h/?X-Amz-Signature=abc",
                "https://h/?X-Amz-Signature=…",
            ),
            ("x-api-key=abc,b=2", "x-api-key=…"),
            ("endpoint?token=abc", "endpoint?token=…"),
            ("user:abc@collector:4317", "…@collector:4317"),
            ("http://user:abc@collector", "http://…@collector"),
            ("eyJhbGciOiJIUzI1NiJ9.e30.abc", "…"),
            ("-----BEGIN PRIVATE KEY-----\nabc", "…"),
            ("a\nb", "a\\nb"),
        ] {
            assert_eq!(masked(value), expected, "{value}");
        }
        assert_eq!(masked_attribute("upstream.password", "abc"), "…");
        assert_eq!(masked_attribute("api.key", "abc"), "…");
        assert_eq!(masked_attribute("aws_access_key_id", "abc"), "…");
        assert_eq!(masked_attribute("team", "abc"), "abc");
        for (path, expected) in [
            ("/run/secrets/token.pem", "/run/secrets/token.pem"),
            ("Bearer abc", "Bearer …"),
            (
                "https://user:abc@host/otel.yaml",
                "https://…@host/otel.yaml",
            ),
        ] {
            assert_eq!(masked_path(Path::new(path)), expected, "{path}");
        }
        assert_eq!(
            masked(&"x".repeat(1 << 20)),
            format!("{}…", "x".repeat(200))
        );
    }
}
