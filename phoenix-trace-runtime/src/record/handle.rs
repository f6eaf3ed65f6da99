//! What a [`SpanHandle`] says about its span, from wherever it is: on the strand that runs here it is recorded at once, to
//! any other it is written.

use std::error::Error;
use std::fmt::Display;

use opentelemetry::trace::{SpanContext, TraceFlags, TraceState};

use super::carry::SpanHandle;
use super::clock::{self, Ticks};
use super::current::{deliver, on_active, render, set_lazy};
use super::details::Dropped;
use super::mail::{Edit, Late, LateEnd};
use super::stored::{NONE, Rendered};
use super::strand::Strand;
use super::told::{MESSAGE_LENGTH, Told, bounded};
use crate::key::{AttributeType, Key, RawKey};
use crate::outcome::{self, Failure};
use crate::value::{Attr, ToValue, Value};

impl SpanHandle {
    /// The span as OpenTelemetry names it, without trace state; invalid when there is none.
    #[must_use]
    pub fn span_context(&self) -> SpanContext {
        SpanContext::new(
            self.trace_id(),
            self.span_id(),
            TraceFlags::new(self.flags),
            false,
            TraceState::NONE,
        )
    }

    /// Records an attribute on the span, from any thread, while it is open; afterwards it does nothing. A key that is
    /// recorded again has its last value.
    ///
    /// ```
    /// use phoenix_trace::current_span;
    /// use phoenix_trace::key::{Key, types};
    ///
    /// const ROWS: Key<types::Int> = Key::new("app.rows");
    ///
    /// let span = current_span();
    /// std::thread::spawn(move || span.record(&ROWS, 3_u64)).join().unwrap();
    /// ```
    pub fn record<T: AttributeType>(&self, key: &'static Key<T>, value: impl ToValue<T>) {
        self.record_all(&[Attr::new(key, &value)]);
    }

    pub(super) fn record_all(&self, attrs: &[Attr<'_>]) {
        let (seed, number) = self.place;
        let here = on_active(seed, |strand| {
            strand.is_open(number) && strand.set_plain(number, attrs)
        });
        if let Some(lazy) = here {
            if lazy {
                set_lazy(seed, number, attrs);
            }
            return;
        }
        let Some((held, bytes)) = self.hold(attrs) else {
            return;
        };
        let details = Dropped {
            attributes: count(attrs),
            ..Dropped::default()
        };
        let edit = Edit::new(move |strand, number| held.record(strand, number));
        self.write(clock::now(), edit.of(details, bytes));
    }

    /// Adds an event to the span, from any thread, while it is open; afterwards it does nothing.
    ///
    /// ```
    /// use phoenix_trace::current_span;
    /// use phoenix_trace::key::{Key, types};
    /// use phoenix_trace::value::Attr;
    ///
    /// const ROWS: Key<types::Int> = Key::new("app.rows");
    ///
    /// current_span().add_event("read", &[Attr::new(&ROWS, &3)]);
    /// ```
    pub fn add_event(&self, name: &'static str, attrs: &[Attr<'_>]) {
        let now = clock::now();
        self.add(attrs, Dropped::EVENT, now, move |strand, number| {
            strand.event(number, name, now)
        });
    }

    /// Links the span to another one, of this trace or of any other, while it is open; afterwards, and to a span that is
    /// none, it does nothing.
    ///
    /// ```
    /// use phoenix_trace::{SpanHandle, current_span};
    ///
    /// /// Handles messages together: each is linked to where it was sent.
    /// fn handle_batch(senders: &[SpanHandle]) {
    ///     for sender in senders {
    ///         current_span().add_link(sender, &[]);
    ///     }
    /// }
    /// ```
    pub fn add_link(&self, to: impl Into<SpanContext>, attrs: &[Attr<'_>]) {
        let to = to.into();
        self.add(attrs, Dropped::LINK, clock::now(), move |strand, number| {
            strand.link(number, &to)
        });
    }

    /// Marks the span as failed, with a description of at most 1024 bytes: its status becomes Error, and its segment is
    /// kept. Where nobody records an `error.type` it is `_OTHER`. After the span's end it does nothing.
    ///
    /// ```
    /// use phoenix_trace::current_span;
    ///
    /// current_span().set_error("three of four replicas answered");
    /// ```
    pub fn set_error(&self, description: impl Display) {
        let description = bounded(format_args!("{description}"), MESSAGE_LENGTH);
        let (now, bytes) = (clock::now(), description.len());
        self.fail(now, bytes, move |strand, number| {
            strand.set_error(number, &description, now);
        });
    }

    /// Records an error on the span as if its operation had returned it: `error.type`, status, an exception event, and its
    /// segment is kept. After the span's end it does nothing.
    ///
    /// ```
    /// use phoenix_trace::current_span;
    ///
    /// if let Err(error) = "x".parse::<u8>() {
    ///     current_span().record_error(&error);
    /// }
    /// ```
    pub fn record_error<E: Error + 'static>(&self, error: &E) {
        self.record_failure(&outcome::of_any_error(error));
    }

    pub(crate) fn record_failure(&self, failure: &Failure<'_>) {
        let (error_type, told) = (failure.error_type.to_owned(), Told::of(failure));
        let (now, bytes) = (clock::now(), told.bytes());
        self.fail(now, bytes, move |strand, number| {
            strand.fail(number, &error_type, &told, true, now);
        });
    }

    /// Calls the span by another name, if it has not ended: for names that are known only at run time. They are to be of
    /// low cardinality, such as a route or a model; at most 256 bytes are kept.
    pub fn set_name(&self, name: &str) {
        let (seed, number) = self.place;
        let here = on_active(seed, |strand| {
            if strand.is_open(number) {
                strand.rename(number, name);
            }
        });
        if here.is_none() {
            let limit = self.name_length();
            let name = bounded(format_args!("{name}"), limit);
            let bytes = name.len();
            let edit = Edit::new(move |strand, number| strand.rename(number, &name));
            self.write(clock::now(), edit.of(Dropped::default(), bytes));
        }
    }

    /// Adds what `add` makes, an event or a link, and its attributes.
    fn add(
        &self,
        attrs: &[Attr<'_>],
        details: Dropped,
        now: Ticks,
        add: impl FnOnce(&mut Strand, u32) -> Option<u32> + Send + 'static,
    ) {
        let (seed, number) = self.place;
        let mut add = Some(add);
        let here = on_active(seed, |strand| {
            let owner = add.take()?(strand, number)?;
            let lazy = strand.set_plain(owner, attrs);
            lazy.then_some(owner)
        });
        match (here, add) {
            (Some(Some(owner)), _) => set_lazy(seed, owner, attrs),
            (None, Some(add)) => {
                let Some((held, bytes)) = self.hold(attrs) else {
                    return;
                };
                let edit = Edit::new(move |strand, number| {
                    if let Some(owner) = add(strand, number) {
                        held.record(strand, owner);
                    }
                });
                self.write(now, edit.of(details, bytes));
            }
            _ => {}
        }
    }

    /// Tells of a failure, here or by mail; `bytes`: what it takes to tell.
    fn fail(&self, now: Ticks, bytes: usize, tell: impl FnOnce(&mut Strand, u32) + Send + 'static) {
        let (seed, number) = self.place;
        let mut tell = Some(tell);
        on_active(seed, |strand| {
            if let Some(tell) = tell.take() {
                tell(strand, number);
            }
        });
        if let Some(tell) = tell {
            let edit = Edit::new(tell).of(Dropped::default(), bytes);
            self.write(now, edit.failure());
        }
    }

    fn write(&self, at: Ticks, edit: Edit) {
        let (seed, number) = self.place;
        if number != NONE {
            let end = LateEnd::Edited(edit);
            deliver(seed, Late { number, at, end });
        }
    }

    /// Attributes on their way to another strand, and what they hold; `None`: there is no span.
    fn hold(&self, attrs: &[Attr<'_>]) -> Option<(Held, usize)> {
        let limits = &self.segment.as_ref()?.pipeline.limits;
        let held = attrs
            .iter()
            .filter_map(|attr| Some((attr.key, HeldValue::of(attr.value, limits.value_length)?)));
        let held = Held(held.collect());
        let bytes = held.0.iter().map(|(_, value)| value.bytes()).sum();
        Some((held, bytes))
    }

    fn name_length(&self) -> usize {
        let limits = self
            .segment
            .as_ref()
            .map(|segment| &segment.pipeline.limits);
        limits.map_or(0, |limits| limits.name_length)
    }
}

impl From<&SpanHandle> for SpanContext {
    fn from(handle: &SpanHandle) -> Self {
        handle.span_context()
    }
}

fn count(attrs: &[Attr<'_>]) -> u32 {
    u32::try_from(attrs.len()).unwrap_or(u32::MAX)
}

/// Attributes that borrow nothing.
struct Held(Vec<(&'static RawKey, HeldValue)>);

enum HeldValue {
    Bool(bool),
    Int(i64),
    Double(f64),
    Rendered(Rendered),
}

impl Held {
    fn record(self, strand: &mut Strand, owner: u32) {
        for (key, value) in self.0 {
            let value = match value {
                HeldValue::Bool(v) => Value::Bool(v),
                HeldValue::Int(v) => Value::Int(v),
                HeldValue::Double(v) => Value::Double(v),
                HeldValue::Rendered(value) => {
                    strand.set_rendered(owner, key, value);
                    continue;
                }
            };
            strand.set_plain(owner, &[Attr { key, value }]);
        }
    }
}

impl HeldValue {
    fn of(value: Value<'_>, limit: usize) -> Option<Self> {
        Some(match value {
            Value::None => return None,
            Value::Bool(v) => Self::Bool(v),
            Value::Int(v) => Self::Int(v),
            Value::Double(v) => Self::Double(v),
            Value::Str(v) => Self::Rendered(Rendered::Text(bounded(format_args!("{v}"), limit))),
            Value::Parts(parts) => Self::Rendered(Rendered::Text(bounded(
                format_args!("{}", parts.concat()),
                limit,
            ))),
            lazy => Self::Rendered(render(lazy, limit)?),
        })
    }

    fn bytes(&self) -> usize {
        match self {
            Self::Rendered(Rendered::Text(text)) => size_of::<Self>() + text.len(),
            Self::Rendered(Rendered::Array(array)) => {
                size_of::<Self>() + super::attributes::array_bytes(array)
            }
            _ => size_of::<Self>(),
        }
    }
}
