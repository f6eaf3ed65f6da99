//! The exporting side with destinations that do what a test tells them.

mod anchors;
mod answers;
mod ending;
mod failures_first;
mod fake;
mod matrix;
mod processors;
#[cfg(feature = "otlp")]
mod receiver;
#[cfg(feature = "otlp")]
mod sensitive;
mod several;
mod stress;
