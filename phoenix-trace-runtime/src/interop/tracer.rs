//! The tracer: which span an API span is started below, and with what.

use opentelemetry::trace::{self, SpanBuilder, SpanContext, TraceContextExt as _};
use opentelemetry::{Context, InstrumentationScope};

use super::attributes::{plain, put_others, restore};
use super::hand::{put_event, put_link};
#[cfg(feature = "tracing")]
use super::made;
use super::provider::{asked_in_vain, is_looked_for};
use super::span::Span;
use super::words::Sites;
use super::{early, identity, observer};
use crate::record::carry::with_active;
use crate::record::clock;
use crate::record::free::{self, Beginning, Parent};
use crate::record::given::Which;
use crate::record::strand::Role;

/// A tracer that records into the segments of the recorder. Its scope is that of the library that asked for it.
///
/// A span is started below the span of the context that it is given, which is the current one unless it is named. The context
/// that an annotated local root attaches stands for the innermost span that runs where it is asked.
#[derive(Clone, Debug)]
pub struct Tracer {
    sites: &'static Sites,
}

impl Tracer {
    pub(super) fn of(scope: InstrumentationScope) -> Self {
        if !is_looked_for() {
            observer::note_use();
        }
        Self {
            sites: Sites::of(scope),
        }
    }
}

impl trace::Tracer for Tracer {
    type Span = Span;

    fn build_with_context(&self, builder: SpanBuilder, parent_cx: &Context) -> Span {
        if parent_cx.is_telemetry_suppressed() {
            asked_in_vain();
            return Span::not_recording(SpanContext::NONE);
        }
        let SpanBuilder {
            span_kind,
            name,
            start_time,
            attributes,
            events,
            links,
            ..
        } = builder;
        let now = clock::now();
        let span = parent_cx.span();
        let root = early::root_in(parent_cx);
        let root = root.as_ref();
        let parent = root.map_or_else(|| span.span_context(), |root| &root.context);
        let reach = identity_of(&span, parent, root);
        let place = match &reach {
            Where::Running => Parent::Running,
            Where::Span(reach) => Parent::Span(reach),
            Where::Elsewhere => Parent::Other(parent),
        };
        // Where what it was taken from is out of reach, at least what that reports to is known.
        let _attached = (root.is_some() && matches!(reach, Where::Elsewhere))
            .then(|| parent_cx.clone().attach());
        let mut attributes = attributes.unwrap_or_default();
        restore(&mut attributes);
        let site = self.sites.site(span_kind.as_ref());
        let plain = plain(&attributes);
        let beginning = Beginning {
            site,
            name: &name,
            attrs: &plain,
            now,
        };
        let others = plain.len() < attributes.len();
        let started = free::start(&beginning, place, |strand, number| {
            if others {
                put_others(strand, number, &attributes);
            }
            if let Some(start) = start_time {
                strand.give_time(number, Which::Start, start);
            }
            for link in links.unwrap_or_default() {
                put_link(strand, number, &link.span_context, link.attributes);
            }
            for event in events.unwrap_or_default() {
                let at = Some(event.timestamp);
                put_event(strand, number, &event.name, at, event.attributes);
            }
        });
        match started {
            Ok(started) => Span::recording(started),
            Err(Some(refused)) => Span::refused(parent.clone(), refused),
            Err(None) => Span::not_recording(parent.clone()),
        }
    }
}

/// Where the span is that another is to be started below.
enum Where {
    Running,
    Span(free::Reach),
    Elsewhere,
}

fn identity_of(
    span: &trace::SpanRef<'_>,
    context: &SpanContext,
    root: Option<&early::Root>,
) -> Where {
    let id = observer::id(context);
    #[cfg(feature = "tracing")]
    if let Some(parent) = made::parent(id) {
        return if parent.runs_here() {
            Where::Running
        } else {
            Where::Span(parent)
        };
    }
    let trace_id = u128::from_be_bytes(context.trace_id().to_bytes());
    let runs = with_active(|strand| {
        strand.role != Role::Scope
            && strand.is_meant_by(id)
            && !(context.is_remote()
                && (strand.context.trace_id != trace_id || strand.has_as_its_own(id)))
    });
    if runs == Some(true) {
        return Where::Running;
    }
    let reach = match root {
        Some(root) => root.reach.clone(),
        None if id == 0 => None,
        None => identity::ask(span),
    };
    match reach {
        Some(reach) => Where::Span(reach),
        None => Where::Elsewhere,
    }
}
