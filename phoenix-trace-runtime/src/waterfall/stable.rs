//! The form for snapshot tests: nothing that differs from run to run, and no columns, so that one
//! changed span changes one line.

use super::Waterfall;
use super::detail::{Form, pieces};
use super::header::Summary;
use super::layout::kind;
use super::paint::{Painter, Style};
use super::text::escape;
use super::tree::{Row, Trace};

/// Writes one trace.
pub(super) fn write(out: &mut String, trace: &Trace<'_>, options: &Waterfall, paint: &Painter) {
    let summary = Summary::of(trace);
    summary.write(out, trace, false, paint);
    for row in &trace.rows {
        line(out, row, &summary, options, paint);
    }
}

fn line(
    out: &mut String,
    row: &Row<'_>,
    summary: &Summary<'_>,
    options: &Waterfall,
    paint: &Painter,
) {
    let span = row.span;
    paint.put(out, Style::Dim, &row.branch);
    paint.put(out, Style::Plain, &escape(&span.name));
    let mut put = |style, text: &str| {
        if !text.is_empty() {
            paint.put(out, Style::Dim, " · ");
            paint.put(out, style, text);
        }
    };
    if summary.has_several_services() {
        put(summary.style_of(&span.service), &escape(&span.service));
    }
    put(Style::Plain, kind(&span.kind));
    put(Style::Dim, row.mark);
    let pieces = pieces(span, Form::Full, options.filter());
    for piece in pieces.into_iter().chain(summary.reason_of(span)) {
        put(piece.style, &piece.text);
    }
    out.push('\n');
}
