//! Recording: parents, ends, failures, what is carried elsewhere, what is decided.
//!
//! The invariants of recording, and where each is tested:
//!
//! | invariant | tests |
//! |---|---|
//! | a record never blocks, never panics into its caller | `harmless`; `pipeline/unhindered.rs` in the crate |
//! | no allocation for a span that is dropped | `benches/tests/allocations.rs` |
//! | durations are never negative | `record/clock.rs` in the crate |
//! | the current span belongs to the running task | `handles::the_current_span_is_removed_after_each_poll`, `nested::futures_that_take_turns_keep_their_own_children`; `tests/tests/ui/guards` |
//! | children outlive their parents, elsewhere, in any order | `carried`, `carriers`, `spawned` |
//! | a segment is decided once, what is late follows; one that stays open is cut | `late`, `decided`, `cut` |
//! | everything is bounded, errors are the last to go | `limits`, `deep`, `room`, `handles::what_is_told_to_a_span_that_runs_elsewhere_is_bounded_and_an_error_still_fits` |
//! | nothing is lost silently | `Stats::balances`, asserted throughout; `undecided` |
//! | no shared lock, one hand-over for each segment | `pipeline/unhindered.rs` in the crate |
//! | no unsafe code | `tests/tests/unsafe_code.rs` |
//!
//! What others fell into:
//!
//! | trap | tests |
//! |---|---|
//! | a guard held across an await | `tests/tests/ui/guards` |
//! | context lost on tasks, sets of tasks, threads, channels, streams | `carried`, `carriers` |
//! | values that record, log or panic while they are formatted | `harmless`, `nested::values_that_record_or_panic_while_they_are_formatted_harm_nothing` |
//! | destructors of a thread that record after its recorder is gone | `harmless::what_a_thread_records_while_it_ends_harms_nothing` |
//! | ten thousand threads that come and go | `carried::ten_thousand_threads_come_and_go`; `benches/tests/threads.rs` |
//! | a trace 100 000 spans deep | `deep` |
//! | a span with ten million events | `limits::ten_million_events_leave_a_bounded_span_that_counts_them` |
//! | late spans of a dropped trace as fragments | `late::no_fragment_of_a_dropped_segment_is_exported_and_its_late_errors_are_counted` |
//! | an unbounded queue behind a bounded one | `handles::what_is_told_to_a_span_that_runs_elsewhere_is_bounded_and_an_error_still_fits`; `pipeline/unhindered.rs` |
//! | integers of other widths as strings | `nested::integers_of_every_width_are_integers` |

mod carried;
mod carriers;
mod cut;
mod decided;
mod deep;
mod handles;
mod harmless;
mod late;
mod limits;
mod links;
#[cfg(feature = "otlp")]
mod measured;
mod nested;
mod room;
mod spawned;
mod undecided;
