//! Recording: parents, ends, failures, what is carried elsewhere, what is decided.

mod carried;
mod carriers;
mod decided;
mod handles;
mod limits;
mod links;
mod nested;
