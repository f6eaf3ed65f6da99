//! The service: threads that do nothing but record segments, which are all kept. It ends with its input, and then says its
//! account as JSON.

use std::hint::black_box;
use std::io::{Read as _, stdin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use phoenix_trace::sampling::Sampler;
use phoenix_trace::{Config, Otlp, attribute_keys, traced_operation};
use serde::{Deserialize, Serialize};

use crate::args::Load;

const CHILDREN: i64 = 10;
/// One segment in so many fails.
const FAILS: u64 = 100;

attribute_keys! {
    mod keys {
        /// The number of the child.
        NUMBER: "bench.number" => int,
        /// A text of twelve characters.
        TEXT: "bench.text" => string,
    }
}

/// What the service says at its end.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Account {
    pub(crate) balances: bool,
    pub(crate) ended: u64,
    pub(crate) acknowledged: u64,
    pub(crate) in_doubt: u64,
    pub(crate) segments_kept: u64,
    /// All of it, as a line.
    pub(crate) text: String,
}

#[derive(Debug)]
struct Refused;

#[traced_operation(name = "segment", attributes(keys::NUMBER = CHILDREN, keys::TEXT = text))]
fn segment(text: &str, fails: bool) -> Result<i64, Refused> {
    let sum = (0..CHILDREN).map(|number| child(number, text)).sum();
    if fails { Err(Refused) } else { Ok(sum) }
}

#[traced_operation(attributes(keys::NUMBER = number, keys::TEXT = text))]
fn child(number: i64, text: &str) -> i64 {
    black_box(text);
    black_box(number)
}

pub(crate) fn run(load: &Load) -> Result<(), String> {
    let endpoint = format!("http://{}", load.collector);
    let config = Config::default()
        .service("outage")
        .sampler(Sampler::ratio(1.0))
        .otlp(Otlp::grpc().endpoint(endpoint));
    let telemetry = phoenix_trace::init(config).map_err(|error| error.to_string())?;
    let ends = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..load.threads {
            scope.spawn(|| {
                let mut number = 0_u64;
                while !ends.load(Ordering::Relaxed) {
                    number += 1;
                    let _ = black_box(segment("twelve chars", number.is_multiple_of(FAILS)));
                }
            });
        }
        let ended = stdin().read_to_end(&mut Vec::new());
        ends.store(true, Ordering::Relaxed);
        ended.map_err(|error| error.to_string())
    })?;
    let stats = telemetry.shutdown_within(Duration::from_secs(30));
    let account = Account {
        balances: stats.balances(),
        ended: stats.ended,
        acknowledged: stats.acknowledged,
        in_doubt: stats.in_doubt,
        segments_kept: stats.segments_kept_by_head + stats.segments_kept_by_error,
        text: stats.to_string(),
    };
    let account = serde_json::to_string(&account).map_err(|error| error.to_string())?;
    println!("{account}");
    Ok(())
}
