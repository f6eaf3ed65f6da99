//! The runtime as its users meet it: what is recorded, how it is decided, what arrives.

mod boundaries;
mod interop;
mod recording;
mod sampling;
mod support;
