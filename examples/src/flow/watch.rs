//! Traces shown one by one while the platform serves: each when no span of it has come for a moment.

use std::collections::HashMap;
use std::io::{self, Write as _};
use std::time::Duration;

use opentelemetry::trace::TraceId;
use phoenix_trace::testing::OtlpReceiver;
use phoenix_trace::waterfall::Span;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use super::show::Style;

/// How long a trace has to be quiet. The services send what they have more often than that.
const QUIET: Duration = Duration::from_millis(800);

struct Pending {
    spans: Vec<Span>,
    due: Instant,
}

/// Runs until it is dropped, or standard output fails.
pub(crate) async fn show_traces_as_they_arrive(
    receiver: &OtlpReceiver,
    style: Style,
) -> io::Result<()> {
    let (tell, mut arrived) = mpsc::channel(1);
    receiver.on_batch(move |_| {
        // If the channel is full, the news of an arrival waits there already.
        let _ = tell.try_send(());
    });
    let mut pending: HashMap<TraceId, Pending> = HashMap::new();
    loop {
        let now = Instant::now();
        let next = pending.values().map(|trace| trace.due).min();
        tokio::select! {
            Some(()) = arrived.recv() => {}
            () = sleep_until(next.unwrap_or(now)), if next.is_some() => {}
        }
        let now = Instant::now();
        for received in receiver.take_spans() {
            let trace = pending.entry(received.span.trace_id).or_insert(Pending {
                spans: Vec::new(),
                due: now,
            });
            trace.spans.push(received.span);
            trace.due = now + QUIET;
        }
        for (_, trace) in pending.extract_if(|_, trace| trace.due <= now) {
            writeln!(io::stdout(), "{}", style.render(&trace.spans))?;
        }
    }
}
