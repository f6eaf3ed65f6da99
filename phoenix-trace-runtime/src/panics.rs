//! What a panic said, for the spans that it ends: a hook in front of the process's own remembers it on its thread. A panic
//! that is resumed calls no hook and says nothing; what was remembered before a span began to run is not about it.

use std::cell::RefCell;
use std::sync::Once;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::bootstrap::FLUSH_DEADLINE;
use crate::outcome::Failure;
use crate::record::thread;

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
            let said = message.map(|message| Said { number, message });
            let _ = LAST.try_with(|last| last.replace(said));
            next(info);
            if cfg!(panic = "abort") {
                flush();
            }
        }));
    });
}

/// Where a panic ends the process, nothing is unwound and nobody else flushes. Open spans count with what they have.
fn flush() {
    let is_ours = std::thread::current()
        .name()
        .is_some_and(|name| name.starts_with("phoenix-"));
    // A thread that exports cannot wait for itself.
    if let Some(pipeline) = thread::global().filter(|_| !is_ours) {
        pipeline.shutdown(FLUSH_DEADLINE);
    }
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
