//! The attribute macros of phoenix-trace.
