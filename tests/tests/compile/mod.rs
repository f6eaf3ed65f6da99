//! What compiles, what does not, and how it is said.

mod table;
mod ui;
