//! Queries to databases, each inside its CLIENT span: attributes and name by OpenTelemetry's semantic conventions for database
//! client spans, the text of SQL without literals.
//!
//! [`Query`] describes a query and runs it; the macro `db_span!` does both in one expression, with its options checked when the
//! service compiles. With the feature `sqlx`, the pools and connections of that driver trace what runs on them:
//! `TracedExecutor`.

mod bare;
mod dialect;
pub(crate) mod keys;
mod lexer;
mod query;
pub(crate) mod span;
mod statement;
mod summary;

#[cfg(feature = "sqlx")]
mod sqlx;

#[cfg(test)]
mod tests;

pub use query::{Answer, Query};
#[cfg(feature = "sqlx")]
pub use sqlx::{TracedBy, TracedExecutor};
