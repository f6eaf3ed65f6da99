//! phoenix-trace.
