//! The suites, as one binary.

mod compile;
mod lints;
mod spans;
mod unsafe_code;
