//! The launcher: starts the platform and a receiver for its spans, sends requests, stops all, and shows what arrived.
//! However it ends, by itself, by a service's death or by Ctrl-C, the processes are stopped in order.

pub(crate) mod account;
mod client;
mod forward;
pub(crate) mod health;
mod load_report;
mod measured;
mod platform;
mod process;
mod rates;
mod show;
mod trace_store;
mod watch;
mod workload;

use std::env;
use std::error::Error;
use std::io::{self, Write as _};
use std::pin::pin;
use std::process::ExitCode;
use std::time::Instant;

use phoenix_trace::testing::OtlpReceiver;
use phoenix_trace::{Config, Otlp};
use tokio::runtime::Runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};

use self::client::{Ask, GatewayClient};
use self::forward::Forwarder;
use self::load_report::{LoadReport, lost_spans};
use self::measured::Measured;
use self::platform::{Platform, Settings, Stopped};
use self::show::{Shown, Style};
use self::trace_store::{Expect, TraceStore};
use self::workload::Case;
use crate::cli::{Environment, Options};

type BoxError = Box<dyn Error + Send + Sync>;

/// What was done while the platform ran.
enum Done {
    Shown(Vec<Shown>),
    Load(Vec<client::Exchange>, Instant),
    Served,
}

pub(crate) fn run(options: Options) -> ExitCode {
    if options.check {
        return check(&options);
    }
    let result = Runtime::new()
        .map_err(BoxError::from)
        .and_then(|runtime| runtime.block_on(run_until_interrupted(&options)));
    result.unwrap_or_else(|error| {
        let _ = writeln!(io::stderr(), "request-flow: {error}");
        ExitCode::FAILURE
    })
}

/// Tells whether spans would arrive, for when none do.
fn check(options: &Options) -> ExitCode {
    let mut config = Config::from_env();
    if let Some(collector) = &options.otlp {
        config = config.otlp(Otlp::grpc().endpoint(collector));
    }
    let check = config.check();
    let _ = write!(io::stdout(), "{check}");
    ExitCode::from(u8::from(!check.is_ok()))
}

async fn run_until_interrupted(options: &Options) -> Result<ExitCode, BoxError> {
    let mut interrupts = Interrupts::new()?;
    let receiver = OtlpReceiver::start()?;
    let forwarder = match &options.otlp {
        Some(collector) => Some(Forwarder::start(&receiver, collector)?),
        None => None,
    };
    let collector = receiver.grpc_endpoint();
    let settings = Settings {
        environment: options.environment,
        collector: &collector,
        gateway_port: options.port,
        llm_url: env::var("LLM_URL").ok().filter(|url| !url.is_empty()),
    };
    let mut starting = pin!(Platform::start(&settings));
    let platform = tokio::select! {
        platform = &mut starting => platform?,
        () = interrupts.next() => {
            // What has been started is stopped in order; a second Ctrl-C does not wait for that.
            let stopping = async {
                if let Ok(platform) = starting.await {
                    platform.stop().await;
                }
            };
            tokio::select! {
                () = stopping => {}
                () = interrupts.next() => {}
            }
            return Ok(interrupted());
        }
    };
    let done = tokio::select! {
        done = work(options, &platform, &receiver) => done.map(Some),
        () = interrupts.next() => Ok(None),
        death = platform.died() => Err(death.into()),
    };
    // A second Ctrl-C does not wait: what still runs is killed as the runtime ends.
    let stopped = tokio::select! {
        stopped = platform.stop() => stopped,
        () = interrupts.next() => return Ok(interrupted()),
    };
    let forwarded = match forwarder {
        Some(forwarder) => forwarder.finish().await,
        None => Ok(()),
    };
    let Some(done) = done? else {
        return Ok(match options.serve {
            true => ExitCode::SUCCESS,
            false => interrupted(),
        });
    };
    let all_is_well = report(options, &done, &receiver, &stopped)?;
    forwarded?;
    Ok(ExitCode::from(u8::from(!all_is_well)))
}

/// Sends what the options ask for.
async fn work(
    options: &Options,
    platform: &Platform,
    receiver: &OtlpReceiver,
) -> Result<Done, BoxError> {
    let address = platform.gateway().ok_or("the gateway has no address")?;
    let gateway = GatewayClient::new(address);
    // A name of its own in each run, unless runs are to be compared.
    let run = match options.stable {
        true => "flow".to_owned(),
        false => format!("flow-{}", std::process::id()),
    };
    if options.serve {
        say(&format!(
            "The gateway listens on http://{address}; Ctrl-C ends. Ask it, for example:\n\
             curl -s http://{address}/v1/ask -H 'content-type: application/json' \
             -d '{{\"question\": \"What is a span?\"}}'\n"
        ))?;
        watch::show_traces_as_they_arrive(receiver, Style::of(options)).await?;
        return Ok(Done::Served);
    }
    if let Some(requests) = options.requests {
        let start = Instant::now();
        let name = move |index| format!("{run}-{index}");
        let exchanges = workload::load(&gateway, requests, options.concurrency, name).await;
        return Ok(Done::Load(exchanges, start));
    }
    let cases = match &options.ask {
        Some(question) => vec![Case {
            title: "your question",
            ask: Ask::Whole(question.clone()),
            lock_database: false,
            fails: false,
        }],
        None => workload::cases(),
    };
    let mut shown = Vec::new();
    for (case, number) in cases.into_iter().zip(1..) {
        let id = format!("{run}-{number}");
        let exchange = workload::send_case(&gateway, &platform.database(), &case, id).await?;
        shown.push(Shown {
            number,
            case,
            exchange,
        });
    }
    Ok(Done::Shown(shown))
}

/// Prints the result. True if nothing is wrong.
fn report(
    options: &Options,
    done: &Done,
    receiver: &OtlpReceiver,
    stopped: &Stopped,
) -> Result<bool, BoxError> {
    let mut store = TraceStore::default();
    for received in receiver.take_spans() {
        store.add(received.span);
    }
    let expect = match options.environment.keeps_everything() {
        true if env::var_os("OTEL_TRACES_SAMPLER").is_none() => Expect::EverySegment,
        _ => Expect::KeptSegments,
    };
    match done {
        Done::Served => Ok(true),
        Done::Load(exchanges, start) => {
            let measured = Measured::of(&receiver.points());
            let elapsed = start.elapsed();
            let mut report = LoadReport::new(exchanges, &store, measured, stopped, expect, elapsed);
            if has_rates_of_production(options) {
                report.check_rates();
            }
            match options.json {
                true => say(&format!("{}\n", serde_json::to_string(&report)?))?,
                false => say(&report.to_string())?,
            }
            Ok(report.problems.is_empty())
        }
        Done::Shown(shown) => {
            let style = Style::of(options);
            let mut problems = Vec::new();
            for shown in shown {
                say(&shown.print(&store, style))?;
                problems.extend(shown.problems(&store, expect));
            }
            problems.extend(lost_spans(&store, stopped).1);
            for problem in &problems {
                say(&format!("check failed: {problem}\n"))?;
            }
            Ok(problems.is_empty())
        }
    }
}

/// Do the services keep what the platform's preset says?
fn has_rates_of_production(options: &Options) -> bool {
    let is_other = |name| env::var_os(name).is_some();
    options.environment == Environment::Production
        && !is_other("OTEL_TRACES_SAMPLER")
        && !is_other("OTEL_CONFIG_FILE")
}

/// Ctrl-C, or SIGTERM from whoever started us.
struct Interrupts {
    interrupt: Signal,
    terminate: Signal,
}

impl Interrupts {
    fn new() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

fn interrupted() -> ExitCode {
    let _ = writeln!(io::stderr(), "request-flow: interrupted");
    ExitCode::from(130)
}

/// Prints; a reader that has closed our output ends the program with an error instead of a panic.
fn say(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()
}
