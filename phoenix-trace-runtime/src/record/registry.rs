//! Where strands that others may need to reach are found by their seed: those that are suspended or carried elsewhere.
//! Sharded by the seed, which is random, so that two threads seldom meet.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::{Arc, LazyLock, Mutex};

use super::segment::{Part, lock};

const SHARDS: usize = 64;

type Shard = Mutex<HashMap<u64, Arc<Part>, BuildHasherDefault<Seed>>>;

static REGISTRY: LazyLock<[Shard; SHARDS]> =
    LazyLock::new(|| std::array::from_fn(|_| Shard::default()));

/// Seeds are random already.
#[derive(Default)]
struct Seed(u64);

impl Hasher for Seed {
    fn finish(&self) -> u64 {
        self.0
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

fn shard(seed: u64) -> &'static Shard {
    &REGISTRY[(seed >> 8) as usize % SHARDS]
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
