//! How strands are reached and joined, in every order in which the steps can happen: `src/record/parking.rs`,
//! and `joining.rs` with loom's locks, atomics and threads. `scripts/loom` runs it.

mod joined;
#[path = "../../src/record/joining.rs"]
#[expect(dead_code, reason = "the models do not need all of it")]
mod joining;
#[path = "../../src/record/parking.rs"]
#[expect(dead_code, reason = "the models do not need all of it")]
mod parking;
mod reached;
mod sync;
