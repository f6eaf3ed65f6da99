//! One sampling rule: which local roots it is for, and what becomes of their segments.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::Pattern;
use crate::config::Problem;
use crate::record::site::SpanKind;

/// A sampling rule: for which local roots it is, and what it gives them.
///
/// It is for those that fit everything it names; [`Rule::new`] names nothing, and is for all. It gives all of them to the head
/// decision, unless [`ratio`](Self::ratio), [`at_most`](Self::at_most) or [`never`](Self::never) says otherwise.
///
/// ```
/// use std::time::Duration;
/// use phoenix_trace::SpanKind;
/// use phoenix_trace::sampling::Rule;
///
/// let search = Rule::new()
///     .service("catalog-*")
///     .route(["/search", "/search/{kind}"])
///     .kind(SpanKind::Server)
///     .attribute("server.port", "8080")
///     .ratio(0.05)
///     .at_most(20.0)
///     .slower_than(Duration::from_millis(800));
/// assert_eq!(
///     search.to_string(),
///     "service catalog-*, route /search|/search/{kind}, kind server, server.port 8080: \
///      ratio 0.05, at most 20/s, errors always, slower than 800ms always"
/// );
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rule {
    pub(super) service: Option<Pattern>,
    pub(super) operation: Option<Pattern>,
    pub(super) route: Option<Pattern>,
    pub(super) kinds: Vec<SpanKind>,
    pub(super) attributes: Vec<(String, Pattern)>,
    pub(super) never: bool,
    /// All of them, unless it says something else.
    pub(super) ratio: Option<f64>,
    pub(super) at_most: Option<f64>,
    pub(super) at_least: Option<f64>,
    pub(super) slow: Option<Duration>,
    pub(super) errors: Option<Arc<Errors>>,
    pub(super) wrong: Vec<NoRate>,
}

/// What code gave that is no rate, and the function that it was given to.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct NoRate(&'static str, String);

impl NoRate {
    /// The rate; what is none is noted, and sets no limit.
    pub(super) fn or_rate(wrong: &mut Vec<Self>, what: &'static str, rate: f64) -> Option<f64> {
        if rate >= 0.0 {
            return Some(rate);
        }
        wrong.push(Self(what, rate.to_string()));
        None
    }

    pub(super) fn problem(&self) -> Problem {
        let Self(what, rate) = self;
        Problem::new(what, rate, "how many per second, zero or more", "no limit")
    }
}

/// Which failures keep a segment, where that is not left to the default.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Errors {
    kept: Pattern,
    ignored: Pattern,
}

/// The class of work that was given up before it had finished.
pub(crate) const CANCELLED: &str = "cancelled";
/// The same as a code of gRPC.
const CANCELLED_CODE: &str = "CANCELLED";

impl Errors {
    /// Does a failure of this type keep its segment, which by default it does or does not?
    pub(crate) fn keep(&self, error_type: &str, by_default: bool) -> bool {
        if error_type == CANCELLED_CODE && self.keeps_cancelled() {
            return true;
        }
        self.kept.matches(error_type) || (by_default && !self.ignored.matches(error_type))
    }

    pub(crate) fn keeps_cancelled(&self) -> bool {
        self.kept.matches(CANCELLED)
    }
}

impl Rule {
    /// A rule for everything, which keeps all.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Only in services of this name (`service.name`).
    #[must_use]
    pub fn service(mut self, name: impl Into<Pattern>) -> Self {
        self.service = Some(name.into());
        self
    }

    /// Only local roots of this name: of an HTTP server `GET /users/{id}`, of a gRPC server `pkg.Service/Method`, else that
    /// of the annotation. It is the name that the span starts with.
    #[must_use]
    pub fn operation(mut self, name: impl Into<Pattern>) -> Self {
        self.operation = Some(name.into());
        self
    }

    /// Only local roots with this `http.route`, the template, as far as it is known when the span starts: where axum has
    /// matched the request before the layer sees it (`Router::layer` after the routes, or `route_layer`), where
    /// [`HttpServerLayer::route`](crate::HttpServerLayer::route) finds it, and with `trace_request`. A route that a handler
    /// sets later (`set_http_route`) comes too late for the decision.
    #[must_use]
    pub fn route(mut self, template: impl Into<Pattern>) -> Self {
        self.route = Some(template.into());
        self
    }

    /// Only local roots of this kind; of one of several, when called again.
    #[must_use]
    pub fn kind(mut self, kind: SpanKind) -> Self {
        self.kinds.push(kind);
        self
    }

    /// Only local roots that start with this attribute. Numbers and booleans are compared as they are printed (`8080`,
    /// `true`); arrays never match.
    #[must_use]
    pub fn attribute(mut self, key: impl Into<String>, value: impl Into<Pattern>) -> Self {
        self.attributes.push((key.into(), value.into()));
        self
    }

    /// The head decision keeps this share of the traces, the same ones in every service that has the same or a higher ratio.
    /// Clamped to 0..=1; what is not a number counts as 1.
    #[must_use]
    pub fn ratio(mut self, ratio: f64) -> Self {
        self.ratio = Some(clamped(ratio));
        self.never = false;
        self
    }

    /// The head decision keeps everything: the same as a ratio of 1.
    #[must_use]
    pub fn always(self) -> Self {
        self.ratio(1.0)
    }

    /// Nothing is kept, whatever happens: neither failures, nor what is slow, nor what somebody asked for. Where the rules are
    /// [parent based](crate::sampling::Sampler::parent_based), it is about the roots of traces alone, and only what their heads decide: whom a
    /// sampled caller calls is kept, and so are failures.
    #[must_use]
    pub fn never(mut self) -> Self {
        self.never = true;
        self
    }

    /// Of what the ratio keeps, the head decision keeps at most so many segments per second in this process, where those of a
    /// quiet second before may come on top at once. While it cuts, and for a second afterwards, nobody knows how many others a kept
    /// segment stands for, and `th` is left out. What is below zero or not a number is a problem of the configuration, and no limit.
    #[must_use]
    pub fn at_most(mut self, per_second: f64) -> Self {
        self.at_most = NoRate::or_rate(&mut self.wrong, "Rule::at_most", per_second);
        self
    }

    /// Of each operation (the name of the local root) the head decision keeps so many segments per second in this process, if
    /// there are as many, even where the ratio keeps fewer. Those beyond the ratio have no `th`, so that statistics do not count them
    /// twice. What is below zero or not a number is a problem of the configuration, and counts as none.
    #[must_use]
    pub fn at_least(mut self, per_second: f64) -> Self {
        self.at_least = NoRate::or_rate(&mut self.wrong, "Rule::at_least", per_second);
        self
    }

    /// Every segment is kept whose local root takes longer than this.
    #[must_use]
    pub fn slower_than(mut self, bound: Duration) -> Self {
        self.slow = Some(bound);
        self
    }

    /// Failures of these types keep the segment, which by default they do not: `error.type`, so a status of HTTP (`404`), a
    /// code of gRPC (`NOT_FOUND`), or the type of an error. Codes that are no error of the server's count where they are
    /// named. `cancelled` is the class of all work that was given up: futures that were dropped, calls that were cancelled.
    #[must_use]
    pub fn keep_errors(mut self, types: impl Into<Pattern>) -> Self {
        self.errors_mut().kept = types.into();
        self
    }

    /// Failures of these types do not keep the segment, which by default they do. Their spans have failed all the same.
    #[must_use]
    pub fn ignore_errors(mut self, types: impl Into<Pattern>) -> Self {
        self.errors_mut().ignored = types.into();
        self
    }

    fn errors_mut(&mut self) -> &mut Errors {
        Arc::make_mut(self.errors.get_or_insert_default())
    }

    pub(super) fn is_of_service(&self, service: &str) -> bool {
        let named = self.service.as_ref();
        named.is_none_or(|pattern| pattern.matches(service))
    }

    /// Is it for the same local roots as another one?
    pub(super) fn has_scope_of(&self, other: &Self) -> bool {
        (
            &self.service,
            &self.operation,
            &self.route,
            &self.kinds,
            &self.attributes,
        ) == (
            &other.service,
            &other.operation,
            &other.route,
            &other.kinds,
            &other.attributes,
        )
    }

    /// What it gives, without for whom.
    pub(super) fn given(&self) -> Given<'_> {
        Given(self)
    }
}

/// What a rule gives.
pub(super) struct Given<'a>(&'a Rule);

impl fmt::Display for Given<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rule = self.0;
        if rule.never {
            return f.write_str("never");
        }
        write!(f, "ratio {}", rule.ratio.unwrap_or(1.0))?;
        if let Some(rate) = rule.at_most {
            write!(f, ", at most {rate}/s")?;
        }
        if let Some(rate) = rule.at_least {
            write!(f, ", at least {rate}/s")?;
        }
        f.write_str(", errors always")?;
        if let Some(errors) = &rule.errors {
            let Errors { kept, ignored } = &**errors;
            for (what, types) in [("with", kept), ("without", ignored)] {
                if !types.is_empty() {
                    write!(f, " {what} {types}")?;
                }
            }
        }
        match rule.slow {
            Some(bound) => write!(f, ", slower than {bound:?} always"),
            None => Ok(()),
        }
    }
}

pub(super) fn clamped(ratio: f64) -> f64 {
    if ratio.is_nan() {
        1.0
    } else {
        ratio.clamp(0.0, 1.0)
    }
}

pub(super) fn kind_name(kind: SpanKind) -> &'static str {
    match kind {
        SpanKind::Internal => "internal",
        SpanKind::Server => "server",
        SpanKind::Client => "client",
        SpanKind::Producer => "producer",
        SpanKind::Consumer => "consumer",
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut scope = Vec::new();
        for (what, pattern) in [
            ("service", &self.service),
            ("operation", &self.operation),
            ("route", &self.route),
        ] {
            scope.extend(pattern.iter().map(|pattern| format!("{what} {pattern}")));
        }
        if !self.kinds.is_empty() {
            let kinds: Vec<_> = self.kinds.iter().map(|kind| kind_name(*kind)).collect();
            scope.push(format!("kind {}", kinds.join("|")));
        }
        let attributes = self.attributes.iter();
        scope.extend(attributes.map(|(key, pattern)| format!("{key} {pattern}")));
        match scope.as_slice() {
            [] => f.write_str("everything: ")?,
            scope => write!(f, "{}: ", scope.join(", "))?,
        }
        write!(f, "{}", self.given())
    }
}
