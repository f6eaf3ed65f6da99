//! `tracing` events, and through the bridge of `tracing-log` the records of `log`, as log records: the layer of a subscriber.

use std::fmt;
use std::str::FromStr as _;
use std::sync::atomic::{AtomicBool, Ordering};

use opentelemetry::logs::Severity;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record as Recorded};
use tracing::{Event, Level, Subscriber};
use tracing_log::NormalizeEvent as _;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Context, Layer};
use tracing_subscriber::registry::LookupSpan;

use super::record::{Fields, Limits, Record};
use super::{direct, origin};
use crate::config::log_filter_of_env;
use crate::record::thread;

/// A layer that makes log records of `tracing` events, for a subscriber of the program's own. Its level is that of `RUST_LOG`,
/// by default `info`, and concerns no other layer; a filter of one's own restricts it further.
///
/// Where the process has no subscriber, [`init`](crate::init) installs one with this layer, and there is no need for it.
///
/// ```
/// use tracing_subscriber::layer::SubscriberExt as _;
///
/// let subscriber = tracing_subscriber::registry()
///     // .with(a layer of the program's)
///     .with(phoenix_trace::layer());
/// tracing::subscriber::with_default(subscriber, || {
///     tracing::info!(rows = 3, "planned");
/// });
/// ```
///
/// Records of `log` come to it over the logger of `tracing-log`. [`init`](crate::init) installs that where the subscriber was
/// installed before and the program has no logger, unless it is told [`no_subscriber`](crate::Config::no_subscriber).
///
/// What is logged while no telemetry runs is written to standard output at once.
pub fn layer<S>() -> impl Layer<S> + Send + Sync + 'static
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    let filter = log_filter_of_env().unwrap_or_else(default_filter);
    Events { ours: false }.with_filter(filter)
}

/// `info` for all targets but the OpenTelemetry SDK, which tells at that level what the toolkit does with it.
pub(crate) fn default_filter() -> Targets {
    Targets::new()
        .with_default(Level::INFO)
        .with_target("opentelemetry", Level::WARN)
}

/// Levels by target, as in `RUST_LOG`: `info,my_crate=debug`.
pub(crate) fn parse_filter(text: &str) -> Option<Targets> {
    Targets::from_str(text.trim()).ok()
}

/// Has the program given the layer to a subscriber of its own?
static GIVEN: AtomicBool = AtomicBool::new(false);

pub(super) fn is_given() -> bool {
    GIVEN.load(Ordering::Relaxed)
}

/// The layer without a filter.
#[derive(Clone, Copy, Debug)]
pub(super) struct Events {
    /// It is that of the subscriber that we install.
    pub(super) ours: bool,
}

impl<S> Layer<S> for Events
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    fn on_layer(&mut self, _: &mut S) {
        if !self.ours {
            GIVEN.store(true, Ordering::Relaxed);
        }
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let Some((fields, limits)) = of_span() else {
            return;
        };
        let mut visitor = Visitor::of_span(fields, limits);
        attributes.record(&mut visitor);
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(SpanFields(visitor.fields));
        }
    }

    fn on_record(&self, id: &Id, values: &Recorded<'_>, context: Context<'_, S>) {
        let Some((fields, limits)) = of_span() else {
            return;
        };
        // Values are asked for while no extensions are borrowed: their code may log.
        let mut visitor = Visitor::of_span(fields, limits);
        values.record(&mut visitor);
        if let Some(span) = context.span(id)
            && let Some(SpanFields(there)) = span.extensions_mut().get_mut()
        {
            for (name, _) in visitor.fields.iter() {
                there.forget(name);
            }
            there.inherit(&visitor.fields, &limits);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        if origin::is_suppressed() {
            return;
        }
        let logs = origin::logs();
        let limits = logs.as_ref().map_or(Limits::default(), |logs| logs.limits);
        super::with_record(|record| {
            fill(record, event, limits);
            let wants_spans = logs.as_ref().is_some_and(|logs| logs.span_fields);
            let scope = context.event_scope(event).filter(|_| wants_spans);
            for span in scope.into_iter().flatten() {
                if let Some(SpanFields(fields)) = span.extensions().get() {
                    record.fields_mut().inherit(fields, &limits);
                }
            }
            match &logs {
                Some(logs) => logs.log(record),
                None => direct::write(record),
            }
        });
    }
}

/// The fields of a `tracing` span, for the events inside of it.
struct SpanFields(Fields);

/// `None`: nobody wants the fields of spans.
fn of_span() -> Option<(Fields, Limits)> {
    let logs = origin::logs().filter(|logs| logs.span_fields)?;
    Some((Fields::default(), logs.limits))
}

fn fill(record: &mut Record, event: &Event<'_>, limits: Limits) {
    record.time = thread::time();
    record.ids = origin::ids();
    let normalized = event.normalized_metadata();
    let metadata = normalized.as_ref().unwrap_or_else(|| event.metadata());
    record.severity = severity(*metadata.level());
    record.set_target(metadata.target());
    let mut visitor = Visitor {
        fields: std::mem::take(record.fields_mut()),
        limits,
        message: None,
        has_message: true,
        of_log: normalized.is_some(),
    };
    event.record(&mut visitor);
    let message = visitor.message;
    *record.fields_mut() = visitor.fields;
    record.set_message_text(message.unwrap_or_default());
}

fn severity(level: Level) -> Severity {
    match level {
        Level::TRACE => Severity::Trace,
        Level::DEBUG => Severity::Debug,
        Level::INFO => Severity::Info,
        Level::WARN => Severity::Warn,
        Level::ERROR => Severity::Error,
    }
}

/// Reads the fields of an event or a span.
struct Visitor {
    fields: Fields,
    limits: Limits,
    message: Option<super::record::Text>,
    /// Is the field `message` what an event says?
    has_message: bool,
    /// Are fields that start with `log.` what the bridge adds?
    of_log: bool,
}

impl Visitor {
    fn of_span(fields: Fields, limits: Limits) -> Self {
        Self {
            fields,
            limits,
            message: None,
            has_message: false,
            of_log: false,
        }
    }

    /// The name of the field. `None`: it is none of the program's.
    fn name(&self, field: &Field) -> Option<&'static str> {
        let name = field.name();
        if self.of_log && name.starts_with("log.") {
            return None;
        }
        Some(name.strip_prefix("r#").unwrap_or(name))
    }

    fn print(&mut self, field: &Field, value: fmt::Arguments<'_>) {
        if self.has_message && field.name() == "message" {
            self.message = Some(self.fields.message(value));
        } else if let Some(name) = self.name(field) {
            self.fields.print(name, value, &self.limits);
        }
    }
}

impl Visit for Visitor {
    fn record_f64(&mut self, field: &Field, value: f64) {
        if let Some(name) = self.name(field) {
            self.fields.double(name, value, &self.limits);
        }
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        if let Some(name) = self.name(field) {
            self.fields.int(name, value, &self.limits);
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        if let Some(name) = self.name(field) {
            self.fields.uint(name, value, &self.limits);
        }
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        if let Some(name) = self.name(field) {
            self.fields.bool(name, value, &self.limits);
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.print(field, format_args!("{value}"));
    }

    fn record_error(&mut self, field: &Field, value: &(dyn std::error::Error + 'static)) {
        if let Some(name) = self.name(field) {
            self.fields.error(name, value, &self.limits);
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.print(field, format_args!("{value:?}"));
    }
}
