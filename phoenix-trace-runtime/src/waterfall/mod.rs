//! Finished spans in, a readable trace out: the development console and the trees of snapshot tests.
//!
//! The module is pure: it reads no clock, no environment and no terminal.

mod detail;
mod header;
mod layout;
mod paint;
mod span;
mod stable;
#[cfg(test)]
mod tests;
mod text;
mod tree;

use std::fmt;
use std::sync::Arc;

pub use self::span::{AttributeValue, Event, Span};

use self::paint::Painter;

/// Columns below which a line has no room for its bar.
const MIN_WIDTH: usize = 80;
/// Columns of a line that the tree's own lines leave to everything else.
const BESIDE_TREE: usize = 68;
/// Levels of the tree that are drawn at most.
const MAX_LEVELS: usize = 64;

/// Prints traces as trees with a bar for each span.
///
/// Each trace is one block: a header, then a line for each span, children below their parents. What
/// does not fit behind a bar goes on below its span. Text from spans is escaped: it can neither
/// control the terminal nor forge lines.
///
/// ```
/// use opentelemetry::trace::{SpanId, SpanKind, Status, TraceId};
/// use phoenix_trace::waterfall::{Span, Waterfall};
///
/// let root = Span {
///     trace_id: TraceId::from(0x4bf9_u128),
///     span_id: SpanId::from(1_u64),
///     parent_span_id: None,
///     name: "POST /tasks".into(),
///     service: "api-gateway".into(),
///     kind: SpanKind::Server,
///     start_unix_nanos: 0,
///     end_unix_nanos: 8_000_000,
///     status: Status::Unset,
///     attributes: vec![("http.response.status_code".into(), 201.into())],
///     events: vec![],
///     sampled: true,
/// };
/// let child = Span {
///     span_id: SpanId::from(2_u64),
///     parent_span_id: Some(root.span_id),
///     name: "check quota".into(),
///     kind: SpanKind::Internal,
///     start_unix_nanos: 4_000_000,
///     attributes: vec![],
///     ..root.clone()
/// };
///
/// let spans = [root, child];
/// assert_eq!(Waterfall::new().width(80).render(&spans), "\
/// trace · 00000000000000000000000000004bf9 · 8.00ms · api-gateway · 2 spans
/// POST /tasks       server  8.00ms  ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━  201
/// └╴check quota             4.00ms                      ╺━━━━━━━━━━━━━━━━━━━━
/// ");
/// assert_eq!(Waterfall::new().times(false).render(&spans), "\
/// trace · api-gateway · 2 spans
/// POST /tasks · server · http.response.status_code=201
/// └╴check quota
/// ");
/// ```
#[derive(Clone)]
pub struct Waterfall {
    width: usize,
    colour: bool,
    times: bool,
    filter: Filter,
}

type Filter = Arc<dyn Fn(&str) -> bool + Send + Sync>;

impl Waterfall {
    /// 100 columns, no colour, with times, and the attributes that matter.
    ///
    /// These are method, route and status of HTTP, the status of RPCs, `db.query.summary`,
    /// `db.response.*`, `gen_ai.*` without the content of conversations, `error.type`,
    /// `exception.message` and `phoenix.*`.
    #[must_use]
    pub fn new() -> Self {
        Self {
            width: 100,
            colour: false,
            times: true,
            filter: Arc::new(detail::matters),
        }
    }

    /// The number of terminal columns, at least 80. Without times lines are as long as they are.
    #[must_use]
    pub fn width(mut self, columns: usize) -> Self {
        self.width = columns.max(MIN_WIDTH);
        self
    }

    /// Whether to colour the text with ANSI sequences: a colour for each service, red for errors.
    #[must_use]
    pub fn colour(mut self, on: bool) -> Self {
        self.colour = on;
        self
    }

    /// Whether to print times, bars and ids.
    ///
    /// Without them the text is stable from run to run, and fit for a snapshot test: whole keys,
    /// no columns, siblings by start and then by name.
    #[must_use]
    pub fn times(mut self, on: bool) -> Self {
        self.times = on;
        self
    }

    /// The attributes to print, by key, in place of those that matter.
    ///
    /// With times, those whose value stands in the span's name are left out all the same.
    ///
    /// ```
    /// use phoenix_trace::waterfall::Waterfall;
    ///
    /// let quiet = Waterfall::new().attributes(|key| key == "http.response.status_code");
    /// # let _ = quiet;
    /// ```
    #[must_use]
    pub fn attributes(mut self, filter: impl Fn(&str) -> bool + Send + Sync + 'static) -> Self {
        self.filter = Arc::new(filter);
        self
    }

    /// Prints these attributes as well, beside those that it prints without.
    #[cfg(feature = "testing")]
    pub(crate) fn also(mut self, keys: Vec<String>) -> Self {
        let filter = self.filter;
        self.filter = Arc::new(move |key| filter(key) || keys.iter().any(|also| also == key));
        self
    }

    /// Prints the spans, one block for each trace, the earliest trace first.
    ///
    /// Spans may come in any order. One whose parent is not among them stands at the top level,
    /// marked `(parent missing)`; so does one that is its own ancestor, marked `(parent cycle)`.
    #[must_use]
    pub fn render(&self, spans: &[Span]) -> String {
        let paint = Painter {
            colour: self.colour,
        };
        let levels = match self.times {
            true => (self.width.saturating_sub(BESIDE_TREE) / 2).min(MAX_LEVELS),
            false => MAX_LEVELS,
        };
        let mut out = String::new();
        for (index, trace) in tree::traces(spans, levels).iter().enumerate() {
            if index > 0 {
                out.push('\n');
            }
            if self.times {
                layout::write(&mut out, trace, self, &paint);
            } else {
                stable::write(&mut out, trace, self, &paint);
            }
        }
        out
    }

    fn filter(&self) -> &dyn Fn(&str) -> bool {
        &*self.filter
    }
}

impl Default for Waterfall {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Waterfall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Waterfall")
            .field("width", &self.width)
            .field("colour", &self.colour)
            .field("times", &self.times)
            .finish_non_exhaustive()
    }
}
