//! Spans in any order in, one trace's rows in reading order out: every span exactly once, whatever
//! its parent says, and without recursion, since a trace may be 100 000 spans deep.

use std::collections::HashMap;

use opentelemetry::trace::{SpanId, TraceId};

use super::span::Span;

/// The spans of one trace, parents before their children.
pub(super) struct Trace<'a> {
    pub(super) id: TraceId,
    pub(super) rows: Vec<Row<'a>>,
}

/// A span and its place in the tree.
pub(super) struct Row<'a> {
    pub(super) span: &'a Span,
    /// The lines that lead to the span's name.
    pub(super) branch: String,
    /// The lines that pass below the span's name, on its left.
    pub(super) below: String,
    /// Why a span stands at the top level although it has a parent.
    pub(super) mark: &'static str,
}

/// Groups spans by trace, the earliest trace first.
///
/// Below `max_levels` the lines of the tree give way to the depth as a number, which keeps the
/// output proportional to the number of spans.
pub(super) fn traces(spans: &[Span], max_levels: usize) -> Vec<Trace<'_>> {
    let mut by_trace: HashMap<TraceId, Vec<&Span>> = HashMap::new();
    for span in spans {
        by_trace.entry(span.trace_id).or_default().push(span);
    }
    let mut traces: Vec<_> = by_trace
        .into_iter()
        .map(|(id, mut spans)| {
            // Sorted once, every list of siblings is in order.
            spans.sort_by(|a, b| (a.start_unix_nanos, &a.name).cmp(&(b.start_unix_nanos, &b.name)));
            let rows = Walk::new(&spans, max_levels).rows();
            Trace { id, rows }
        })
        .collect();
    traces.sort_by_key(|trace| {
        let first = trace
            .rows
            .first()
            .map(|row| (row.span.start_unix_nanos, &row.span.name));
        (first, trace.id.to_bytes())
    });
    traces
}

struct Walk<'s, 'a> {
    spans: &'s [&'a Span],
    children: Vec<Vec<usize>>,
    placed: Vec<bool>,
    rows: Vec<Row<'a>>,
    max_levels: usize,
}

impl<'s, 'a> Walk<'s, 'a> {
    fn new(spans: &'s [&'a Span], max_levels: usize) -> Self {
        Self {
            spans,
            children: vec![Vec::new(); spans.len()],
            placed: vec![false; spans.len()],
            rows: Vec::with_capacity(spans.len()),
            max_levels,
        }
    }

    fn rows(mut self) -> Vec<Row<'a>> {
        let mut by_id: HashMap<SpanId, usize> = HashMap::with_capacity(self.spans.len());
        for (index, span) in self.spans.iter().enumerate() {
            by_id.entry(span.span_id).or_insert(index);
        }
        let mut roots = Vec::new();
        for (index, span) in self.spans.iter().enumerate() {
            match span.parent_span_id.map(|parent| by_id.get(&parent)) {
                Some(Some(&parent)) => self.children[parent].push(index),
                Some(None) => roots.push((index, "(parent missing)")),
                None => roots.push((index, "")),
            }
        }
        for (root, mark) in roots {
            self.place(root, mark);
        }
        // What no root leads to are spans that are their own ancestors.
        for index in 0..self.spans.len() {
            if !self.placed[index] {
                self.place(index, "(parent cycle)");
            }
        }
        self.rows
    }

    /// Appends the rows of a root and all below it.
    fn place(&mut self, root: usize, mark: &'static str) {
        self.placed[root] = true;
        // For each level above the current one: whether its line goes on, to a later sibling.
        let mut open: Vec<bool> = Vec::new();
        let mut stack = vec![(root, 0, true)];
        while let Some((index, depth, last)) = stack.pop() {
            open.truncate(depth);
            let mut children = std::mem::take(&mut self.children[index]);
            children.retain(|&child| !std::mem::replace(&mut self.placed[child], true));
            let (branch, below) = self.lines(&open, last, !children.is_empty());
            self.rows.push(Row {
                span: self.spans[index],
                branch,
                below,
                mark: if depth == 0 { mark } else { "" },
            });
            open.push(!last);
            let youngest = children.last().copied();
            let below = children.iter().rev();
            stack.extend(below.map(|&child| (child, depth + 1, Some(child) == youngest)));
        }
    }

    /// The lines before a name and those below it. The root, at depth 0, has no line of its own.
    fn lines(&self, open: &[bool], last: bool, has_children: bool) -> (String, String) {
        let depth = open.len();
        let stem = if has_children { "│ " } else { "  " };
        if depth == 0 {
            return (String::new(), stem.to_owned());
        }
        let corner = if last { "└╴" } else { "├╴" };
        if depth > self.max_levels {
            let number = format!("⋯{depth} ");
            let below = " ".repeat(number.chars().count() + 4);
            return (format!("{number}{corner}"), below);
        }
        let above: String = open[1..]
            .iter()
            .map(|open| if *open { "│ " } else { "  " })
            .collect();
        let own = if last { "  " } else { "│ " };
        (format!("{above}{corner}"), format!("{above}{own}{stem}"))
    }
}
