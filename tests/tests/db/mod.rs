//! The spans of queries.

mod driver;
