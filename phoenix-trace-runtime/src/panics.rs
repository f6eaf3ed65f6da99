//! What a panic said, for the spans that it ends: a hook in front of the process's own remembers it on its thread. A panic
//! that is resumed calls no hook and says nothing; what was remembered before a span began to run is not about it.

use std::cell::RefCell;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use crate::bootstrap::{self, FLUSH_DEADLINE};
use crate::outcome::Failure;
use crate::{diag, record};

/// Panics so far, in the process.
static PANICS: AtomicU32 = AtomicU32::new(0);

thread_local! {
    static LAST: RefCell<Option<Said>> = const { RefCell::new(None) };
}

struct Said {
    /// Which panic it was.
    number: u32,
    message: String,
}

/// Sets the hook, once in the life of the process; whatever hook was there still runs.
pub(crate) fn listen() {
    static SET: Once = Once::new();
    SET.call_once(|| {
        let next = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            let payload = info.payload();
            let message = payload
                .downcast_ref::<&str>()
                .map(|text| (*text).to_owned())
                .or_else(|| payload.downcast_ref::<String>().cloned());
            #[cfg(feature = "logs")]
            crate::logs::panic::log(info, message.as_deref());
            let number = PANICS.fetch_add(1, Ordering::Relaxed).wrapping_add(1);
            next(info);
            if let Some(remedy) = message
                .as_deref()
                .filter(|_| bootstrap::has_subscriber_or_logger())
                .and_then(remedy)
            {
                diag::line(format_args!("{remedy}"));
            }
            if ABORTS.load(Ordering::Relaxed) {
                end_process(message.as_deref());
            }
            let said = message.map(|message| Said { number, message });
            let _ = LAST.try_with(|last| last.replace(said));
        }));
    });
}

/// Does a panic end the process? Only the program itself knows for certain: what it is linked with may have been compiled
/// for the other way.
static ABORTS: AtomicBool = AtomicBool::new(cfg!(panic = "abort"));

/// The program was compiled with `panic = "abort"`.
pub(crate) fn set_abort() {
    ABORTS.store(true, Ordering::Relaxed);
}

/// Where a panic ends the process, nothing is unwound and nobody else flushes. What runs here fails by it; spans that are open
/// elsewhere count with what they have.
fn end_process(message: Option<&str>) {
    let is_ours = std::thread::current()
        .name()
        .is_some_and(|name| name.starts_with("phoenix-"));
    // A thread that exports cannot wait for itself.
    if is_ours {
        return;
    }
    let failure = Failure::new("panic");
    record::abort::end_running(&match &message {
        Some(message) => failure.message(message),
        None => failure,
    });
    // On another thread, since this one may hold a lock that stays locked now; nobody waits for that longer than a flush takes.
    let (ended, end) = std::sync::mpsc::channel::<()>();
    let flush = std::thread::Builder::new().name("phoenix-abort".to_owned());
    let flush = flush.spawn(move || {
        let _ended = ended;
        bootstrap::end();
    });
    if flush.is_ok() {
        let _ = end.recv_timeout(FLUSH_DEADLINE);
    }
}

/// What to do about a panic that is about our subscriber or logger.
fn remedy(message: &str) -> Option<&'static str> {
    const TAKEN: [&str; 3] = [
        "a global default trace dispatcher has already been set",
        "SetLoggerError",
        "attempted to set a logger after",
    ];
    let is_taken = TAKEN.iter().any(|text| message.contains(text));
    is_taken.then_some(
        "telemetry has installed a subscriber of `tracing` or a logger of `log` already: leave yours out, or have this one not \
         installed, by `#[phoenix_main(subscriber = \"manual\")]` or `Config::no_subscriber`, and put `phoenix_trace::layer()` \
         into yours",
    )
}

/// How things stood when a span began to run on this thread.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Before {
    panicking: bool,
    panics: u32,
}

impl Before {
    /// For what is no span.
    pub(crate) const NOTHING: Self = Self {
        panicking: true,
        panics: 0,
    };

    /// For what tells by itself whether it is unwound.
    #[inline]
    pub(crate) fn a_poll() -> Self {
        Self {
            panicking: false,
            panics: PANICS.load(Ordering::Relaxed),
        }
    }

    #[inline]
    pub(crate) fn now() -> Self {
        Self {
            panicking: std::thread::panicking(),
            panics: PANICS.load(Ordering::Relaxed),
        }
    }

    /// Does a panic unwind this thread now that did not then?
    #[inline]
    pub(crate) fn is_unwound(self) -> bool {
        !self.panicking && std::thread::panicking()
    }

    /// Calls `f` with that panic, as a failure.
    pub(crate) fn tell(self, f: impl FnOnce(&Failure<'_>)) {
        let since = |said: &Said| said.number.wrapping_sub(self.panics).cast_signed() > 0;
        // What is not about this panic is not about the spans further out either.
        let said = LAST.try_with(|last| last.take().filter(since));
        let said = said.ok().flatten();
        let failure = Failure::new("panic");
        match &said {
            Some(said) => f(&failure.message(&said.message)),
            None => f(&failure),
        }
        let _ = LAST.try_with(|last| last.replace(said));
    }
}
