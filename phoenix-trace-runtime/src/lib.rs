//! The runtime of phoenix-trace. Services depend on the facade, `phoenix-trace`, which re-exports what is public here.

pub mod key;
pub mod outcome;
pub mod propagation;
#[cfg(feature = "testing")]
pub mod testing;
pub mod value;
pub mod waterfall;
