//! Recording: parents, ends, failures, what is carried elsewhere, what is decided.

mod carried;
mod carriers;
mod decided;
mod deep;
mod handles;
mod harmless;
mod late;
mod limits;
mod links;
mod nested;
