//! SIGTERM and Ctrl-C: a thread of its own waits for them, so that they are heard whatever the service's threads do.
//! `main` goes on; what is open gets its time, everything is flushed, and the process ends with 128 + n, unless `main`
//! returned by then. A second signal ends the process at once. Where the program ends by itself, a signal is told to those who
//! await it.

use std::future::Future;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex, mpsc};
use std::time::Duration;

use tokio::sync::{Notify, watch};

use crate::bootstrap;
use crate::config::Shutdown;
use crate::diag;
use crate::record::process;
use crate::record::segment::lock;

/// How long segments that are open at the signal, and a `main` that listens to it, may take to end.
const OPEN: Duration = Duration::from_secs(5);

static ARRIVED: LazyLock<watch::Sender<bool>> = LazyLock::new(|| watch::Sender::new(false));
/// Does a thread of ours wait for signals?
static HEARD: AtomicBool = AtomicBool::new(false);
/// Who awaits [`shutdown_signal`].
static LISTENERS: AtomicUsize = AtomicUsize::new(0);

pub(crate) struct Signals {
    ending: Arc<Ending>,
}

/// Who ends the process: the thread of `main`, or the one of the signals.
#[derive(Default)]
struct Ending {
    claimed: Mutex<bool>,
    returned: Notify,
}

impl Ending {
    fn claim(&self) -> bool {
        !std::mem::replace(&mut *lock(&self.claimed), true)
    }
}

impl Signals {
    pub(crate) fn listen(shutdown: Shutdown) -> Self {
        let ending = Arc::new(Ending::default());
        let signals = Self {
            ending: ending.clone(),
        };
        if shutdown == Shutdown::OnSignal {
            HEARD.store(true, Ordering::SeqCst);
            on_thread(|heard| wait(ending, heard));
        }
        signals
    }

    /// From here on the thread of `main` ends the process. Does not return if the other one is about to.
    pub(crate) fn main_returned(&self) {
        if self.ending.claim() {
            self.ending.returned.notify_one();
        } else {
            loop {
                std::thread::park();
            }
        }
    }
}

/// Waits for signals on a thread of its own. When this returns, none ends the process by itself any more.
fn on_thread<F: Future>(wait: impl FnOnce(Heard) -> F + Send + 'static) {
    let (registered, is_registered) = mpsc::channel();
    let run = move || -> std::io::Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let heard = {
            let _reactor = runtime.enter();
            Heard::new()?
        };
        // It is waited for.
        let _ = registered.send(());
        runtime.block_on(wait(heard));
        Ok(())
    };
    let complain = |error| {
        diag::line(format_args!(
            "signals end the process without a flush: {error}"
        ));
    };
    let thread = std::thread::Builder::new().name("phoenix-signals".to_owned());
    let started = thread.spawn(move || run().unwrap_or_else(complain));
    if let Err(error) = started {
        complain(error);
    }
    // Or it failed, and is gone.
    let _ = is_registered.recv();
}

/// Of a program that ends by itself: whoever awaits a signal is told, and a second one does not wait for that.
async fn tell(mut heard: Heard) {
    heard.next().await;
    ARRIVED.send_replace(true);
    std::process::exit(128 + heard.next().await);
}

async fn wait(ending: Arc<Ending>, mut heard: Heard) {
    let signal = tokio::select! {
        signal = heard.next() => signal,
        () = ending.returned.notified() => {
            // The flush has its deadline; a first signal changes nothing, a second one ends it.
            heard.next().await;
            std::process::exit(128 + heard.next().await);
        }
    };
    ARRIVED.send_replace(true);
    let end = async {
        tokio::select! {
            _ = tokio::time::timeout(OPEN, time_to_end()) => {}
            () = ending.returned.notified() => std::future::pending().await,
        }
        if !ending.claim() {
            std::future::pending().await
        }
        // It does not panic; if it did, there would be nothing else to do.
        let _ = tokio::task::spawn_blocking(bootstrap::end).await;
    };
    tokio::select! {
        () = end => std::process::exit(128 + signal),
        second = heard.next() => std::process::exit(128 + second),
    }
}

/// Until the open segments are decided; a `main` that listens gets the whole time to return.
async fn time_to_end() {
    if let Some(pipeline) = process::global() {
        pipeline.no_open_segments().await;
    }
    if LISTENERS.load(Ordering::SeqCst) > 0 {
        std::future::pending::<()>().await;
    }
}

#[cfg(unix)]
struct Heard {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Heard {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    async fn next(&mut self) -> i32 {
        use tokio::signal::unix::SignalKind;
        tokio::select! {
            _ = self.terminate.recv() => SignalKind::terminate().as_raw_value(),
            _ = self.interrupt.recv() => SignalKind::interrupt().as_raw_value(),
        }
    }
}

#[cfg(not(unix))]
struct Heard;

#[cfg(not(unix))]
impl Heard {
    #[expect(
        clippy::unnecessary_wraps,
        reason = "the same signature on every system"
    )]
    fn new() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) -> i32 {
        const INTERRUPT: i32 = 2;
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
        INTERRUPT
    }
}

/// Resolves when the process is asked to end, by SIGTERM or Ctrl-C: for the graceful shutdown of servers.
///
/// Once somebody awaits it, `main` has five seconds from the signal to return by itself under `#[phoenix_main]`. Under
/// [`Shutdown::Manual`], and in programs that call [`init`](crate::init) themselves, `main` has all the time that it takes: from the
/// first await on a signal does no more than resolve this, beside the program's own handlers, and a second one ends the process at
/// once.
///
/// ```no_run
/// # async fn example(app: impl std::future::Future) {
/// tokio::select! {
///     _ = app => {}
///     () = phoenix_trace::shutdown_signal() => {}
/// }
/// # }
/// ```
pub async fn shutdown_signal() {
    let _listening = Listening::new();
    if !HEARD.swap(true, Ordering::SeqCst) {
        on_thread(tell);
    }
    let mut arrived = ARRIVED.subscribe();
    // The sender is a static: it cannot be gone.
    let _ = arrived.wait_for(|arrived| *arrived).await;
}

/// Counts who listens, for as long as it does.
struct Listening(());

impl Listening {
    fn new() -> Self {
        LISTENERS.fetch_add(1, Ordering::SeqCst);
        Self(())
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        // A listener that has heard the signal ends `main`, and is waited for.
        if !*ARRIVED.borrow() {
            LISTENERS.fetch_sub(1, Ordering::SeqCst);
        }
    }
}
