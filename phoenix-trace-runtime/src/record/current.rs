//! The span that runs now: what is recorded on it. Values that need code of the user's are asked for while nothing of the
//! recorder is borrowed, so that they may record, log or panic.

use opentelemetry::trace::SpanContext;

use super::attached;
use super::carry::current_span;
#[cfg(feature = "grpc")]
use super::carry::with_active;
use super::mail::Late;
use super::stored::{EVENT, LINK, NONE, Rendered};
use super::strand::Strand;
use super::told::{self, Told, bounded};
use super::{clock, registry, thread};
use crate::interop::observer;
use crate::key::AttributeType;
use crate::outcome::Failure;
use crate::value::{Attr, Elements, Value};

/// Records attributes on the running span.
pub(crate) fn record(attrs: &[Attr<'_>]) {
    let current = thread::with(|thread| {
        let strand = thread.active.as_mut()?;
        let number = strand.current;
        if number == NONE {
            return Some((strand.seed, NONE));
        }
        let lazy = strand.set_plain(number, attrs);
        lazy.then_some((strand.seed, number))
    });
    match current.flatten() {
        Some((_, NONE)) => current_span().record_all(attrs),
        Some((seed, number)) => set_lazy(seed, number, attrs),
        None => {}
    }
}

/// Adds an event to the running span.
pub(crate) fn event(name: &'static str, attrs: &[Attr<'_>]) {
    let now = clock::now();
    let event = thread::with(|thread| {
        let strand = thread.active.as_mut()?;
        if strand.current == NONE {
            return Some((strand.seed, NONE));
        }
        let owner = strand.event(strand.current, name, now)?;
        let lazy = strand.set_plain(owner, attrs);
        lazy.then_some((strand.seed, owner))
    });
    match event.flatten() {
        Some((_, NONE)) => current_span().add_event(name, attrs),
        Some((seed, owner)) => set_lazy(seed, owner, attrs),
        None => {}
    }
}

/// Links the span that runs now to another one, such as the one that sent a message of a batch. Without a span, and to a
/// span that is none, it does nothing.
///
/// ```
/// use opentelemetry::trace::SpanContext;
/// use phoenix_trace::add_link;
///
/// # let sender = SpanContext::empty_context();
/// add_link(sender, &[]);
/// ```
pub fn add_link(to: impl Into<SpanContext>, attrs: &[Attr<'_>]) {
    current_span().add_link(to, attrs);
}

/// Runs `f` on the running strand if it is the one called `seed`.
#[inline]
pub(super) fn on_active<R>(seed: u64, f: impl FnOnce(&mut Strand) -> R) -> Option<R> {
    thread::with(|thread| match &mut thread.active {
        Some(strand) if strand.seed == seed => Some(f(strand)),
        _ => None,
    })
    .flatten()
}

/// Runs `f` on the strand `seed`, which a guard or a future has entered. That does not run any more, but is hidden, where a context
/// was attached meanwhile and not detached.
#[inline]
pub(super) fn on_entered<R>(seed: u64, f: impl FnOnce(&mut Strand) -> R) -> Option<R> {
    thread::with(|thread| {
        let strand = attached::entered(thread.active.as_deref_mut()?, seed)?;
        (strand.seed == seed).then(|| f(strand))
    })
    .flatten()
}

/// The same on the innermost one that a guard or a future owns.
pub(super) fn on_owned<R>(f: impl FnOnce(&mut Strand) -> R) -> Option<R> {
    const NONE: u64 = 0;
    thread::with(|thread| attached::entered(thread.active.as_deref_mut()?, NONE).map(f)).flatten()
}

/// The same where `f` leaves what was entered, which does not run. What is attached goes on to be current, over what runs then.
#[cold]
pub(super) fn leave_hidden<R>(seed: u64, f: impl FnOnce(&mut Strand) -> R) -> Option<R> {
    if !attached::uncover_to(seed) {
        return None;
    }
    let left = on_active(seed, f);
    observer::look_over();
    left
}

/// Records a failure on the running span.
#[cfg(feature = "grpc")]
pub(crate) fn fail(failure: &Failure<'_>) {
    if let Some((seed, number)) = with_active(|strand| (strand.seed, strand.current)) {
        fail_entered(seed, number, failure);
    }
}

/// Records a failure on a span that was [entered](on_entered).
pub(super) fn fail_entered(seed: u64, number: u32, failure: &Failure<'_>) {
    let told = Told::of(failure);
    on_entered(seed, |strand| {
        strand.fail(number, failure.error_type, &told, true, clock::now())
    });
}

pub(super) fn deliver(seed: u64, late: Late) {
    match registry::find(seed) {
        Some(part) => part.deliver(late),
        // It has joined, and knows nothing of a span that it had no room for.
        None if late.end.is_failure() => {
            if let Some(pipeline) = thread::current_pipeline() {
                pipeline.count_lost_error();
            }
        }
        None => {}
    }
}

/// Records a failure on the first span of the innermost strand that a guard or a future owns.
pub(super) fn fail_owned(failure: &Failure<'_>) {
    if let Some(seed) = on_owned(|strand| strand.seed) {
        fail_entered(seed, 0, failure);
    }
}

/// The values that must be asked for, each bounded in length.
pub(super) fn render_lazy<'a>(
    attrs: &'a [Attr<'a>],
    strand: &Strand,
) -> Vec<(&'a Attr<'a>, Rendered)> {
    let limit = strand.pipeline.limits.value_length;
    attrs
        .iter()
        .filter_map(|attr| Some((attr, render(attr.value, limit)?)))
        .collect()
}

#[inline(never)]
pub(super) fn set_lazy(seed: u64, owner: u32, attrs: &[Attr<'_>]) {
    let now = on_active(seed, |strand| {
        (strand.pipeline.limits.value_length, strand.cuts)
    });
    let Some((limit, cuts)) = now else {
        return;
    };
    for attr in attrs {
        let Some(value) = render(attr.value, limit) else {
            continue;
        };
        on_active(seed, |strand| {
            // The places of events and links are other ones after a cut.
            if owner & (EVENT | LINK) == 0 || strand.cuts == cuts {
                strand.set_rendered(owner, attr.key, value);
            }
        });
    }
}

/// What an array attribute holds at most.
const ELEMENTS: usize = 1024;

pub(super) fn render(value: Value<'_>, limit: usize) -> Option<Rendered> {
    use opentelemetry::{Array, StringValue};
    Some(match value {
        Value::Format(text) => Rendered::Text(bounded(text, limit)),
        Value::Bools(elements) => {
            let mut array = Vec::new();
            visit(elements, &mut |v| match v {
                Value::Bool(v) if array.len() < ELEMENTS => array.push(v),
                _ => {}
            });
            Rendered::Array(Array::Bool(array))
        }
        Value::Ints(elements) => {
            let mut array = Vec::new();
            visit(elements, &mut |v| match v {
                Value::Int(v) if array.len() < ELEMENTS => array.push(v),
                _ => {}
            });
            Rendered::Array(Array::I64(array))
        }
        Value::Doubles(elements) => {
            let mut array = Vec::new();
            visit(elements, &mut |v| match v {
                Value::Double(v) if array.len() < ELEMENTS => array.push(v),
                _ => {}
            });
            Rendered::Array(Array::F64(array))
        }
        Value::Strs(elements) => {
            let mut array = Vec::new();
            visit(elements, &mut |v| {
                if let Value::Str(v) = v
                    && array.len() < ELEMENTS
                {
                    array.push(StringValue::from(bounded(format_args!("{v}"), limit)));
                }
            });
            Rendered::Array(Array::String(array))
        }
        _ => return None,
    })
}

/// Visits elements by code that may panic: what came before stays.
fn visit<T: AttributeType>(elements: &dyn Elements<T>, each: &mut dyn FnMut(Value<'_>)) {
    told::unharmed(|| elements.visit(each));
}
