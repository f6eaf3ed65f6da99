//! The runtime.

pub mod propagation;
