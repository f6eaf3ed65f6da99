//! What a line says about its span beyond name and time: the error, and the attributes that matter.

use std::collections::HashSet;
use std::fmt;

use opentelemetry::trace::{SpanId, Status};

use super::paint::Style;
use super::span::{AttributeValue, Event, Span};
use super::text::escape;

/// Why the local root's segment was kept; shown in the header, since it speaks for more than a span.
pub(super) const REASON: &str = "phoenix.sampling.reason";
/// The request's correlation id; shown in the header.
pub(super) const CORRELATION_ID: &str = "phoenix.correlation.id";

/// The events that a line names; a span may have millions.
const MAX_EVENTS: usize = 3;

/// A piece of escaped text that stays together.
#[derive(Debug, PartialEq)]
pub(super) struct Piece {
    pub(super) style: Style,
    pub(super) text: String,
}

/// How much is said.
#[derive(Clone, Copy)]
pub(super) enum Form<'a> {
    /// Every attribute with its whole key.
    Full,
    /// Keys are short, and what the name or a failed child says already is left out.
    Brief(&'a Told),
}

/// The attributes that matter to somebody who reads a trace.
///
/// Not among them are those that the name or another column shows, where the code stands, and the
/// content of conversations, which is long and private.
pub(super) fn matters(key: &str) -> bool {
    const CONTENT: [&str; 4] = [
        "gen_ai.input.messages",
        "gen_ai.output.messages",
        "gen_ai.system_instructions",
        "gen_ai.tool.definitions",
    ];
    let listed = [
        "http.request.method",
        "http.request.resend_count",
        "http.route",
        "http.response.status_code",
        "db.query.summary",
        "error.type",
        "exception.message",
    ];
    listed.contains(&key)
        || is_rpc_status(key)
        || key.starts_with("db.response.")
        || key.starts_with("gen_ai.") && !CONTENT.contains(&key)
        || key.starts_with("phoenix.") && key != REASON && key != CORRELATION_ID
}

/// The pieces of a span's line: the error first, then attributes, then events.
pub(super) fn pieces(span: &Span, form: Form<'_>, filter: &dyn Fn(&str) -> bool) -> Vec<Piece> {
    let failure = Failure::of(span);
    let mut pieces = match (&failure, form) {
        (None, _) => Vec::new(),
        (Some(failure), Form::Full) => vec![failed(failure.to_string())],
        (Some(failure), Form::Brief(told)) => failure.pieces(span, told),
    };
    let says = |text: &str| failure.as_ref().is_some_and(|failure| failure.says(text));
    let shown = span
        .attributes
        .iter()
        .filter(|(key, _)| filter(key))
        .filter_map(|(key, value)| {
            let text = value.to_string();
            let said = match form {
                _ if key == "error.type" || key == "exception.message" => says(&text),
                Form::Brief(_) if key.ends_with("status_code") => says(&text),
                Form::Brief(_) => is_named(key) && span.name.contains(&text),
                Form::Full => false,
            };
            (!said).then(|| dim(labelled(key, &text, form)))
        });
    pieces.extend(shown);
    let mut events = span.events.iter().filter(|event| {
        let message = event.attribute("exception.message");
        !message.is_some_and(|message| says(&message.to_string()))
    });
    pieces.extend(
        events
            .by_ref()
            .take(MAX_EVENTS)
            .map(|event| dim(event_text(event))),
    );
    match events.count() {
        0 => {}
        1 => pieces.push(dim("◆ 1 more event".to_owned())),
        more => pieces.push(dim(format!("◆ {more} more events"))),
    }
    pieces
}

/// The messages of failed children, by their parent. A caller that hands on its callee's message
/// need not repeat it: it stands where the failure began.
pub(super) fn told_by_children<'a>(spans: impl Iterator<Item = &'a Span>) -> Told {
    spans
        .filter_map(|span| Some((span.parent_span_id?, Failure::of(span)?.description?)))
        .collect()
}

/// What [`told_by_children`] gives.
pub(super) type Told = HashSet<(SpanId, String)>;

/// What went wrong, in the words that the span has for it.
struct Failure {
    kind: String,
    description: Option<String>,
}

impl Failure {
    fn of(span: &Span) -> Option<Self> {
        let Status::Error { description } = &span.status else {
            return None;
        };
        let exception = span
            .events
            .iter()
            .rev()
            .find(|event| event.name == "exception");
        let of_exception = |key| exception.and_then(|event| event.attribute(key));
        let kind = span
            .attribute("error.type")
            .or_else(|| of_exception("exception.type"));
        let kind = kind.map_or_else(|| "error".to_owned(), AttributeValue::to_string);
        let description = match &**description {
            "" => of_exception("exception.message").map(AttributeValue::to_string),
            description => Some(description.to_owned()),
        };
        let description = description.filter(|text| !text.is_empty() && *text != kind);
        Some(Self { kind, description })
    }

    /// The description as a piece of its own, so that a long one can go on below.
    fn pieces(&self, span: &Span, told: &Told) -> Vec<Piece> {
        let description = self.description.clone();
        let description = description.filter(|text| !told.contains(&(span.span_id, text.clone())));
        match description {
            None => vec![failed(format!("✗ {}", escape(&self.kind)))],
            Some(description) => vec![
                failed(format!("✗ {}:", escape(&self.kind))),
                Piece {
                    style: Style::Error,
                    text: escape(&description),
                },
            ],
        }
    }

    fn says(&self, text: &str) -> bool {
        self.kind == text || self.description.as_deref() == Some(text)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "✗ {}", escape(&self.kind))?;
        match &self.description {
            Some(description) => write!(f, ": {}", escape(description)),
            None => Ok(()),
        }
    }
}

fn event_text(event: &Event) -> String {
    match event.attribute("exception.message") {
        Some(message) => format!(
            "◆ {}: {}",
            escape(&event.name),
            escape(&message.to_string())
        ),
        None => format!("◆ {}", escape(&event.name)),
    }
}

fn failed(text: String) -> Piece {
    Piece {
        style: Style::Failed,
        text,
    }
}

/// A piece in the background.
pub(super) fn dim(text: String) -> Piece {
    Piece {
        style: Style::Dim,
        text,
    }
}

/// Attributes whose value the name of a span contains by convention.
fn is_named(key: &str) -> bool {
    matches!(
        key,
        "http.request.method"
            | "http.route"
            | "db.query.summary"
            | "gen_ai.operation.name"
            | "gen_ai.request.model"
    )
}

fn is_status(key: &str) -> bool {
    key == "http.response.status_code" || is_rpc_status(key)
}

/// The key has had several names; see the specification's releases.
fn is_rpc_status(key: &str) -> bool {
    key.starts_with("rpc.") && key.ends_with("status_code")
}

fn labelled(key: &str, value: &str, form: Form<'_>) -> String {
    let value = escape(value);
    match form {
        Form::Full => format!("{}={value}", escape(key)),
        Form::Brief(_) if is_status(key) => value,
        Form::Brief(_) => format!("{}={value}", escape(short(key))),
    }
}

/// The end of a key that still says what it is: `rows`, `input_tokens`, `task.id`.
fn short(key: &str) -> &str {
    const SAID_BY_THE_SPAN: [&str; 6] = [
        "http.request.",
        "db.response.returned_",
        "db.response.",
        "gen_ai.usage.",
        "gen_ai.",
        "phoenix.",
    ];
    SAID_BY_THE_SPAN
        .iter()
        .find_map(|prefix| key.strip_prefix(prefix))
        .unwrap_or(key)
}
