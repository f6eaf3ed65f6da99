//! The suites, as one binary.

mod compile;
mod grpc;
mod lints;
mod spans;
mod unsafe_code;
