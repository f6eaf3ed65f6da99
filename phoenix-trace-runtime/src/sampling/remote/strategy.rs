//! The answer of a collector: JSON goes in, rules come out, or what is wrong with it. It is not trusted to be small.

use serde_json::{Map, Value};

use crate::printable::escape_start;
use crate::sampling::{Pattern, Rule, SamplingRules};

/// How many operations an answer may name.
const OPERATIONS: usize = 2_000;
/// And how long their names may be, in bytes.
const NAME: usize = 1024;
const LONGEST: usize = 1024 * 1024;
/// How much of what cannot be used is shown, in characters.
const SHOWN: usize = 100;

type Object = Map<String, Value>;

/// The rules that a strategy stands for. Operations come first; `strategyType` is spelled in several ways, and not looked at.
pub(super) fn rules(answer: &[u8]) -> Result<SamplingRules, String> {
    if answer.len() > LONGEST {
        return Err("answered with more than 1 MiB".to_owned());
    }
    let answer: Value = serde_json::from_slice(answer)
        .map_err(|error| format!("answered with what is no JSON: {error}"))?;
    let answer = answer.as_object().ok_or("answered with no object")?;
    if let Some(operations) = object(answer, "operationSampling")? {
        return by_operation(operations);
    }
    if let Some(limiting) = object(answer, "rateLimitingSampling")? {
        let rate = number(limiting, "maxTracesPerSecond")?.unwrap_or(0.0);
        return Ok(SamplingRules::new().rule(Rule::new().at_most(rate)));
    }
    if let Some(probabilistic) = object(answer, "probabilisticSampling")? {
        let ratio = ratio(probabilistic, "samplingRate")?;
        return Ok(SamplingRules::new().rule(Rule::new().ratio(ratio)));
    }
    Err("answered without a strategy".to_owned())
}

fn by_operation(operations: &Object) -> Result<SamplingRules, String> {
    let at_least = number(operations, "defaultLowerBoundTracesPerSecond")?.unwrap_or(0.0);
    let at_most =
        number(operations, "defaultUpperBoundTracesPerSecond")?.filter(|rate| *rate > 0.0);
    let bounded = |mut rule: Rule| {
        if at_least > 0.0 {
            rule = rule.at_least(at_least);
        }
        match at_most {
            Some(rate) => rule.at_most(rate),
            None => rule,
        }
    };
    let empty = Vec::new();
    let strategies = match operations.get("perOperationStrategies") {
        None | Some(Value::Null) => &empty,
        Some(strategies) => strategies
            .as_array()
            .ok_or("answered with no list of operations")?,
    };
    if strategies.len() > OPERATIONS {
        return Err(format!("answered with more than {OPERATIONS} operations"));
    }
    let mut rules = SamplingRules::new();
    for strategy in strategies {
        let strategy = strategy
            .as_object()
            .ok_or("answered with an operation that is no object")?;
        let name = strategy
            .get("operation")
            .and_then(Value::as_str)
            .unwrap_or_default();
        if name.len() > NAME {
            return Err(format!(
                "answered with the name of an operation of more than {NAME} bytes"
            ));
        }
        let ratio = match object(strategy, "probabilisticSampling")? {
            Some(probabilistic) => ratio(probabilistic, "samplingRate")?,
            None => continue,
        };
        let rule = Rule::new().operation(Pattern::exact(name)).ratio(ratio);
        rules = rules.rule(bounded(rule));
    }
    let ratio = ratio(operations, "defaultSamplingProbability")?;
    Ok(rules.rule(bounded(Rule::new().ratio(ratio))))
}

fn object<'a>(of: &'a Object, key: &str) -> Result<Option<&'a Object>, String> {
    match of.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => match value.as_object() {
            Some(object) => Ok(Some(object)),
            None => Err(format!("answered with a `{key}` that is no object")),
        },
    }
}

/// A number that is not negative.
fn number(of: &Object, key: &str) -> Result<Option<f64>, String> {
    match of.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => match value.as_f64().filter(|number| *number >= 0.0) {
            Some(number) => Ok(Some(number)),
            None => Err(format!(
                "answered with the `{key}` {}: expected a number, zero or more",
                escape_start(&value.to_string(), SHOWN)
            )),
        },
    }
}

/// A number from 0 to 1; without one, none.
fn ratio(of: &Object, key: &str) -> Result<f64, String> {
    let ratio = number(of, key)?.unwrap_or(0.0);
    match ratio <= 1.0 {
        true => Ok(ratio),
        false => Err(format!(
            "answered with the `{key}` {ratio}: expected a number from 0 to 1"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(answer: &str) -> String {
        match rules(answer.as_bytes()) {
            Ok(rules) => rules.to_string(),
            Err(problem) => problem,
        }
    }

    #[test]
    fn operations_come_first_with_their_lower_bounds() {
        let answer = r#"{"strategyType":"PROBABILISTIC","probabilisticSampling":{"samplingRate":0.8},
            "operationSampling":{"defaultSamplingProbability":0.75,"defaultLowerBoundTracesPerSecond":0.5,
            "perOperationStrategies":[{"operation":"op1*","probabilisticSampling":{"samplingRate":0.2}}]}}"#;
        assert_eq!(
            read(answer),
            "operation op1*: ratio 0.2, at least 0.5/s, errors always\n\
             everything: ratio 0.75, at least 0.5/s, errors always\n"
        );
        let rules = rules(answer.as_bytes()).expect("it can be read");
        assert_eq!(
            rules.rules()[0],
            Rule::new()
                .operation(Pattern::exact("op1*"))
                .ratio(0.2)
                .at_least(0.5)
        );
    }

    #[test]
    fn every_spelling_of_the_type_is_one() {
        for kind in [r#""RATE_LIMITING""#, r#""RATELIMITING""#, "1", "null"] {
            let answer = format!(
                r#"{{"strategyType":{kind},"rateLimitingSampling":{{"maxTracesPerSecond":5}}}}"#
            );
            assert_eq!(
                read(&answer),
                "everything: ratio 1, at most 5/s, errors always\n"
            );
        }
        let answer = r#"{"probabilisticSampling":{"samplingRate":0.25},"operationSampling":null}"#;
        assert_eq!(read(answer), "everything: ratio 0.25, errors always\n");
    }

    #[test]
    fn what_cannot_be_used_is_named() {
        for (answer, problem) in [
            (
                "<html>",
                "answered with what is no JSON: expected value at line 1 column 1",
            ),
            ("[]", "answered with no object"),
            ("{}", "answered without a strategy"),
            (
                r#"{"probabilisticSampling":{"samplingRate":7}}"#,
                "answered with the `samplingRate` 7: expected a number from 0 to 1",
            ),
            (
                r#"{"rateLimitingSampling":{"maxTracesPerSecond":-1}}"#,
                "answered with the `maxTracesPerSecond` -1: expected a number, zero or more",
            ),
        ] {
            assert_eq!(read(answer), problem);
        }
        let hostile = "x".repeat(100_000) + "\u{202e}";
        let hostile = format!(r#"{{"rateLimitingSampling":{{"maxTracesPerSecond":"{hostile}"}}}}"#);
        assert!(read(&hostile).len() < 200, "{:.200}", read(&hostile));
        let operation = r#"{"operation":"a","probabilisticSampling":{"samplingRate":1}}"#;
        let many = vec![operation; OPERATIONS + 1].join(",");
        let many = format!(r#"{{"operationSampling":{{"perOperationStrategies":[{many}]}}}}"#);
        assert_eq!(read(&many), "answered with more than 2000 operations");
    }
}
