//! The runtime.

#[cfg(feature = "testing")]
pub mod testing;
pub mod waterfall;
