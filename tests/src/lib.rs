//! What the suites share.

pub mod semconv_table;
