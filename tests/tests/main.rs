//! The suites, as one binary.

mod compile;
mod grpc;
mod lints;
mod phoenix_test;
mod spans;
mod unsafe_code;
