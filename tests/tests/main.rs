//! The suites, as one binary.

mod compile;
mod db;
mod grpc;
mod interop;
mod phoenix_test;
mod spans;
mod unsafe_code;
