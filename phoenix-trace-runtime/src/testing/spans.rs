//! Questions about spans, and assertions whose messages show the tree.

use std::fmt;

use opentelemetry::trace::{SpanId, SpanKind};

use super::OtlpReceiver;
use crate::propagation::{Extract, Propagators};
use crate::waterfall::{AttributeValue, Span, Waterfall};

/// Spans, to be asked. What is not as expected fails the test with a message that shows all of them as a tree.
///
/// ```
/// use phoenix_trace::testing::Capture;
/// use phoenix_trace::with_traced_operation;
///
/// let capture = Capture::new();
/// capture.run(|| {
///     with_traced_operation("outer", (), || with_traced_operation("inner", (), || ()))
/// });
/// let spans = capture.query();
/// let inner = spans.named("inner").one();
/// assert_eq!(spans.parent_of(&inner).unwrap().name, "outer");
/// spans.assert_below("inner", "outer");
/// ```
#[derive(Clone)]
pub struct Spans {
    chosen: Vec<Span>,
    /// Those that they were chosen from.
    all: Vec<Span>,
    /// How they were chosen.
    which: String,
    /// Attributes that are shown besides those that always are.
    shown: Vec<String>,
    /// How many segments are open, whose spans are not among them.
    open: u64,
}

impl Spans {
    /// All of these.
    #[must_use]
    pub fn new(all: Vec<Span>) -> Self {
        Self {
            chosen: all.clone(),
            all,
            which: String::new(),
            shown: Vec::new(),
            open: 0,
        }
    }

    /// Tells of open segments, where something is not as expected.
    pub(super) fn beside_open(self, open: u64) -> Self {
        Self { open, ..self }
    }

    /// Shows these attributes too wherever spans are shown as a tree, and compared with one. Without it these are the
    /// attributes that [matter](Waterfall::new), and in messages those that were asked for.
    ///
    /// ```
    /// use opentelemetry::KeyValue;
    /// use opentelemetry::trace::{Span as _, Tracer as _, TracerProvider as _};
    /// use phoenix_trace::interop::TracerProvider;
    /// use phoenix_trace::testing::Capture;
    ///
    /// let capture = Capture::new();
    /// capture.run(|| {
    ///     let mut span = TracerProvider::new().tracer("shop").start("place order");
    ///     span.set_attribute(KeyValue::new("shop.total", 4200));
    /// });
    /// let tree = "trace · test · 1 span · kept: head\nplace order · shop.total=4200\n";
    /// capture.query().showing(["shop.total"]).assert_tree(tree);
    /// ```
    #[must_use]
    pub fn showing<K: Into<String>>(mut self, keys: impl IntoIterator<Item = K>) -> Self {
        self.shown.extend(keys.into_iter().map(Into::into));
        self
    }

    fn choose(self, which: impl fmt::Display, chosen: impl Fn(&Span) -> bool) -> Self {
        Self {
            which: format!("{} {which}", self.which),
            chosen: self.chosen.into_iter().filter(chosen).collect(),
            ..self
        }
    }

    /// Those called `name`.
    #[must_use]
    pub fn named(&self, name: &str) -> Self {
        self.clone()
            .choose(format_args!("called `{name}`"), |span| span.name == name)
    }

    /// Those of this kind.
    #[must_use]
    pub fn of_kind(&self, kind: SpanKind) -> Self {
        self.clone()
            .choose(format_args!("of kind {kind:?}"), |span| span.kind == kind)
    }

    /// Those whose attribute `key` is `value`.
    #[must_use]
    pub fn with(&self, key: &str, value: impl Into<AttributeValue>) -> Self {
        let value = value.into();
        let shown = [key]
            .into_iter()
            .filter(|key| !self.shown.iter().any(|shown| shown == key));
        self.clone()
            .showing(shown)
            .choose(format_args!("with {key}={value}"), |span| {
                span.attribute(key) == Some(&value)
            })
    }

    /// Those that failed.
    #[must_use]
    pub fn failed(&self) -> Self {
        self.clone().choose("that failed", Span::is_error)
    }

    /// Those below `span`, at any depth.
    #[must_use]
    pub fn below(&self, span: &Span) -> Self {
        let all = self.all.clone();
        self.clone()
            .choose(format_args!("below `{}`", span.name), |candidate| {
                ancestors(&all, candidate).any(|above| is(above, span))
            })
    }

    /// They themselves, in the order of their starts.
    #[must_use]
    pub fn as_slice(&self) -> &[Span] {
        &self.chosen
    }

    /// How many they are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.chosen.len()
    }

    /// Are there none?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.chosen.is_empty()
    }

    /// The only one: that there is one such span is asserted.
    ///
    /// # Panics
    /// When there is none, or more than one.
    #[track_caller]
    pub fn one(&self) -> Span {
        match &self.chosen[..] {
            [one] => one.clone(),
            several => self.fail(format_args!(
                "expected one span{}, found {}",
                self.which,
                several.len()
            )),
        }
    }

    /// The parent of a span, if it is among all of them.
    #[must_use]
    pub fn parent_of(&self, span: &Span) -> Option<Span> {
        ancestors(&self.all, span).next().cloned()
    }

    /// Asserts that each span called `name` is below one called `ancestor`, and that there is one.
    ///
    /// # Panics
    /// When it is not so.
    #[track_caller]
    pub fn assert_below(&self, name: &str, ancestor: &str) {
        let named = self.named(name);
        if named.is_empty() {
            self.fail(format_args!("expected spans called `{name}`, found none"));
        }
        let is_below = |span: &Span| ancestors(&self.all, span).any(|above| above.name == ancestor);
        if !named.chosen.iter().all(is_below) {
            self.fail(format_args!("expected `{name}` below `{ancestor}`"));
        }
    }

    /// Asserts that a request, message or job was sent by the span called `sender` or one below it, with its trace: the
    /// carrier, such as the header fields that a fake service received, names that span as its parent.
    ///
    /// ```
    /// use std::collections::HashMap;
    /// use phoenix_trace::testing::Capture;
    /// use phoenix_trace::{inject, with_traced_operation};
    ///
    /// let capture = Capture::new();
    /// let mut message = HashMap::<String, String>::new();
    /// capture.run(|| with_traced_operation("place order", (), || inject(&mut message)));
    /// capture.query().assert_sent_by("place order", &message);
    /// ```
    ///
    /// # Panics
    /// When it is not so.
    #[track_caller]
    pub fn assert_sent_by<C: Extract + ?Sized>(&self, sender: &str, carrier: &C) {
        let remote = Propagators::default().extract(carrier);
        let Some(parent) = remote.parent else {
            self.fail(format_args!(
                "expected what was sent to carry the trace of `{sender}`, but it carries no valid `traceparent`"
            ));
        };
        let found = (self.all.iter())
            .find(|span| span.trace_id == parent.trace_id() && span.span_id == parent.span_id());
        let Some(found) = found else {
            self.fail(format_args!(
                "what was sent names span {} of trace {} as its parent, which is not among the spans",
                parent.span_id(),
                parent.trace_id()
            ));
        };
        let by = |span: &Span| span.name == sender;
        if !by(found) && !ancestors(&self.all, found).any(by) {
            self.fail(format_args!(
                "expected what was sent to come from `{sender}`, but it comes from `{}`",
                found.name
            ));
        }
    }

    /// Asserts that a span called `handler` called a span called `service`, both with one trace: `service` is of another
    /// service, or of kind server or consumer, and below `handler`. For spans of several services, as an [`OtlpReceiver`] has
    /// them, and for those of one process that calls itself.
    ///
    /// # Panics
    /// When it is not so.
    #[track_caller]
    pub fn assert_called(&self, handler: &str, service: &str) {
        let called = |span: &&Span| {
            span.name == service
                && ancestors(&self.all, span).any(|above| {
                    above.name == handler
                        && (above.service != span.service
                            || matches!(span.kind, SpanKind::Server | SpanKind::Consumer))
                })
        };
        if !self.all.iter().any(|span| called(&span)) {
            self.fail(format_args!("expected `{handler}` to call `{service}`"));
        }
    }

    /// Asserts that the tree of all of them, without ids and times, is this one.
    ///
    /// # Panics
    /// When it is another.
    #[track_caller]
    pub fn assert_tree(&self, expected: &str) {
        if self.tree() != expected {
            self.fail(format_args!("expected other spans:\n{expected}"));
        }
    }

    fn tree(&self) -> String {
        self.render(&self.all)
    }

    fn render(&self, spans: &[Span]) -> String {
        let waterfall = Waterfall::new().times(false).also(self.shown.clone());
        waterfall.render(spans)
    }

    #[track_caller]
    fn fail(&self, message: fmt::Arguments<'_>) -> ! {
        let open = match self.open {
            0 => String::new(),
            open => format!(
                "segments still open: {open}; their spans are shown once all of them have ended\n"
            ),
        };
        panic!("{message}\nrecorded were:\n{}{open}", self.tree())
    }
}

impl From<&OtlpReceiver> for Spans {
    fn from(receiver: &OtlpReceiver) -> Self {
        let spans = receiver.spans();
        Self::new(spans.into_iter().map(|received| received.span).collect())
    }
}

impl fmt::Debug for Spans {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(&self.chosen))
    }
}

fn is(one: &Span, other: &Span) -> bool {
    (one.trace_id, one.span_id) == (other.trace_id, other.span_id)
}

/// What a span is below, from its parent on.
fn ancestors<'a>(all: &'a [Span], span: &Span) -> impl Iterator<Item = &'a Span> + use<'a> {
    let parent = move |trace, id: Option<SpanId>| {
        let id = id?;
        all.iter()
            .find(|span| span.trace_id == trace && span.span_id == id)
    };
    let trace = span.trace_id;
    // Spans from elsewhere may be their own ancestors.
    std::iter::successors(parent(trace, span.parent_span_id), move |span| {
        parent(trace, span.parent_span_id)
    })
    .take(all.len())
}
