//! A process with a `tracing` subscriber of its own keeps it; the layer in it makes log records of its events. A process of its
//! own, since subscribers are the process's.

use std::io;
use std::sync::{Arc, Mutex};

use phoenix_trace_runtime::{Config, init, layer};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};

/// The levels of the program's own events, as a layer of the program's sees them.
#[derive(Clone, Default)]
struct Seen(Arc<Mutex<Vec<String>>>);

impl<S: tracing::Subscriber> Layer<S> for Seen {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() == module_path!() {
            let level = event.metadata().level().to_string();
            self.0.lock().expect("no panic").push(level);
        }
    }
}

#[test]
fn a_subscriber_of_the_programs_stays_and_its_events_are_logged() {
    let seen = Seen::default();
    let subscriber = tracing_subscriber::registry()
        .with(seen.clone())
        .with(layer());
    tracing::subscriber::set_global_default(subscriber).expect("there is none");
    let config = Config::default().no_exporter().log_writer(io::sink());
    let telemetry = init(config).expect("it starts");
    tracing::info!("for both");
    tracing::debug!("for the program's layer");
    let logs = telemetry.shutdown().logs;
    assert_eq!(*seen.0.lock().expect("no panic"), ["INFO", "DEBUG"]);
    assert_eq!(
        (logs.logged, logs.lines.map(|lines| lines.written)),
        (1, Some(1))
    );
}
