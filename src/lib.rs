//! Distributed tracing for Rust services by annotation.

#[doc(inline)]
pub use phoenix_trace_macros::*;
#[doc(inline)]
pub use phoenix_trace_runtime::*;

#[doc(hidden)]
pub use phoenix_trace_runtime::private as __private;
