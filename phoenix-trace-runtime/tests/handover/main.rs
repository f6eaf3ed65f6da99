//! The hand-over to the exporting thread, in every order in which its steps can happen: `src/pipeline/handover.rs` and
//! `orders.rs` with loom's locks, atomics and threads. `scripts/loom` runs it.

#[path = "../../src/pipeline/handover.rs"]
#[expect(dead_code, reason = "the models do not need all of it")]
mod handover;
mod models;
#[path = "../../src/pipeline/orders.rs"]
#[expect(dead_code, reason = "the models do not need all of it")]
mod orders;
mod sync;
