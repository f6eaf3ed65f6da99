//! The runtime of phoenix-trace. Services depend on the facade, `phoenix-trace`, which re-exports what is public here.

pub mod key;
pub mod outcome;
pub mod propagation;
pub mod value;
