//! Spans in which nothing differs from run to run: ids count up from one, and times are as many milliseconds after 1970 as
//! there were other times before them.

use std::collections::HashMap;
use std::hash::Hash;
use std::time::{Duration, SystemTime};

use opentelemetry::trace::{SpanContext, SpanId, TraceId};
use opentelemetry_sdk::trace::SpanData;

/// Makes them stable. They are in the order of their times then.
pub(super) fn stable(spans: &mut [SpanData]) {
    spans.sort_by_key(|span| span.start_time);
    let mut times: Vec<SystemTime> = Vec::new();
    for span in &*spans {
        times.extend([span.start_time, span.end_time]);
        times.extend(span.events.events.iter().map(|event| event.timestamp));
    }
    times.sort_unstable();
    times.dedup();
    let time = |of: &mut SystemTime| {
        let rank = times.binary_search(of).unwrap_or_default();
        *of = SystemTime::UNIX_EPOCH + Duration::from_millis(rank as u64);
    };
    let (mut traces, mut ids) = (Numbers::default(), Numbers::default());
    for span in &mut *spans {
        let context = &span.span_context;
        traces.of(context.trace_id());
        ids.of(context.span_id());
        time(&mut span.start_time);
        time(&mut span.end_time);
        (span.events.events)
            .iter_mut()
            .for_each(|event| time(&mut event.timestamp));
    }
    for span in spans {
        if span.parent_span_id != SpanId::INVALID {
            span.parent_span_id = SpanId::from(ids.of(span.parent_span_id));
        }
        let mut numbered = |context: &SpanContext| {
            SpanContext::new(
                TraceId::from(u128::from(traces.of(context.trace_id()))),
                SpanId::from(ids.of(context.span_id())),
                context.trace_flags(),
                context.is_remote(),
                context.trace_state().clone(),
            )
        };
        span.span_context = numbered(&span.span_context);
        for link in &mut span.links.links {
            link.span_context = numbered(&link.span_context);
        }
    }
}

/// Numbers from one on, in the order in which they are asked for.
struct Numbers<T>(HashMap<T, u64>);

impl<T> Default for Numbers<T> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<T: Eq + Hash> Numbers<T> {
    fn of(&mut self, id: T) -> u64 {
        let next = self.0.len() as u64 + 1;
        *self.0.entry(id).or_insert(next)
    }
}
