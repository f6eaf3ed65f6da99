//! How strands are reached, joined and left to others, in every order in which the steps can happen: `src/record/parking.rs`,
//! `joining.rs` and `idle.rs` with loom's locks, atomics and threads. `scripts/loom` runs it.

#[path = "../../src/record/idle.rs"]
#[expect(dead_code, reason = "the models do not need all of it")]
mod idle;
mod joined;
#[path = "../../src/record/joining.rs"]
#[expect(dead_code, reason = "the models do not need all of it")]
mod joining;
mod left;
#[path = "../../src/record/parking.rs"]
#[expect(dead_code, reason = "the models do not need all of it")]
mod parking;
mod reached;
mod sync;
