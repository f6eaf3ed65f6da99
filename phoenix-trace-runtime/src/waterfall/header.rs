//! The line above a trace: what it is, how long it took, who took part, and why it was kept.

use std::collections::HashMap;

use super::detail::{CORRELATION_ID, Piece, REASON, dim};
use super::paint::{Painter, Style};
use super::span::{AttributeValue, Span};
use super::text::{duration, escape};
use super::tree::Trace;

/// What is common to the lines of a trace.
pub(super) struct Summary<'a> {
    /// Numbered in the order of their first lines.
    services: HashMap<&'a str, usize>,
    pub(super) start_unix_nanos: u64,
    pub(super) end_unix_nanos: u64,
    errors: usize,
    /// The reasons of all local roots, each once.
    reasons: Vec<String>,
    /// Whether local roots were kept for different reasons.
    mixed: bool,
    correlation_id: Option<String>,
}

impl<'a> Summary<'a> {
    pub(super) fn of(trace: &Trace<'a>) -> Self {
        let mut summary = Self {
            services: HashMap::new(),
            start_unix_nanos: u64::MAX,
            end_unix_nanos: 0,
            errors: 0,
            reasons: Vec::new(),
            mixed: false,
            correlation_id: None,
        };
        for span in trace.rows.iter().map(|row| row.span) {
            let number = summary.services.len();
            summary.services.entry(&span.service).or_insert(number);
            summary.start_unix_nanos = summary.start_unix_nanos.min(span.start_unix_nanos);
            summary.end_unix_nanos = summary.end_unix_nanos.max(span.end_unix_nanos);
            summary.errors += usize::from(span.is_error());
            let reasons = span.attribute(REASON).map(words).unwrap_or_default();
            summary.mixed |=
                !(reasons.is_empty() || summary.reasons.is_empty()) && summary.reasons != reasons;
            for reason in reasons {
                if !summary.reasons.contains(&reason) {
                    summary.reasons.push(reason);
                }
            }
            if summary.correlation_id.is_none() {
                let id = span
                    .attribute(CORRELATION_ID)
                    .map(AttributeValue::to_string);
                summary.correlation_id = id.filter(|id| *id != trace.id.to_string());
            }
        }
        summary
    }

    /// Whether a line has to say which service it is about.
    pub(super) fn has_several_services(&self) -> bool {
        self.services.len() > 1
    }

    /// The colour of a service.
    pub(super) fn style_of(&self, service: &str) -> Style {
        Style::Service(self.services.get(service).copied().unwrap_or(0))
    }

    /// Why a span's segment was kept, where the header alone does not tell.
    pub(super) fn reason_of(&self, span: &Span) -> Option<Piece> {
        let reasons = words(span.attribute(REASON).filter(|_| self.mixed)?);
        Some(dim(format!("kept: {}", reasons.join(", "))))
    }

    /// Writes the header; without `times` it leaves out what differs from run to run.
    pub(super) fn write(&self, out: &mut String, trace: &Trace<'_>, times: bool, paint: &Painter) {
        paint.put(out, Style::Bold, "trace");
        let mut put = |style, text: &str| {
            paint.put(out, Style::Dim, " · ");
            paint.put(out, style, text);
        };
        if times {
            put(Style::Bold, &trace.id.to_string());
            let total = self.end_unix_nanos.saturating_sub(self.start_unix_nanos);
            put(Style::Bold, &duration(total));
        }
        if self.has_several_services() {
            put(Style::Plain, &counted(self.services.len(), "service"));
        } else {
            self.services
                .keys()
                .for_each(|service| put(Style::Service(0), &escape(service)));
        }
        put(Style::Plain, &counted(trace.rows.len(), "span"));
        if self.errors > 0 {
            put(Style::Failed, &counted(self.errors, "error"));
        }
        if !self.reasons.is_empty() {
            put(Style::Plain, &format!("kept: {}", self.reasons.join(", ")));
        }
        if let Some(id) = self.correlation_id.as_ref().filter(|_| times) {
            put(Style::Dim, &format!("correlation {}", escape(id)));
        }
        out.push('\n');
    }
}

fn words(value: &AttributeValue) -> Vec<String> {
    match value {
        AttributeValue::Array(values) => values.iter().map(|v| escape(&v.to_string())).collect(),
        value => vec![escape(&value.to_string())],
    }
}

fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}
