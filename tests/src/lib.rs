//! What the suites share.

pub mod semconv_table;

/// The code of the guide to migration, which is to compile.
#[cfg(doctest)]
#[doc = include_str!("../../docs/migration.md")]
struct Migration;
