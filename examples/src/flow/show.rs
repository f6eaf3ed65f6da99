//! One request as it is shown: what was asked, what came back, and its trace as a waterfall.

use std::fmt::Write as _;
use std::io::{self, IsTerminal as _};

use phoenix_trace::waterfall::{Span, Waterfall};

use super::client::{Exchange, Outcome};
use super::trace_store::{Expect, TraceStore};
use super::workload::Case;
use crate::cli::Options;

/// A case and what became of it.
pub(crate) struct Shown {
    pub(crate) number: u32,
    pub(crate) case: Case,
    pub(crate) exchange: Exchange,
}

/// How waterfalls are drawn.
#[derive(Clone, Copy)]
pub(crate) struct Style {
    colour: bool,
    width: usize,
    stable: bool,
}

impl Style {
    pub(crate) fn of(options: &Options) -> Self {
        Self {
            colour: io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none(),
            width: width(),
            stable: options.stable,
        }
    }

    pub(crate) fn render(self, spans: &[Span]) -> String {
        Waterfall::new()
            .colour(self.colour)
            .width(self.width)
            .times(!self.stable)
            .render(spans)
    }
}

/// The columns of the terminal, or what fits a page.
fn width() -> usize {
    let columns = rustix::termios::tcgetwinsize(io::stdout()).map(|size| size.ws_col);
    match columns {
        Ok(columns) if columns > 0 => usize::from(columns),
        _ => 120,
    }
}

impl Shown {
    pub(crate) fn print(&self, store: &TraceStore, style: Style) -> String {
        let Self {
            number,
            case,
            exchange,
        } = self;
        let mut text = format!("── {number} · {}\n\n", case.title);
        let _ = writeln!(
            text,
            "request         POST {} {}",
            exchange.ask.path(),
            exchange.ask.body()
        );
        let kind = match exchange.outcome {
            Outcome::Failed { .. } => "error",
            _ => "answer",
        };
        let _ = writeln!(text, "{kind:<15} {}", exchange.outcome);
        if !style.stable {
            let _ = writeln!(
                text,
                "time            {:.1} ms",
                exchange.latency.as_secs_f64() * 1e3
            );
            let _ = writeln!(text, "correlation id  {}", exchange.correlation_id);
        }
        text.push('\n');
        for trace in store.of_request(&exchange.correlation_id) {
            text.push_str(&style.render(&trace.spans));
            text.push('\n');
        }
        text
    }

    /// What is wrong with the request or its trace.
    pub(crate) fn problems(&self, store: &TraceStore, expect: Expect) -> Vec<String> {
        let mut problems = Vec::new();
        let title = self.case.title;
        let id = self.exchange.correlation_id.as_str();
        let traces = store.of_request(id);
        if traces.len() > 1 || (traces.is_empty() && expect == Expect::EverySegment) {
            problems.push(format!("{title}: {} traces instead of one", traces.len()));
        }
        if !traces.iter().all(|trace| trace.is_connected(expect)) {
            problems.push(format!("{title}: the trace is torn"));
        }
        let answered = self.exchange.answered_id.as_deref() == Some(id);
        if !answered || !traces.iter().all(|trace| trace.is_correlated(id)) {
            problems.push(format!("{title}: not one correlation id in every process"));
        }
        let failed = matches!(self.exchange.outcome, Outcome::Failed { .. });
        match (failed, self.case.fails) {
            (true, false) => problems.push(format!("{title}: the request failed")),
            (false, true) => problems.push(format!(
                "{title}: the request was answered, but had to fail"
            )),
            _ => {}
        }
        problems
    }
}
