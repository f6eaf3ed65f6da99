//! Every rule about the names of declared keys.

use syn::LitStr;

use super::parse::snake_case;
use crate::errors::Errors;
use crate::semconv::{self, Found};

/// Checks the name of a key against the rules of OpenTelemetry, its registry, and the names `seen` before.
pub(super) fn check(key: &LitStr, seen: &mut Vec<String>, errors: &mut Errors) {
    let name = key.value();
    let refused = if name.is_empty() {
        Some("the attribute key is empty; write it as in `my_system.task.id`".to_owned())
    } else if let Some(remedy) = malformed(&name) {
        Some(format!("malformed attribute key `{name}`: {remedy}"))
    } else if seen.contains(&name) {
        Some(format!(
            "attribute key `{name}` is declared twice; keep one of the two"
        ))
    } else {
        in_registry(&name)
    };
    if let Some(message) = refused {
        errors.at(key.span(), message);
    }
    seen.push(name);
}

fn in_registry(name: &str) -> Option<String> {
    match semconv::find(name) {
        Found::Entry(entry) => Some(match entry.replacements(name) {
            Some(none) if none.is_empty() => {
                format!("the OpenTelemetry registry deprecates `{name}`; choose another name")
            }
            Some(alternatives) => {
                let keys = alternatives.iter().flat_map(|(_, keys)| keys);
                let keys: Vec<String> = keys.map(|key| in_place_of(key)).collect();
                format!(
                    "the OpenTelemetry registry deprecates `{name}`; without a declaration, write {}",
                    keys.join(" or ")
                )
            }
            None => format!(
                "the OpenTelemetry registry has `{name}`; without a declaration, write {}",
                in_place_of(name)
            ),
        }),
        Found::BareTemplate(_) => Some(format!(
            "the OpenTelemetry registry has keys below `{name}`; choose another name"
        )),
        Found::Nothing if semconv::is_namespace(name) => Some(format!(
            "the OpenTelemetry registry has keys below `{name}`; choose another name"
        )),
        Found::Nothing if name.starts_with("otel.") => Some(
            "keys below `otel` are reserved for OpenTelemetry; begin with the name of your system"
                .to_owned(),
        ),
        Found::Nothing => None,
    }
}

/// How a key of the registry is written: as a literal, and by path where it has a constant.
fn in_place_of(key: &str) -> String {
    let literal = format!("`\"{key}\" = value`");
    match semconv::find(key) {
        Found::Entry(entry) => match entry.constant() {
            Some(constant) => format!("{literal} or `phoenix_trace::keys::{constant} = value`"),
            None => literal,
        },
        Found::BareTemplate(_) | Found::Nothing => literal,
    }
}

/// A segment of a name as words between underscores.
fn repaired(segment: &str) -> String {
    let snake = snake_case(segment);
    let words = snake.split(|c: char| !c.is_ascii_alphanumeric());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    words.join("_")
}

/// What is wrong with a name, by the naming rules of OpenTelemetry.
fn malformed(name: &str) -> Option<String> {
    if let Some(bad) = name
        .chars()
        .find(|c| !matches!(c, 'a'..='z' | '0'..='9' | '_' | '.'))
    {
        let segments: Vec<String> = name.split('.').map(repaired).collect();
        let repaired = segments.join(".");
        return Some(format!(
            "`{}` is not one of `a-z`, `0-9`, `_` and `.`; write it as in `{repaired}`",
            bad.escape_default()
        ));
    }
    if !name.starts_with(|c: char| c.is_ascii_lowercase()) {
        return Some("it begins with a letter".to_owned());
    }
    let segment_is_bad =
        |segment: &str| segment.is_empty() || segment.starts_with('_') || segment.ends_with('_');
    if name.split('.').any(segment_is_bad) || name.contains("__") {
        return Some(
            "words stand between single dots and underscores, as in `my_system.task.id`".to_owned(),
        );
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{in_registry, malformed};

    fn check(name: &str, refused_for: Option<&str>) {
        let refused = malformed(name).or_else(|| in_registry(name));
        match (refused, refused_for) {
            (None, None) => {}
            (Some(message), Some(part)) => assert!(message.contains(part), "{name}: {message}"),
            (found, expected) => panic!("{name}: {found:?}, expected {expected:?}"),
        }
    }

    #[test]
    fn names_follow_the_rules_of_open_telemetry() {
        check("phoenix.task.id", None);
        check("phoenix.task_2.id", None);
        check("tenant", None);
        check("Phoenix.TaskId", Some("`phoenix.task_id`"));
        check("phoenix.task-id", Some("`phoenix.task_id`"));
        check("Phoenix.Task-Id", Some("`phoenix.task_id`"));
        check("phoenix..id", Some("single dots"));
        check("phoenix.id.", Some("single dots"));
        check("1phoenix", Some("begins with a letter"));
    }

    #[test]
    fn the_registry_keeps_its_names() {
        check(
            "http.request.method",
            Some(
                "write `\"http.request.method\" = value` or `phoenix_trace::keys::HTTP_REQUEST_METHOD = value`",
            ),
        );
        check(
            "http.request.header.accept",
            Some("write `\"http.request.header.accept\" = value`"),
        );
        check("http.request", Some("keys below"));
        check("http.request.header", Some("keys below"));
        check(
            "http.method",
            Some("write `\"http.request.method\" = value`"),
        );
        check("rpc.message.id", Some("choose another name"));
        check("otel.mine", Some("reserved"));
    }
}
