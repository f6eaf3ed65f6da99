//! What the machine can do right now: a fixed loop of instructions, and two readings of each clock. Machines change speed
//! under a benchmark; numbers are compared only when the loop took the same time beside them.

use std::hint::black_box;
use std::time::Instant;

/// Nanoseconds for a hundred turns of a loop that keeps several arithmetic units busy and touches no memory. It
/// multiplies, so that no compiler turns it into vector code, whose speed varies by itself.
pub(crate) fn instructions() -> f64 {
    const TURNS: u32 = 20_000;
    let start = Instant::now();
    let mut lanes: [u64; 5] = black_box([1, 2, 3, 5, 7]);
    for turn in 0..TURNS {
        for lane in &mut lanes {
            *lane = lane.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(23) ^ u64::from(turn);
            *lane = lane.wrapping_add(*lane >> 7);
        }
    }
    black_box(lanes);
    per(start, TURNS) * 100.0
}

/// Nanoseconds for two readings of the recorder's clock: the floor.
pub(crate) fn two_readings() -> f64 {
    const TIMES: u32 = 2_000;
    let clock = quanta::Clock::new();
    let start = Instant::now();
    for _ in 0..TIMES {
        black_box(clock.raw());
        black_box(clock.raw());
    }
    per(start, TIMES)
}

/// Nanoseconds for two readings of the standard library's clock.
pub(crate) fn two_instants() -> f64 {
    const TIMES: u32 = 1_000;
    let start = Instant::now();
    for _ in 0..TIMES {
        black_box(Instant::now());
        black_box(Instant::now());
    }
    per(start, TIMES)
}

fn per(start: Instant, times: u32) -> f64 {
    start.elapsed().as_nanos() as f64 / f64::from(times)
}
