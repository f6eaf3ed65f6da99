//! The data router's own memory: the words of the field, each with its meaning in a sentence.

const TERMS: [(&str, &str); 10] = [
    (
        "span",
        "A span is one operation of one process with a beginning, an end and attributes.",
    ),
    (
        "trace",
        "A trace is the tree of all spans that one request caused.",
    ),
    (
        "segment",
        "A segment is the part of a trace that one process records under one local root.",
    ),
    ("sampling", "Sampling decides which traces are kept."),
    (
        "correlation",
        "A correlation id names one request in logs and headers of every service.",
    ),
    (
        "traceparent",
        "The traceparent header carries the trace id, the caller's span id and the flags.",
    ),
    (
        "baggage",
        "Baggage carries key and value pairs along with a request.",
    ),
    (
        "exporter",
        "An exporter sends finished spans to a collector.",
    ),
    (
        "collector",
        "A collector receives telemetry, works on it and passes it on.",
    ),
    (
        "attribute",
        "An attribute is a key with a typed value on a span.",
    ),
];

/// The terms that the question names, singular or plural.
pub(super) fn explain(question: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let question = question.to_lowercase();
    TERMS.into_iter().filter(move |(term, _)| {
        question
            .split(|character: char| !character.is_alphanumeric())
            .any(|word| word == *term || word.strip_suffix('s') == Some(*term))
    })
}

#[cfg(test)]
mod tests {
    use super::explain;

    #[test]
    fn terms_are_found_as_whole_words() {
        let found: Vec<_> = explain("How do spans make a trace?")
            .map(|(term, _)| term)
            .collect();
        assert_eq!(found, ["span", "trace"]);
        assert_eq!(explain("a spanner in the works").count(), 0);
    }
}
