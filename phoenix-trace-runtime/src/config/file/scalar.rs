//! What a plain scalar is, by the core schema of YAML 1.2.2 (section 10.3.2).

use super::node::Value;

pub(super) fn resolve(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        number => int(number).or_else(|| float(number)).unwrap_or(Value::Text),
    }
}

/// `None` also for what 64 bits do not hold, which is read as a float then.
fn int(text: &str) -> Option<Value> {
    let based = |digits: &str, radix| {
        // `from_str_radix` would take a sign of its own.
        let is_digit = |c: char| c.is_digit(radix);
        digits
            .chars()
            .all(is_digit)
            .then(|| i64::from_str_radix(digits, radix).ok())
            .flatten()
    };
    let value = if let Some(digits) = text.strip_prefix("0x") {
        based(digits, 16)
    } else if let Some(digits) = text.strip_prefix("0o") {
        based(digits, 8)
    } else {
        text.parse().ok()
    };
    value.map(Value::Int)
}

fn float(text: &str) -> Option<Value> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let value = match unsigned {
        ".inf" | ".Inf" | ".INF" if text.starts_with('-') => f64::NEG_INFINITY,
        ".inf" | ".Inf" | ".INF" => f64::INFINITY,
        ".nan" | ".NaN" | ".NAN" if unsigned == text => f64::NAN,
        // Rust's own grammar also has `inf` and `nan`, which are words in YAML.
        _ if unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.') => text.parse().ok()?,
        _ => return None,
    };
    Some(Value::Float(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_scalars_are_what_the_core_schema_says() {
        for (text, expected) in [
            ("", "Null"),
            ("~", "Null"),
            ("null", "Null"),
            ("nULL", "Text"),
            ("true", "Bool(true)"),
            ("FALSE", "Bool(false)"),
            ("yes", "Text"),
            ("12", "Int(12)"),
            ("-012", "Int(-12)"),
            ("+1", "Int(1)"),
            ("0o17", "Int(15)"),
            ("0xdeadbeef", "Int(3735928559)"),
            ("0x-1", "Text"),
            ("0x", "Text"),
            ("1_000", "Text"),
            ("0.1", "Float(0.1)"),
            (".5", "Float(0.5)"),
            ("1.", "Float(1.0)"),
            ("1e3", "Float(1000.0)"),
            ("99999999999999999999", "Float(1e20)"),
            (".inf", "Float(inf)"),
            ("-.INF", "Float(-inf)"),
            (".nan", "Float(NaN)"),
            ("inf", "Text"),
            ("nan", "Text"),
            (".", "Text"),
            ("1.2.3", "Text"),
            ("http://a:1", "Text"),
        ] {
            assert_eq!(format!("{:?}", resolve(text)), expected, "{text}");
        }
    }
}
