//! Overrides: rules that come before all others, for a time.

use std::fmt;
use std::time::Duration;

use super::Rule;
use crate::record::thread;

/// Puts a rule before all others, for services, routes or operations, until its time is over: then it is gone by itself. It counts
/// from the next local root on.
///
/// An override of the same local roots takes the place of the one before; else the last one that was set has the last word.
/// Without telemetry that runs it does nothing.
///
/// ```
/// use std::time::Duration;
/// use phoenix_trace::sampling::{Rule, override_for};
///
/// // Half an hour of full detail for one operation.
/// let checkout = Rule::new().operation("shop.Checkout/Pay").always();
/// override_for(Duration::from_secs(30 * 60), checkout)?;
/// # Ok::<(), phoenix_trace::sampling::TooManyOverrides>(())
/// ```
///
/// # Errors
/// When there are 64 already.
pub fn override_for(time_to_live: Duration, rule: Rule) -> Result<(), TooManyOverrides> {
    let pipeline = thread::current_pipeline();
    let set = pipeline.is_none_or(|pipeline| pipeline.sampling.override_for(time_to_live, rule));
    set.then_some(()).ok_or(TooManyOverrides(()))
}

/// Takes back every override that [`override_for`] has set; those of the configuration file stay.
pub fn clear_overrides() {
    if let Some(pipeline) = thread::current_pipeline() {
        pipeline.sampling.clear_overrides();
    }
}

/// There are as many overrides as there may be.
#[derive(Debug, PartialEq, Eq)]
pub struct TooManyOverrides(());

impl fmt::Display for TooManyOverrides {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("there are 64 sampling overrides in force already; wait for one to end, or take them back with `clear_overrides`")
    }
}

impl std::error::Error for TooManyOverrides {}
