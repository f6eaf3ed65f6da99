//! The programs: each says on standard output when it is ready, and at its end how many operations it has run and what
//! became of their spans.

use std::io::Write as _;
use std::process::{ExitCode, Termination};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use phoenix_trace::{Config, Otlp, phoenix_main, traced_operation};

static OPERATIONS: AtomicU64 = AtomicU64::new(0);
static STOP: AtomicBool = AtomicBool::new(false);

pub(crate) fn run(name: &str) -> ExitCode {
    let code = match name {
        "multi_thread" => code(multi_thread::main),
        "current_thread" => code(current_thread::main),
        "synchronous" => code(synchronous::main),
        "never" => never::main(),
        "never_synchronous" => never_synchronous::main(),
        "without" => without::main(),
        "exit" => code(exit::main),
        "manual" => code(manual::main),
        "manual_awaits" => code(manual_awaits::main),
        "initialised" => code(initialised::main),
        "deaf" => code(deaf::main),
        "panic" => code(panic::main),
        "returns" => code(returns::main),
        "comes_back" => code(comes_back::main),
        "left_over" => code(left_over::main),
        "late_lines" => late_lines::main(),
        "unread" => unread::main(),
        "own_subscriber" => code(own_subscriber::main),
        "second_subscriber" => code(second_subscriber::main),
        "twice" => twice::main(),
        "rebuilt" => rebuilt::main(),
        other => panic!("no program `{other}`"),
    };
    tell_account();
    code
}

/// What a `main` ends the process with.
fn code<T: Termination>(main: impl FnOnce() -> T) -> ExitCode {
    main().report()
}

fn tell(line: &str) {
    let mut out = std::io::stdout().lock();
    // Whoever started this may be gone.
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

fn tell_account() {
    let stats = phoenix_trace::stats();
    let operations = OPERATIONS.load(Ordering::SeqCst);
    tell(&format!(
        "operations {operations} ended {} acknowledged {} balances {}",
        stats.ended,
        stats.acknowledged,
        stats.balances()
    ));
}

#[traced_operation]
fn work() {
    OPERATIONS.fetch_add(1, Ordering::SeqCst);
}

#[traced_operation]
async fn work_later() {
    tokio::task::yield_now().await;
    OPERATIONS.fetch_add(1, Ordering::SeqCst);
}

/// Works until it is told to stop, with pauses, as a service under load does.
async fn load() {
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..4 {
        tasks.spawn(async {
            while !STOP.load(Ordering::SeqCst) {
                for _ in 0..5 {
                    work_later().await;
                }
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        });
    }
    work_later().await;
    // Ready is who listens already: a signal that comes before ends the process as that of a `main` that does not.
    tokio::select! {
        biased;
        () = phoenix_trace::shutdown_signal() => {}
        () = async { tell("ready"); std::future::pending().await } => {}
    }
    STOP.store(true, Ordering::SeqCst);
    tasks.join_all().await;
}

mod multi_thread {
    use super::*;

    #[phoenix_main]
    pub(super) async fn main() {
        load().await;
    }
}

mod current_thread {
    use super::*;

    #[phoenix_main(flavor = "current_thread")]
    pub(super) async fn main() {
        load().await;
    }
}

/// Brings its own runtime.
mod synchronous {
    use super::*;

    #[phoenix_main]
    pub(super) fn main() {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build();
        runtime.expect("a runtime").block_on(load());
    }
}

/// Does not listen to signals, and has a runtime.
mod never {
    use super::*;

    #[phoenix_main]
    pub(super) async fn main() -> ! {
        for _ in 0..100 {
            work_later().await;
        }
        tell("ready");
        std::future::pending().await
    }
}

/// Does not listen to signals, and has no runtime.
mod never_synchronous {
    use super::*;

    #[phoenix_main]
    pub(super) fn main() -> ! {
        for _ in 0..100 {
            work();
        }
        tell("ready");
        loop {
            std::thread::park();
        }
    }
}

/// Without the attribute, and without a runtime.
mod without {
    use super::*;

    pub(super) fn main() -> ExitCode {
        let telemetry = phoenix_trace::init(Config::from_env()).expect("it starts");
        for _ in 0..100 {
            work();
        }
        telemetry.shutdown();
        ExitCode::from(3)
    }
}

mod exit {
    use super::*;

    #[phoenix_main]
    pub(super) async fn main() {
        for _ in 0..100 {
            work_later().await;
        }
        tracing::info!("it exits");
        tokio::task::spawn_blocking(leave)
            .await
            .expect("it does not return")
    }

    #[traced_operation]
    fn leave() {
        work();
        phoenix_trace::exit(7)
    }
}

/// Leaves a blocking task, which comes back after the runtime has given it up.
mod comes_back {
    use super::*;

    #[phoenix_main]
    pub(super) async fn main() {
        tokio::task::spawn_blocking(blocks);
        load().await;
    }

    #[traced_operation]
    fn blocks() {
        work();
        while !STOP.load(Ordering::SeqCst) {
            std::thread::yield_now();
        }
        std::thread::sleep(Duration::from_secs(1));
        OPERATIONS.fetch_add(1, Ordering::SeqCst);
    }
}

/// Leaves a blocking task that never comes back.
mod left_over {
    use super::*;

    #[phoenix_main]
    pub(super) async fn main() {
        tokio::task::spawn_blocking(blocks);
        load().await;
    }

    #[traced_operation]
    fn blocks() {
        work();
        loop {
            std::thread::park();
        }
    }
}

/// Logs when its telemetry is gone.
mod late_lines {
    use super::*;

    pub(super) fn main() -> ExitCode {
        let telemetry = phoenix_trace::init(Config::from_env()).expect("it starts");
        tracing::info!("before");
        let lines = telemetry.shutdown().logs.lines.expect("lines");
        assert_eq!((lines.written, lines.already_shutdown), (1, 0), "{lines:?}");
        tracing::info!("after");
        let elsewhere = std::thread::spawn(|| tracing::info!("elsewhere"));
        elsewhere.join().expect("it logs");
        ExitCode::SUCCESS
    }
}

/// Handles the signal itself.
mod manual {
    use tokio::signal::unix::{SignalKind, signal};

    use super::*;

    #[phoenix_main(shutdown = "manual")]
    pub(super) async fn main() -> ExitCode {
        let mut terminate = signal(SignalKind::terminate()).expect("a signal");
        for _ in 0..100 {
            work_later().await;
        }
        tell("ready");
        terminate.recv().await;
        // Longer than phoenix-trace would give it.
        work_later().await;
        ExitCode::from(9)
    }
}

/// Awaits it, and nothing else handles it.
mod manual_awaits {
    use super::*;

    #[phoenix_main(shutdown = "manual")]
    pub(super) async fn main() {
        load().await;
    }
}

/// The same without the macro.
mod initialised {
    use super::*;

    pub(super) fn main() {
        let telemetry = phoenix_trace::init(Config::from_env()).expect("it starts");
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build();
        runtime.expect("a runtime").block_on(load());
        telemetry.shutdown();
    }
}

/// Awaits it, and does not end.
mod deaf {
    use super::*;

    #[phoenix_main(shutdown = "manual")]
    pub(super) async fn main() {
        load().await;
        tell("heard");
        std::future::pending().await
    }
}

mod panic {
    use super::*;

    #[phoenix_main]
    pub(super) async fn main() {
        for _ in 0..100 {
            work_later().await;
        }
        panic!("it panicked");
    }
}

mod returns {
    use super::*;

    #[phoenix_main(service = "returns")]
    pub(super) async fn main() -> Result<(), String> {
        for _ in 0..100 {
            work_later().await;
        }
        Err("it failed".to_owned())
    }
}

/// Logs to where nobody takes a line.
mod unread {
    use super::*;

    struct Blocked;

    impl std::io::Write for Blocked {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            loop {
                std::thread::park();
            }
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[phoenix_main(config = Config::from_env().log_writer(Blocked))]
    pub(super) fn main() -> ! {
        work();
        tracing::info!("for nobody");
        tell("ready");
        loop {
            std::thread::park();
        }
    }
}

/// Installs a subscriber, and says so.
mod own_subscriber {
    use super::*;

    #[phoenix_main(subscriber = "manual")]
    pub(super) fn main() {
        use tracing_subscriber::layer::SubscriberExt as _;
        use tracing_subscriber::util::SubscriberInitExt as _;
        tracing_subscriber::registry()
            .with(phoenix_trace::layer())
            .init();
        tracing::info!("by its own");
    }
}

/// Does not say so.
mod second_subscriber {
    use super::*;

    #[phoenix_main]
    pub(super) fn main() {
        use tracing_subscriber::util::SubscriberInitExt as _;
        tracing_subscriber::registry().init();
    }
}

/// There is one telemetry at a time.
mod twice {
    use super::*;

    pub(super) fn main() -> ExitCode {
        let start = || phoenix_trace::init(Config::from_env());
        let first = start().expect("it starts");
        let second = start().expect_err("there is one");
        assert!(second.is_already_initialised(), "{second}");
        first.shutdown();
        drop(start().expect("there is none any more"));
        ExitCode::SUCCESS
    }
}

/// Telemetry that comes and goes leaves no thread and no file behind.
mod rebuilt {
    use super::*;

    pub(super) fn main() -> ExitCode {
        // Tokio keeps a pair of sockets for signals, once in a process, from its first runtime on.
        let first = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        drop(first.expect("a runtime"));
        let before = held();
        let file =
            std::env::temp_dir().join(format!("phoenix-rebuilt-{}.yaml", std::process::id()));
        std::fs::write(&file, "file_format: \"1.1\"\n").expect("written");
        for round in 0..10 {
            let otlp = match round % 2 {
                0 => Otlp::grpc(),
                _ => Otlp::http(),
            };
            // A file is watched.
            let config = match round % 3 {
                0 => Config::from_file(&file),
                _ => Config::from_env(),
            };
            let config = config.otlp(otlp.endpoint(endpoint(round)));
            let telemetry = phoenix_trace::init(config.also_console()).expect("it starts");
            work();
            assert!(telemetry.flush(Duration::from_secs(10)), "it arrives");
            drop(telemetry);
        }
        std::fs::remove_file(&file).expect("it was written");
        // A thread is gone a moment after it has been told to end.
        let since = Instant::now();
        while held() != before && since.elapsed() < Duration::from_secs(10) {
            std::thread::yield_now();
        }
        assert_eq!(held(), before, "threads and files");
        ExitCode::SUCCESS
    }

    fn endpoint(round: usize) -> String {
        let name = ["GRPC", "HTTP"][round % 2];
        std::env::var(name).expect("an endpoint")
    }

    /// Names of threads, and what open files lead to.
    fn held() -> (Vec<String>, Vec<String>) {
        let mut threads: Vec<String> = std::fs::read_dir("/proc/self/task")
            .expect("threads")
            .flatten()
            .filter_map(|task| std::fs::read_to_string(task.path().join("comm")).ok())
            .collect();
        // The directory that is being read is one of them.
        let mut files: Vec<String> = std::fs::read_dir("/proc/self/fd")
            .expect("files")
            .flatten()
            .filter_map(|file| std::fs::read_link(file.path()).ok())
            .map(|file| file.display().to_string())
            .filter(|file| !file.ends_with("/fd"))
            .collect();
        threads.sort();
        files.sort();
        (threads, files)
    }
}
