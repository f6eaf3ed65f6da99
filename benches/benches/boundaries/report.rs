//! Measurements in, the table out.

use phoenix_trace_benches::median;
use serde::Serialize;

use crate::args::{Protocol, Server, Stack};
use crate::headers::Times;
use crate::rounds::{All, Sample};

/// One row; the fields of `--json`.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    name: String,
    #[serde(skip)]
    group: String,
    ours_ns: f64,
    rival: &'static str,
    rival_ns: f64,
    /// Ours ÷ untraced, or rival ÷ ours: the median of the rounds'.
    ratio: f64,
    budget: Option<String>,
    met: Option<bool>,
}

/// Within 3 % of the throughput of a server that nobody traces.
const MOST_TIME: f64 = 1.0 / 0.97;

type Value = fn(&Sample) -> f64;

/// Ours and theirs.
type Pair = fn(&Times) -> [f64; 2];

const VALUES: [(&str, Value, Option<f64>); 4] = [
    ("time per request", |s| s.time, Some(MOST_TIME)),
    ("CPU time of the server per request", |s| s.cpu, None),
    ("latency, p50", |s| s.p50, None),
    ("latency, p99", |s| s.p99, None),
];

pub(crate) fn evaluate(all: &All) -> Vec<Row> {
    let mut rows = Vec::new();
    for protocol in Protocol::ALL {
        let of = |stack| {
            let samples = all.servers.get(&Server { protocol, stack });
            samples.map(Vec::as_slice).unwrap_or_default()
        };
        for (what, value, most) in VALUES {
            let group = format!("{protocol}, {what}");
            let values = |stack| of(stack).iter().map(value).collect::<Vec<_>>();
            let (ours, bare) = (values(Stack::Ours), values(Stack::Bare));
            rows.push(over(&group, &ours, "bare", &bare, most));
            let empty = values(Stack::Empty);
            rows.push(over(&group, &ours, "empty layer", &empty, None));
            let rival = values(Stack::TracingOtel);
            rows.push(under(&group, &ours, "tracing-opentelemetry", &rival));
        }
    }
    let headers: [(&str, Pair); 3] = [
        ("extract from a request without context", |t| t.absent),
        ("extract traceparent, tracestate, baggage", |t| t.extract),
        ("inject traceparent, tracestate, baggage", |t| t.inject),
    ];
    for (group, value) in headers {
        let (ours, theirs): (Vec<f64>, Vec<f64>) = all
            .headers
            .iter()
            .map(value)
            .map(|[ours, theirs]| (ours, theirs))
            .unzip();
        rows.push(under(group, &ours, "opentelemetry_sdk", &theirs));
    }
    rows
}

/// Against a server without tracing: ours ÷ that.
fn over(
    group: &str,
    ours: &[f64],
    untraced: &'static str,
    theirs: &[f64],
    most: Option<f64>,
) -> Row {
    let ratio = median(
        ours.iter()
            .zip(theirs)
            .map(|(ours, theirs)| ours / theirs)
            .collect(),
    );
    Row {
        budget: most.map(|most| format!("≤ {most:.3} ×")),
        met: most.map(|most| ratio <= most),
        ..row(group, ours, untraced, theirs, ratio)
    }
}

/// Against a rival: rival ÷ ours.
fn under(group: &str, ours: &[f64], rival: &'static str, theirs: &[f64]) -> Row {
    let ratio = median(
        ours.iter()
            .zip(theirs)
            .map(|(ours, theirs)| theirs / ours)
            .collect(),
    );
    row(group, ours, rival, theirs, ratio)
}

fn row(group: &str, ours: &[f64], rival: &'static str, theirs: &[f64], ratio: f64) -> Row {
    Row {
        name: format!("{group} vs {rival}"),
        group: group.to_owned(),
        ours_ns: median(ours.to_vec()),
        rival,
        rival_ns: median(theirs.to_vec()),
        ratio,
        budget: None,
        met: None,
    }
}

pub(crate) fn print_json(rows: &[Row]) {
    for row in rows {
        match serde_json::to_string(row) {
            Ok(line) => println!("{line}"),
            Err(error) => eprintln!("{}: {error}", row.name),
        }
    }
}

pub(crate) fn print_table(rows: &[Row], all: &All) {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    println!("{cores} cores, {}", std::env::consts::ARCH);
    println!("requests per second, median of the rounds");
    for protocol in Protocol::ALL {
        for stack in Stack::ALL {
            let samples = all.servers.get(&Server { protocol, stack });
            let times = samples.into_iter().flatten().map(|sample| sample.time);
            println!(
                "{:>10.0}  {protocol}, {stack}",
                1e9 / median(times.collect())
            );
        }
    }
    println!("\nns; ratio: ours ÷ untraced, rival ÷ ours");
    let mut group = "";
    for row in rows {
        if group != row.group {
            group = &row.group;
            println!("\n{group}");
        }
        let budget = row.budget.as_deref().unwrap_or_default();
        let met = match row.met {
            Some(true) => "met",
            Some(false) => "MISSED",
            None => "",
        };
        let line = format!(
            "{:>10.1}  {:<22}{:>10.1}{:>10.3}  {budget:<10}  {met}",
            row.ours_ns, row.rival, row.rival_ns, row.ratio
        );
        println!("{}", line.trim_end());
    }
}

/// Every row must have been measured.
pub(crate) fn check(rows: &[Row]) -> Result<(), String> {
    let measured = |row: &&Row| !(row.ratio.is_finite() && row.ratio > 0.0);
    match rows.iter().find(measured) {
        Some(row) => Err(format!("`{}` was not measured", row.name)),
        None => Ok(()),
    }
}
