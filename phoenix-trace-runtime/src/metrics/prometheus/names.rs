//! Names as Prometheus has them (OpenTelemetry specification, "Prometheus and OpenMetrics Compatibility").

/// The name of a metric's family, and its unit in words where the name ends with it. `total`: it is a counter, whose samples
/// are called by the name and `_total`.
pub(super) fn family(name: &str, unit: &str, total: bool, ratio: bool) -> (String, String) {
    let mut family = sanitized(name, true);
    if total && let Some(short) = family.strip_suffix("_total") {
        family = short.to_owned();
    }
    let unit = match unit {
        "1" if ratio => "ratio".to_owned(),
        "1" => String::new(),
        unit => unit_in_words(unit),
    };
    if unit.is_empty() {
        return (family, unit);
    }
    let ends_with_it = |family: &str| {
        let rest = family.strip_suffix(&*unit);
        rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('_'))
    };
    if !ends_with_it(&family) {
        family.push('_');
        family.push_str(&unit);
    }
    (family, unit)
}

/// The name of a label.
pub(super) fn label(key: &str) -> String {
    sanitized(key, false)
}

/// With `_` in place of characters that have no place in a name, one for several in a row.
fn sanitized(name: &str, colons: bool) -> String {
    let mut sanitized = String::with_capacity(name.len());
    for character in name.chars() {
        let fits = character.is_ascii_alphanumeric() || colons && character == ':';
        if fits {
            if sanitized.is_empty() && character.is_ascii_digit() {
                sanitized.push('_');
            }
            sanitized.push(character);
        } else if !sanitized.ends_with('_') {
            sanitized.push('_');
        }
    }
    if sanitized.is_empty() {
        sanitized.push('_');
    }
    sanitized
}

/// A unit of UCUM in words; what stands in braces is no unit.
fn unit_in_words(unit: &str) -> String {
    let bare = without_annotations(unit);
    match bare.split_once('/') {
        Some((unit, per)) => {
            let (unit, per) = (plural(unit.trim()), singular(per.trim()));
            match (unit.is_empty(), per.is_empty()) {
                (_, true) => unit,
                (true, false) => format!("per_{per}"),
                (false, false) => format!("{unit}_per_{per}"),
            }
        }
        None => plural(bare.trim()),
    }
}

fn without_annotations(unit: &str) -> String {
    let mut depth = 0_u32;
    let mut bare = String::new();
    for character in unit.chars() {
        match character {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ if depth == 0 => bare.push(character),
            _ => {}
        }
    }
    bare
}

fn plural(unit: &str) -> String {
    let word = match unit {
        "" | "1" => "",
        "d" => "days",
        "h" => "hours",
        "min" => "minutes",
        "s" => "seconds",
        "ms" => "milliseconds",
        "us" => "microseconds",
        "ns" => "nanoseconds",
        "By" => "bytes",
        "KiBy" => "kibibytes",
        "MiBy" => "mebibytes",
        "GiBy" => "gibibytes",
        "TiBy" => "tebibytes",
        "kBy" | "KBy" => "kilobytes",
        "MBy" => "megabytes",
        "GBy" => "gigabytes",
        "TBy" => "terabytes",
        "m" => "meters",
        "V" => "volts",
        "A" => "amperes",
        "J" => "joules",
        "W" => "watts",
        "g" => "grams",
        "Cel" => "celsius",
        "Hz" => "hertz",
        "%" => "percent",
        other => return sanitized(other, false).trim_matches('_').to_owned(),
    };
    word.to_owned()
}

fn singular(unit: &str) -> String {
    let word = match unit {
        "s" => "second",
        "min" => "minute",
        "h" => "hour",
        "d" => "day",
        "wk" => "week",
        "mo" => "month",
        "a" => "year",
        other => return plural(other),
    };
    word.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_family_is_called_by_name_and_unit() {
        for (name, unit, total, expected) in [
            (
                "http.server.request.duration",
                "s",
                false,
                "http_server_request_duration_seconds",
            ),
            (
                "otel.sdk.span.started",
                "{span}",
                true,
                "otel_sdk_span_started",
            ),
            ("program.seconds", "s", false, "program_seconds"),
            ("seconds", "s", false, "seconds"),
            ("milliseconds", "s", false, "milliseconds_seconds"),
            ("orders_total", "", true, "orders"),
            ("traffic", "By/s", false, "traffic_bytes_per_second"),
            ("rate", "{order}/min", false, "rate_per_minute"),
            ("9 lives--left", "", false, "_9_lives_left"),
            ("größe", "By", false, "gr_e_bytes"),
            ("load", "1", false, "load_ratio"),
            ("load", "furlong^2", false, "load_furlong_2"),
        ] {
            assert_eq!(family(name, unit, total, true).0, expected, "{name} {unit}");
        }
        assert_eq!(family("tries", "1", true, false).0, "tries");
    }

    #[test]
    fn a_label_is_called_by_its_key() {
        for (key, expected) in [
            ("http.request.method", "http_request_method"),
            ("__name__", "_name_"),
            ("a:b", "a_b"),
            ("", "_"),
        ] {
            assert_eq!(label(key), expected);
        }
    }
}
