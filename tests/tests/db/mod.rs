//! The spans of queries: by `db_span!`, by `Query`, and by a driver's own executor.

mod driver;
mod spans;
