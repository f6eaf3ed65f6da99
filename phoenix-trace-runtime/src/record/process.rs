//! What the process has: the pipeline that its threads report to, how context travels, where logs go. Threads keep a copy, and
//! look here again when the generation has changed.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

#[cfg(feature = "logs")]
use crate::logs::Logs;
use crate::pipeline::Pipeline;
use crate::propagation::propagators::Propagators;

/// The pipeline of the process, the propagators that it uses with and without one, and how often these were set.
static GLOBAL: RwLock<Option<Arc<Pipeline>>> = RwLock::new(None);
static PROPAGATORS: RwLock<Option<&'static Propagators>> = RwLock::new(None);
#[cfg(feature = "logs")]
static LOGS: RwLock<Option<Arc<Logs>>> = RwLock::new(None);
static GENERATION: AtomicU64 = AtomicU64::new(0);
/// Pipelines that run: zero means that tracing is off.
static RUNNING: AtomicUsize = AtomicUsize::new(0);

/// Is anything recorded in this process?
#[inline]
pub(crate) fn is_on() -> bool {
    RUNNING.load(Ordering::Relaxed) != 0
}

/// How often something was set.
#[inline]
pub(super) fn generation() -> u64 {
    GENERATION.load(Ordering::Acquire)
}

/// Counts a pipeline that runs, for as long as it lives.
#[derive(Debug)]
pub(crate) struct Counted(());

impl Counted {
    pub(crate) fn new() -> Self {
        RUNNING.fetch_add(1, Ordering::Relaxed);
        Self(())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        RUNNING.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Sets the pipeline of the process. Gives it back when there is one already.
pub(crate) fn set_global(pipeline: Arc<Pipeline>) -> Result<(), Arc<Pipeline>> {
    let mut global = GLOBAL.write().unwrap_or_else(PoisonError::into_inner);
    if global.is_some() {
        return Err(pipeline);
    }
    *global = Some(pipeline);
    GENERATION.fetch_add(1, Ordering::Release);
    Ok(())
}

/// Takes away the pipeline of the process, if it is this one.
pub(crate) fn unset_global(pipeline: &Arc<Pipeline>) {
    let mut global = GLOBAL.write().unwrap_or_else(PoisonError::into_inner);
    if global
        .as_ref()
        .is_some_and(|installed| Arc::ptr_eq(installed, pipeline))
    {
        *global = None;
        GENERATION.fetch_add(1, Ordering::Release);
    }
}

/// How context travels in this process from here on, whether anything is recorded or not.
pub(crate) fn set_propagators(propagators: &'static Propagators) {
    *PROPAGATORS.write().unwrap_or_else(PoisonError::into_inner) = Some(propagators);
    GENERATION.fetch_add(1, Ordering::Release);
}

pub(crate) fn global() -> Option<Arc<Pipeline>> {
    GLOBAL
        .read()
        .unwrap_or_else(PoisonError::into_inner)
        .clone()
}

/// How context travels in this process, unless that is the default.
pub(super) fn propagators() -> Option<&'static Propagators> {
    *PROPAGATORS.read().unwrap_or_else(PoisonError::into_inner)
}

/// Where what is logged in this process goes from here on, whether anything is recorded or not.
#[cfg(feature = "logs")]
pub(crate) fn set_logs(logs: Arc<Logs>) {
    *LOGS.write().unwrap_or_else(PoisonError::into_inner) = Some(logs);
    GENERATION.fetch_add(1, Ordering::Release);
}

/// Where it goes.
#[cfg(feature = "logs")]
pub(super) fn logs() -> Option<Arc<Logs>> {
    LOGS.read().unwrap_or_else(PoisonError::into_inner).clone()
}
