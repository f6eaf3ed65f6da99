//! The form for reading: columns that fit the terminal, and a bar for each span on the trace's own scale.

use opentelemetry::trace::SpanKind;

use super::Waterfall;
use super::detail::{Form, Piece, pieces, told_by_children};
use super::header::Summary;
use super::paint::{Painter, Style};
use super::text::{duration, escape, fit, width, wrap};
use super::tree::{Row, Trace};

const GAP: usize = 2;
const MAX_SERVICE: usize = 20;
const MIN_BAR: usize = 16;
const MAX_BAR: usize = 50;
const MIN_NAME: usize = 16;
/// Lines below a span that a long error or value may take.
const MAX_WRAPPED: usize = 3;

/// Writes one trace.
pub(super) fn write(out: &mut String, trace: &Trace<'_>, options: &Waterfall, paint: &Painter) {
    let summary = Summary::of(trace);
    summary.write(out, trace, true, paint);
    let told = told_by_children(trace.rows.iter().map(|row| row.span));
    let lines = trace.rows.iter().map(|row| {
        let mut pieces = pieces(row.span, Form::Brief(&told), options.filter());
        pieces.extend(summary.reason_of(row.span));
        Line::new(row, pieces)
    });
    let lines: Vec<Line<'_>> = lines.collect();
    let columns = Columns::new(&lines, &summary, options.width);
    for line in &lines {
        line.write(out, &columns, &summary, paint);
    }
}

/// The word for a kind; the ordinary one needs none.
pub(super) fn kind(kind: &SpanKind) -> &'static str {
    match kind {
        SpanKind::Client => "client",
        SpanKind::Server => "server",
        SpanKind::Producer => "producer",
        SpanKind::Consumer => "consumer",
        SpanKind::Internal => "",
    }
}

/// The texts of a row, measured and safe to print.
struct Line<'a> {
    row: &'a Row<'a>,
    name: String,
    /// Stands behind the name, and is never cut.
    mark: String,
    service: String,
    duration: String,
    pieces: Vec<Piece>,
}

/// The columns' widths; a column that would say nothing has none.
struct Columns {
    total: usize,
    name: usize,
    service: usize,
    kind: usize,
    duration: usize,
    bar: usize,
    /// What is left behind the bar.
    detail: usize,
}

impl<'a> Line<'a> {
    fn new(row: &'a Row<'a>, pieces: Vec<Piece>) -> Self {
        Self {
            row,
            name: escape(&row.span.name),
            mark: match row.mark {
                "" => String::new(),
                mark => format!(" {mark}"),
            },
            service: fit(&escape(&row.span.service), MAX_SERVICE),
            duration: duration(row.span.duration_nanos()),
            pieces,
        }
    }

    fn write(&self, out: &mut String, columns: &Columns, summary: &Summary<'_>, paint: &Painter) {
        let span = self.row.span;
        let service = summary.style_of(&span.service);
        let failed = span.is_error();

        paint.put(out, Style::Dim, &self.row.branch);
        let beside_name = width(&self.row.branch) + width(&self.mark);
        let room = columns.name.saturating_sub(beside_name);
        let name = fit(&self.name, room);
        let style = if failed { Style::Error } else { Style::Plain };
        paint.put(out, style, &name);
        paint.put(out, Style::Dim, &self.mark);
        pad(out, room.saturating_sub(width(&name)));
        if columns.service > 0 {
            pad(out, GAP);
            paint.put(out, service, &self.service);
            pad(out, columns.service.saturating_sub(width(&self.service)));
        }
        if columns.kind > 0 {
            pad(out, GAP);
            let kind = kind(&span.kind);
            paint.put(out, Style::Dim, kind);
            pad(out, columns.kind.saturating_sub(kind.len()));
        }
        pad(
            out,
            GAP + columns.duration.saturating_sub(width(&self.duration)),
        );
        paint.put(out, Style::Plain, &self.duration);
        pad(out, GAP);
        let bar = bar(
            span.start_unix_nanos,
            span.end_unix_nanos,
            summary,
            columns.bar,
        );
        let bar = bar.trim_end();
        paint.put(out, if failed { Style::Error } else { service }, bar);

        let padding = columns.bar.saturating_sub(width(bar));
        let rest = self.write_beside(out, padding, columns.detail, paint);
        out.push('\n');
        self.write_below(out, rest, columns.total, paint);
    }

    /// Writes the pieces that fit behind the bar and its padding, and returns the others.
    fn write_beside(
        &self,
        out: &mut String,
        padding: usize,
        columns: usize,
        paint: &Painter,
    ) -> &[Piece] {
        let mut used = 0;
        for (index, piece) in self.pieces.iter().enumerate() {
            let gap = gap_before(index, &self.pieces);
            used += gap + width(&piece.text);
            if used > columns {
                return &self.pieces[index..];
            }
            pad(out, if index == 0 { padding + gap } else { gap });
            paint.put(out, piece.style, &piece.text);
        }
        &[]
    }

    /// Writes what found no place behind the bar on lines of its own, below the name.
    fn write_below(&self, out: &mut String, pieces: &[Piece], total: usize, paint: &Painter) {
        let indent = width(&self.row.below);
        let room = total.saturating_sub(indent).max(MIN_NAME);
        let mut used = usize::MAX;
        for (index, piece) in pieces.iter().enumerate() {
            let gap = gap_before(index, pieces);
            if used.saturating_add(gap + width(&piece.text)) <= room {
                pad(out, gap);
                paint.put(out, piece.style, &piece.text);
                used += gap + width(&piece.text);
                continue;
            }
            for text in wrap(&piece.text, room, MAX_WRAPPED) {
                if used != usize::MAX {
                    out.push('\n');
                }
                paint.put(out, Style::Dim, &self.row.below);
                paint.put(out, piece.style, &text);
                used = width(&text);
            }
        }
        if !pieces.is_empty() {
            out.push('\n');
        }
    }
}

impl Columns {
    fn new(lines: &[Line<'_>], summary: &Summary<'_>, total: usize) -> Self {
        let widest =
            |measure: &dyn Fn(&Line<'_>) -> usize| lines.iter().map(measure).max().unwrap_or(0);
        let service = match summary.has_several_services() {
            true => widest(&|line| width(&line.service)),
            false => 0,
        };
        let kind = widest(&|line| kind(&line.row.span.kind).len());
        let duration = widest(&|line| width(&line.duration));
        let gaps = GAP * (2 + usize::from(service > 0) + usize::from(kind > 0));
        let free = total.saturating_sub(service + kind + duration + gaps);

        let name = widest(&|line| width(&line.row.branch) + width(&line.name) + width(&line.mark));
        let name = name.min(free.saturating_sub(MIN_BAR)).max(MIN_NAME);
        let free = free.saturating_sub(name);
        // Long texts go below their line, so that the bar keeps two fifths of the room.
        let detail = widest(&|line| {
            let gaps = (0..line.pieces.len()).map(|index| gap_before(index, &line.pieces));
            line.pieces
                .iter()
                .map(|piece| width(&piece.text))
                .chain(gaps)
                .sum()
        });
        let bar = free.saturating_sub(detail).max(free * 2 / 5);
        let bar = bar.clamp(MIN_BAR, MAX_BAR);
        Self {
            total,
            name,
            service,
            kind,
            duration,
            bar,
            detail: free.saturating_sub(bar),
        }
    }
}

/// A bar of half cells, at least one of them, where the span lies within the trace.
fn bar(start: u64, end: u64, summary: &Summary<'_>, columns: usize) -> String {
    let halves = 2 * columns as u128;
    let total = u128::from(
        summary
            .end_unix_nanos
            .saturating_sub(summary.start_unix_nanos)
            .max(1),
    );
    let at = |time: u64| u128::from(time.saturating_sub(summary.start_unix_nanos)) * halves;
    let from = (at(start) / total).min(halves - 1);
    let to = ((at(end) + total / 2) / total).max(from + 1);
    let filled = |half: u128| (from..to).contains(&half);
    (0..columns as u128)
        .map(|cell| match (filled(2 * cell), filled(2 * cell + 1)) {
            (true, true) => '━',
            (true, false) => '╸',
            (false, true) => '╺',
            (false, false) => ' ',
        })
        .collect()
}

/// A description follows its error closely.
fn gap_before(index: usize, pieces: &[Piece]) -> usize {
    match pieces[..index].last() {
        Some(before) if before.style == Style::Failed => 1,
        _ => GAP,
    }
}

fn pad(out: &mut String, columns: usize) {
    out.extend(std::iter::repeat_n(' ', columns));
}
