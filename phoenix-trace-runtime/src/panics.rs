//! What a panic said, for the spans that it ends: a hook in front of the process's own remembers it on its thread.

use std::cell::RefCell;
use std::sync::Once;

use crate::outcome::Failure;

thread_local! {
    static LAST: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Sets the hook, once in the life of the process; whatever hook was there still runs.
pub(crate) fn listen() {
    static SET: Once = Once::new();
    SET.call_once(|| {
        let next = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            let payload = info.payload();
            let said = payload
                .downcast_ref::<&str>()
                .map(|text| (*text).to_owned())
                .or_else(|| payload.downcast_ref::<String>().cloned());
            let _ = LAST.try_with(|last| last.replace(said));
            next(info);
        }));
    });
}

/// Forgets what an earlier panic said: a request begins, or one ends.
pub(crate) fn forget() {
    let _ = LAST.try_with(|last| last.take());
}

/// Calls `f` with the panic that unwinds this thread, as a failure.
pub(crate) fn current(f: impl FnOnce(&Failure<'_>)) {
    let said = LAST.try_with(|last| last.borrow().clone()).ok().flatten();
    let failure = Failure::new("panic");
    match &said {
        Some(said) => f(&failure.message(said)),
        None => f(&failure),
    }
}
