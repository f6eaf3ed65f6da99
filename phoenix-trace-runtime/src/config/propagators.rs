//! In which formats context travels, and under which name the correlation id.

use http::HeaderName;

use super::vars::Vars;
use super::{Config, Problem};
use crate::propagation::{CorrelationSource, Propagator, Propagators};

const FORMATS: &str = "OTEL_PROPAGATORS";
const HEADER: &str = "PHOENIX_TRACE_CORRELATION_HEADER";
const SOURCE: &str = "PHOENIX_TRACE_CORRELATION_SOURCE";

impl Vars<'_> {
    pub(super) fn propagators(&mut self) -> Propagators {
        let mut propagators = Propagators::default();
        if let Some(formats) = self.formats() {
            propagators = propagators.formats(formats);
        }
        if let Some(name) = self.parsed(
            HEADER,
            "the name of a header field, such as x-request-id",
            DEFAULT_HEADER,
        ) {
            propagators = propagators.correlation_header(name);
        }
        if let Some(source) = self.source() {
            propagators = propagators.correlation_source(source);
        }
        propagators
    }

    /// Those that are listed; one that is unknown is named, and the others are used. `None`: the default.
    fn formats(&mut self) -> Option<Vec<Propagator>> {
        let list = self.first(&[FORMATS])?;
        let names: Vec<&str> = list
            .split(',')
            .map(str::trim)
            .filter(|name| !name.is_empty())
            .collect();
        if let [name] = names[..]
            && name.eq_ignore_ascii_case("none")
        {
            return Some(Vec::new());
        }
        let known: Vec<Propagator> = names.iter().filter_map(|name| name.parse().ok()).collect();
        if known.len() < names.len() {
            let used: Vec<&str> = known.iter().map(|format| format.as_str()).collect();
            let instead = if used.is_empty() {
                "tracecontext,baggage".to_owned()
            } else {
                used.join(",")
            };
            self.problem(
                FORMATS,
                &list,
                "a list of tracecontext, baggage, b3, b3multi and jaeger, or none alone",
                &instead,
            );
        }
        (!known.is_empty()).then_some(known)
    }

    fn source(&mut self) -> Option<CorrelationSource> {
        let words = [
            ("header", CorrelationSource::Header),
            ("trace_id", CorrelationSource::TraceId),
        ];
        self.word(&[SOURCE], &words, "header")
    }
}

const DEFAULT_HEADER: &str = "x-correlation-id";

impl Config {
    /// In which formats context is read and written, and in which order: see [`Propagators`]. Default: `OTEL_PROPAGATORS`
    /// when set, else trace context and baggage. Without any, only the correlation id travels.
    ///
    /// ```
    /// use phoenix_trace::{Config, Propagator};
    ///
    /// // Callers that still speak B3 are understood; where both are sent, the trace context counts.
    /// let config = Config::from_env()
    ///     .propagators([Propagator::B3, Propagator::TraceContext, Propagator::Baggage]);
    /// ```
    #[must_use]
    pub fn propagators(mut self, formats: impl IntoIterator<Item = Propagator>) -> Self {
        self.propagators = self.propagators.formats(formats);
        self.origins.code("propagator.composite");
        self
    }

    /// The header field, and metadata key, of the correlation id. Default: `PHOENIX_TRACE_CORRELATION_HEADER` when set,
    /// else `x-correlation-id`. A name that means something else to HTTP, gRPC or a propagator is a
    /// [problem](Self::problems), and not used.
    ///
    /// ```
    /// use http::HeaderName;
    /// use phoenix_trace::Config;
    ///
    /// let config = Config::from_env().correlation_header(HeaderName::from_static("x-request-id"));
    /// assert!(config.problems().is_empty());
    /// ```
    #[must_use]
    pub fn correlation_header(mut self, name: HeaderName) -> Self {
        self.propagators = self.propagators.correlation_header(name);
        self.origins
            .code("distribution.phoenix_trace.correlation.header");
        self.check_propagators();
        self
    }

    /// What is the correlation id of a request that carries both one and a trace context. Default:
    /// `PHOENIX_TRACE_CORRELATION_SOURCE` when set, else the request's own.
    #[must_use]
    pub fn correlation_source(mut self, source: CorrelationSource) -> Self {
        self.propagators = self.propagators.correlation_source(source);
        self.origins
            .code("distribution.phoenix_trace.correlation.source");
        self
    }

    /// Names that would break messages are not used.
    pub(super) fn check_propagators(&mut self) {
        let name = self.propagators.correlation_name().clone();
        if !is_taken(&name) {
            return;
        }
        self.propagators = std::mem::take(&mut self.propagators)
            .correlation_header(crate::propagation::correlation::HEADER);
        let expected = "a header field that nothing else uses";
        let setting = "distribution.phoenix_trace.correlation.header";
        let function = "Config::correlation_header";
        let named = self.origins.named(setting, function, HEADER);
        let problem = Problem::new(&named, name.as_str(), expected, DEFAULT_HEADER);
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }
}

/// Has the field a meaning of its own? Standard ones have; those that end in `-bin` hold base64 in gRPC.
fn is_taken(name: &HeaderName) -> bool {
    const PREFIXES: [&str; 3] = ["grpc-", "content-", "sec-"];
    const NAMES: [&str; 12] = [
        "accept",
        "authorization",
        "connection",
        "cookie",
        "host",
        "keep-alive",
        "location",
        "set-cookie",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    ];
    let text = name.as_str();
    let of_propagator = |format: Propagator| format.fields().iter().any(|field| field == name);
    text.ends_with("-bin")
        || NAMES.contains(&text)
        || PREFIXES.iter().any(|prefix| text.starts_with(prefix))
        || Propagator::ALL.into_iter().any(of_propagator)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(vars: &[(&str, &str)]) -> Config {
        Config::from_vars(|name| {
            let var = vars.iter().find(|(key, _)| *key == name);
            var.map(|(_, value)| (*value).to_owned())
        })
    }

    fn formats(list: &str) -> (String, Vec<String>) {
        let config = config(&[(FORMATS, list)]);
        let formats: Vec<&str> = config.propagators.iter().map(Propagator::as_str).collect();
        let problems = config.problems().iter().map(ToString::to_string).collect();
        (formats.join(","), problems)
    }

    #[test]
    fn propagators_are_used_in_their_order_and_each_once() {
        for (list, expected) in [
            ("", "tracecontext,baggage"),
            (" , ", "tracecontext,baggage"),
            ("baggage,tracecontext", "baggage,tracecontext"),
            ("b3, b3multi ,B3,jaeger", "b3,b3multi,jaeger"),
            ("none", ""),
            (" None ", ""),
        ] {
            assert_eq!(formats(list), (expected.to_owned(), vec![]), "{list}");
        }
    }

    #[test]
    fn a_propagator_that_is_not_known_is_named_with_those_that_are() {
        for (list, used) in [
            ("xray", "tracecontext,baggage"),
            ("xray,b3,ottrace", "b3"),
            ("none,b3", "b3"),
        ] {
            let problem = format!(
                "OTEL_PROPAGATORS=`{list}` cannot be used: expected a list of tracecontext, baggage, b3, b3multi and \
                 jaeger, or none alone; using {used} instead"
            );
            assert_eq!(formats(list), (used.to_owned(), vec![problem]));
        }
    }

    #[test]
    fn the_correlation_id_has_a_name_and_a_source() {
        let by_default = config(&[]);
        assert_eq!(by_default.propagators, Propagators::default());
        let config = config(&[(HEADER, "X-Request-Id"), (SOURCE, "trace_id")]);
        assert!(config.problems().is_empty(), "{:?}", config.problems());
        let expected = Propagators::default()
            .correlation_header(HeaderName::from_static("x-request-id"))
            .correlation_source(CorrelationSource::TraceId);
        assert_eq!(config.propagators, expected);
    }

    #[test]
    fn names_and_sources_that_cannot_be_used_are_named() {
        for (variable, value) in [
            (HEADER, "x request id"),
            (HEADER, "traceparent"),
            (HEADER, "uber-trace-id"),
            (HEADER, "x-id-bin"),
            (HEADER, "content-length"),
            (SOURCE, "both"),
        ] {
            let config = config(&[(variable, value)]);
            assert_eq!(config.propagators, Propagators::default(), "{value}");
            let [problem] = config.problems() else {
                panic!("{value}: {:?}", config.problems())
            };
            let text = problem.to_string();
            assert!(text.contains(variable) && text.contains(value), "{text}");
        }
        let code = Config::default().correlation_header(HeaderName::from_static("baggage"));
        assert_eq!(code.problems().len(), 1);
    }
}
