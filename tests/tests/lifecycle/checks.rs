//! What is checked: the receiver has what the program has recorded, and the program ended as it should.

use std::net::TcpListener;
use std::os::unix::process::ExitStatusExt as _;
use std::process::Command;
use std::thread;
use std::time::Duration;

use opentelemetry::trace::Status;
use phoenix_trace::testing::{Fault, OtlpReceiver};
use rustix::process::Signal;

use super::child::{Ended, Program};
use super::compiled;

/// SIGTERM's number on top of 128.
const TERMINATED: i32 = 143;
/// How long a shutdown takes at most with no segment open: its deadline.
const DEADLINE: Duration = phoenix_trace::FLUSH_DEADLINE;
/// How much later than that the process may be gone.
const SLACK: Duration = Duration::from_millis(200);
/// How often what ends late is tried again, since a machine that has other things to do makes it later than it is.
const TRIES: usize = 3;

pub(crate) fn all() {
    let runs = std::env::var("PHOENIX_TRACE_TEST_RUNS").ok();
    let runs = runs.map_or(100, |runs| runs.parse().expect("a number of runs"));
    nothing_is_lost_under_load(runs);
    // Each waits for processes more than it works.
    thread::scope(|scope| {
        scope.spawn(every_way_to_end_sends_everything);
        scope.spawn(what_comes_back_in_time_is_sent);
        scope.spawn(no_line_is_lost_at_shutdown);
        scope.spawn(a_panic_that_aborts_sends_everything);
        scope.spawn(a_program_may_have_its_own_subscriber);
        scope.spawn(a_process_is_initialised_once);
        scope.spawn(a_dead_collector_holds_nobody_up);
        scope.spawn(a_second_signal_does_not_wait);
        scope.spawn(telemetry_that_is_gone_leaves_nothing_behind);
        scope.spawn(a_strict_configuration_stops_the_program);
        scope.spawn(the_effective_configuration_is_shown);
    });
}

fn receiver() -> OtlpReceiver {
    OtlpReceiver::start().expect("a receiver")
}

fn run(name: &str, endpoint: &str) -> Program {
    Program::start(name, &[("OTEL_COLLECTOR_ENDPOINT", endpoint)])
}

/// The program has counted what it has done, and all of it has arrived.
#[track_caller]
fn check_all_arrived(name: &str, ended: &Ended, receiver: &OtlpReceiver) {
    let arrived = receiver.spans().len();
    let expected =
        format!("operations {arrived} ended {arrived} acknowledged {arrived} balances true");
    assert_eq!(ended.account, expected, "{name}: {ended:?}");
    assert!(arrived > 0, "{name}: {ended:?}");
}

/// Killed in the middle of work, again and again, on every kind of runtime.
fn nothing_is_lost_under_load(runs: usize) {
    const AT_ONCE: usize = 5;
    let kinds = [
        "multi_thread",
        "current_thread",
        "synchronous",
        "manual_awaits",
        "initialised",
    ];
    let all: Vec<usize> = (0..runs).collect();
    for batch in all.chunks(AT_ONCE) {
        thread::scope(|scope| {
            for number in batch {
                let name = kinds[number % kinds.len()];
                scope.spawn(move || {
                    let receiver = receiver();
                    let program = run(name, &receiver.grpc_endpoint()).wait_until_ready();
                    // At another moment of its work each time.
                    thread::sleep(Duration::from_millis(*number as u64 % 7 * 3));
                    let ended = program.terminate();
                    assert_eq!(ended.status.code(), Some(0), "{name}: {ended:?}");
                    check_all_arrived(name, &ended, &receiver);
                });
            }
        });
    }
    println!("{runs} of {runs} programs that were killed under load lost nothing");
}

fn every_way_to_end_sends_everything() {
    for (name, code) in [("without", 3), ("panic", 101), ("returns", 1)] {
        let receiver = receiver();
        let ended = run(name, &receiver.grpc_endpoint()).wait();
        assert_eq!(ended.status.code(), Some(code), "{name}: {ended:?}");
        assert_eq!(receiver.spans().len(), 100, "{name}: {ended:?}");
    }
    // These end without a word.
    for (name, signal) in [
        ("never", Signal::TERM),
        ("never", Signal::INT),
        ("never_synchronous", Signal::TERM),
    ] {
        let receiver = receiver();
        let program = run(name, &receiver.grpc_endpoint()).wait_until_ready();
        program.signal(signal);
        let ended = program.wait();
        let code = Some(128 + signal.as_raw());
        assert_eq!(ended.status.code(), code, "{name}: {ended:?}");
        assert_eq!(receiver.spans().len(), 100, "{name}: {ended:?}");
    }
    let to_exit = receiver();
    let ended = run("exit", &to_exit.grpc_endpoint()).wait();
    assert_eq!(ended.status.code(), Some(7), "{ended:?}");
    assert_eq!(
        to_exit.spans().len(),
        102,
        "with those around the exit: {ended:?}"
    );
    let off = Program::start("exit", &[("OTEL_SDK_DISABLED", "true")]).wait();
    assert_eq!(off.status.code(), Some(7), "{off:?}");
    assert!(off.account.contains("it exits"), "its last line: {off:?}");
    let to_manual = receiver();
    let program = run("manual", &to_manual.grpc_endpoint()).wait_until_ready();
    let ended = program.terminate();
    assert_eq!(ended.status.code(), Some(9), "{ended:?}");
    check_all_arrived("manual", &ended, &to_manual);
    assert_eq!(
        to_manual.spans().len(),
        101,
        "with the one after the signal"
    );
}

fn what_comes_back_in_time_is_sent() {
    let receiver = receiver();
    let program = run("comes_back", &receiver.grpc_endpoint()).wait_until_ready();
    let ended = program.terminate();
    assert_eq!(ended.status.code(), Some(0), "{ended:?}");
    check_all_arrived("comes_back", &ended, &receiver);
}

fn no_line_is_lost_at_shutdown() {
    let ended = Program::start("late_lines", &[("OTEL_TRACES_EXPORTER", "none")]).wait();
    assert_eq!(ended.status.code(), Some(0), "{ended:?}");
    let lines = ended.account.lines().filter(|line| line.starts_with('{'));
    let message = |line: &str| {
        Some(
            line.split_once("\"message\":\"")?
                .1
                .split('"')
                .next()?
                .to_owned(),
        )
    };
    let messages: Vec<_> = lines.filter_map(message).collect();
    assert_eq!(messages, ["before", "after", "elsewhere"], "{ended:?}");
}

/// In a task, whose panic nobody catches there. What runs fails by it.
fn a_panic_that_aborts_sends_everything() {
    const ABORTED: i32 = 6;
    let receiver = receiver();
    let program = compiled::with_abort("tests/lifecycle/aborts.rs");
    let vars = [("OTEL_COLLECTOR_ENDPOINT", &*receiver.grpc_endpoint())];
    let ended = Program::run(&mut Command::new(&program), &vars).wait();
    assert_eq!(ended.status.signal(), Some(ABORTED), "{ended:?}");
    let spans = receiver.spans();
    assert_eq!(spans.len(), 102, "{ended:?}");
    let failed: Vec<String> = spans
        .iter()
        .filter_map(|received| match &received.span.status {
            Status::Error { description } => Some(format!("{}: {description}", received.span.name)),
            Status::Unset | Status::Ok => None,
        })
        .collect();
    assert_eq!(failed, ["fail: the end"]);
    // A collector that is dead holds up no crash for longer than a flush takes.
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let endpoint = format!("http://{}", silent.local_addr().expect("an address"));
    let vars = [("OTEL_COLLECTOR_ENDPOINT", &*endpoint)];
    ends_in_time("a panic that aborts", || {
        let ended = Program::run(&mut Command::new(&program), &vars).wait();
        assert_eq!(ended.status.signal(), Some(ABORTED), "{ended:?}");
        ended
    });
    std::fs::remove_file(program).expect("it was compiled");
}

/// With `subscriber = "manual"`; without it, the panic is told with its remedy.
fn a_program_may_have_its_own_subscriber() {
    let ended = Program::start("own_subscriber", &[("OTEL_TRACES_EXPORTER", "none")]).wait();
    assert_eq!(ended.status.code(), Some(0), "{ended:?}");
    assert!(ended.account.contains("by its own"), "{ended:?}");
    let ended = Program::start("second_subscriber", &[("OTEL_TRACES_EXPORTER", "none")]).wait();
    assert_eq!(ended.status.code(), Some(101), "{ended:?}");
    assert!(
        ended
            .stderr
            .contains("by `#[phoenix_main(subscriber = \"manual\")]` or `Config::no_subscriber`"),
        "{ended:?}"
    );
}

fn a_process_is_initialised_once() {
    for vars in [
        [("OTEL_TRACES_EXPORTER", "none")],
        [("OTEL_SDK_DISABLED", "true")],
    ] {
        let ended = Program::start("twice", &vars).wait();
        assert_eq!(ended.status.code(), Some(0), "{ended:?}");
    }
}

/// The fastest of several runs: what it takes longer than the others is the machine's.
fn ends_in_time(what: &str, run: impl Fn() -> Ended) {
    let mut all = Vec::new();
    while all.len() < TRIES {
        let ended = run();
        if ended.took <= DEADLINE + SLACK {
            println!("{what}: ended after {:?}", ended.took);
            return;
        }
        all.push(ended);
    }
    panic!("{what}: {all:?}");
}

/// One that nobody answers at, one that takes requests and never answers, one that refuses connections; and a standard output
/// that nobody reads.
fn a_dead_collector_holds_nobody_up() {
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let hanging = receiver();
    hanging.respond_with(Fault::Hang);
    let closed = TcpListener::bind("127.0.0.1:0").expect("a port");
    let nobody = closed.local_addr().expect("an address");
    drop(closed);
    let silent_at = silent.local_addr().expect("an address");
    let silent_at = format!("http://{silent_at}");
    let hanging_at = hanging.grpc_endpoint();
    let nobody_at = format!("http://{nobody}");
    let check = |what: &str, name: &str, endpoint: &str, code: i32| {
        ends_in_time(what, || {
            let ended = run(name, endpoint).wait_until_ready().terminate();
            assert_eq!(ended.status.code(), Some(code), "{ended:?}");
            ended
        });
    };
    thread::scope(|scope| {
        for (what, name, endpoint, code) in [
            (
                "a collector that is silent",
                "never",
                &silent_at,
                TERMINATED,
            ),
            ("a collector that hangs", "never", &hanging_at, TERMINATED),
            ("no collector", "never", &nobody_at, TERMINATED),
            ("lines that nobody takes", "unread", &silent_at, TERMINATED),
            (
                "a blocking task that is left over",
                "left_over",
                &silent_at,
                0,
            ),
        ] {
            scope.spawn(move || check(what, name, endpoint, code));
        }
    });
}

fn a_second_signal_does_not_wait() {
    let hanging = receiver();
    hanging.respond_with(Fault::Hang);
    let program = run("never", &hanging.grpc_endpoint()).wait_until_ready();
    program.signal(Signal::TERM);
    let flushing = hanging.wait_for_requests(Duration::from_secs(10), 1);
    flushing.expect("it flushes");
    let ended = program.terminate();
    assert_eq!(ended.status.code(), Some(TERMINATED), "{ended:?}");
    assert!(ended.took < DEADLINE / 2, "{ended:?}");
    // Nobody listens: the system does what it does by default.
    let manual = Program::start(
        "never",
        &[
            ("PHOENIX_TRACE_SHUTDOWN", "manual"),
            ("OTEL_TRACES_EXPORTER", "none"),
        ],
    );
    let ended = manual.wait_until_ready().terminate();
    assert_eq!(ended.status.signal(), Some(15), "{ended:?}");
    // It only awaits the first one.
    let deaf = Program::start("deaf", &[("OTEL_TRACES_EXPORTER", "none")]).wait_until_ready();
    deaf.signal(Signal::TERM);
    let ended = deaf.wait_until("heard").terminate();
    assert_eq!(ended.status.code(), Some(TERMINATED), "{ended:?}");
}

fn telemetry_that_is_gone_leaves_nothing_behind() {
    let receiver = receiver();
    let vars = [
        ("GRPC", &*receiver.grpc_endpoint()),
        ("HTTP", &receiver.http_endpoint()),
        ("OTEL_METRICS_EXPORTER", "otlp"),
    ];
    let ended = Program::start("rebuilt", &vars).wait();
    assert_eq!(ended.status.code(), Some(0), "{ended:?}");
    assert_eq!(receiver.spans().len(), 10, "{ended:?}");
}

fn a_strict_configuration_stops_the_program() {
    let vars = [
        ("PHOENIX_TRACE_STRICT", "true"),
        ("OTEL_TRACES_EXPORTER", "none"),
        ("OTEL_TRACES_SAMPLER", "sometimes"),
        ("OTEL_BSP_SCHEDULE_DELAY", "soon"),
    ];
    let ended = Program::start("returns", &vars).wait();
    assert_eq!(ended.status.code(), Some(78), "{ended:?}");
    assert_eq!(
        ended.stderr,
        "phoenix-trace: the configuration is strict, and cannot be used as it is:\n  \
         OTEL_TRACES_SAMPLER=`sometimes` cannot be used: expected always_on, always_off, traceidratio, jaeger_remote, or one of these after \
         `parentbased_`; using the preset of the environment instead\n  \
         OTEL_BSP_SCHEDULE_DELAY=`soon` cannot be used: expected a whole number of milliseconds, zero or more; using 5000 instead\n"
    );
    let vars = [
        ("PHOENIX_TRACE_STRICT", "true"),
        ("OTEL_CONFIG_FILE", "/nowhere/otel.yaml"),
    ];
    let ended = Program::start("returns", &vars).wait();
    assert_eq!(ended.status.code(), Some(78), "{ended:?}");
    let lenient = Program::start("returns", &vars[1..]).wait();
    assert_eq!(lenient.status.code(), Some(1), "{lenient:?}");
    assert!(
        lenient
            .stderr
            .contains("/nowhere/otel.yaml: it cannot be read"),
        "{lenient:?}"
    );
}

fn the_effective_configuration_is_shown() {
    let vars = [
        ("PHOENIX_TRACE_PRINT_CONFIG", "1"),
        ("OTEL_TRACES_EXPORTER", "none"),
        ("ENVIRONMENT", "staging"),
    ];
    let ended = Program::start("returns", &vars).wait();
    for (setting, value, origin) in [
        ("service.name", "returns", "code"),
        ("deployment.environment.name", "staging", "ENVIRONMENT"),
        (
            "tracer_provider.processors[0].schedule_delay",
            "3600s",
            "OTEL_BSP_SCHEDULE_DELAY",
        ),
    ] {
        let line = ended.stderr.lines().find(|line| line.starts_with(setting));
        let words: Vec<&str> = line.unwrap_or_default().split_whitespace().collect();
        assert_eq!(words, [setting, value, "#", origin], "{ended:?}");
    }
}
