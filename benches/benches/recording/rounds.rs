//! Measurements in, samples out: each measurement in a process of its own, all in turn, for several rounds.

use std::collections::HashMap;

use phoenix_trace_benches::processes::{Server, output, progress};

use crate::args::{Measurement, Options};
use crate::child::{Measured, Sample};

/// What all rounds found about one measurement.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) samples: Vec<Sample>,
    /// Spans that ended.
    pub(crate) ended: u64,
    /// Spans that an exporter took, or the receiver in another process.
    pub(crate) exported: u64,
}

pub(crate) type All = HashMap<Measurement, Found>;

/// Makes every measurement in every round; the order turns around from round to round.
pub(crate) fn measure(measurements: &[Measurement], options: &Options) -> Result<All, String> {
    let mut receiver = None;
    let mut all = All::new();
    let rounds = if options.smoke { 1 } else { options.rounds };
    let milliseconds = if options.smoke { 0 } else { 100 };
    for round in 0..rounds {
        let mut order: Vec<&Measurement> = measurements.iter().collect();
        if round % 2 == 1 {
            order.reverse();
        }
        for (number, measurement) in order.into_iter().enumerate() {
            progress(format_args!(
                "round {} of {rounds}: {} of {}",
                round + 1,
                number + 1,
                measurements.len()
            ));
            let receiver = match &mut receiver {
                _ if !measurement.stack.is_otlp() => None,
                Some(running) => Some(running),
                none => Some(none.insert(Server::start(["--receiver"])?)),
            };
            let measured = one(measurement, milliseconds, receiver)?;
            let found = all.entry(measurement.clone()).or_default();
            found.samples.extend(measured.samples);
            found.ended += measured.ended;
            found.exported += measured.exported;
        }
    }
    progress(format_args!(""));
    Ok(all)
}

fn one(
    measurement: &Measurement,
    milliseconds: u64,
    receiver: Option<&mut Server>,
) -> Result<Measured, String> {
    let Measurement {
        stack,
        shape,
        threads,
    } = measurement;
    let (name, shape) = (stack.to_string(), shape.to_string());
    let (threads, milliseconds) = (threads.to_string(), milliseconds.to_string());
    let mut args = vec!["--stack", &name, "--shape", &shape];
    args.extend(["--threads", &threads, "--milliseconds", &milliseconds]);
    if let Some(receiver) = &receiver {
        args.extend(["--endpoint", receiver.address()]);
    }
    let output = output(args).map_err(|problem| format!("{stack}, {shape}: {problem}"))?;
    let mut measured: Measured =
        serde_json::from_slice(&output).map_err(|error| format!("{stack}, {shape}: {error}"))?;
    if let Some(receiver) = receiver {
        // Those that it has taken since it was asked last.
        measured.exported = receiver.ask()?;
    }
    Ok(measured)
}
