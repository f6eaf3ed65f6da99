//! Where strands that others may need to reach are found by their seed: those that are suspended or carried elsewhere.
//! Each thread has a shard of its own, as long as there are no more threads than shards, and names it in the seeds of the
//! strands that it takes: two threads meet only where a task moved from one to the other.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::{Arc, LazyLock, Mutex};

use super::part::Part;
use super::segment::lock;

const SHARDS: u64 = 64;

type Shard = Mutex<HashMap<u64, Arc<Part>, BuildHasherDefault<Seed>>>;

static REGISTRY: LazyLock<[Shard; SHARDS as usize]> =
    LazyLock::new(|| std::array::from_fn(|_| Shard::default()));

/// Seeds are random already, but for the number of their shard.
#[derive(Default)]
struct Seed(u64);

impl Hasher for Seed {
    fn finish(&self) -> u64 {
        // Without the part that is the same in the whole shard.
        self.0.rotate_right(SHARDS.trailing_zeros())
    }
    fn write(&mut self, bytes: &[u8]) {
        self.0 = bytes
            .iter()
            .fold(self.0, |hash, byte| hash.rotate_left(8) ^ u64::from(*byte));
    }
    fn write_u64(&mut self, seed: u64) {
        self.0 = seed;
    }
}

/// The seed with the number of the calling thread's shard in it; `thread` numbers the threads from zero.
pub(crate) fn seed_in_shard(random: u64, thread: u64) -> u64 {
    // Never zero, which is no seed.
    random.max(SHARDS) / SHARDS * SHARDS + thread % SHARDS
}

/// The shard of the thread that took the strand.
#[inline]
pub(crate) fn shard_of(seed: u64) -> usize {
    (seed % SHARDS) as usize
}

fn shard(seed: u64) -> &'static Shard {
    &REGISTRY[shard_of(seed)]
}

pub(crate) fn insert(seed: u64, part: Arc<Part>) {
    lock(shard(seed)).insert(seed, part);
}

pub(crate) fn remove(seed: u64) {
    lock(shard(seed)).remove(&seed);
}

pub(crate) fn find(seed: u64) -> Option<Arc<Part>> {
    lock(shard(seed)).get(&seed).cloned()
}

/// Every part of `pipeline` that is reachable now.
pub(crate) fn parts_of(pipeline: &crate::pipeline::Pipeline) -> Vec<Arc<Part>> {
    let mine = |part: &&Arc<Part>| {
        part.segment()
            .is_some_and(|segment| std::ptr::eq(Arc::as_ptr(&segment.pipeline), pipeline))
    };
    REGISTRY
        .iter()
        .flat_map(|shard| {
            lock(shard)
                .values()
                .filter(mine)
                .cloned()
                .collect::<Vec<_>>()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn as_many_threads_as_there_are_shards_meet_at_no_lock() {
        for random in [0, 1, 12345, u64::MAX] {
            let of_thread = |thread| std::ptr::from_ref(shard(seed_in_shard(random, thread)));
            let locks: HashSet<_> = (0..SHARDS).map(of_thread).collect();
            assert_eq!(locks.len() as u64, SHARDS);
            assert!(locks.contains(&of_thread(SHARDS)), "there are no more");
        }
    }
}
