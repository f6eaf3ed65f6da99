//! The workload without any tracing: what the runtime and the calls cost by themselves.

use std::hint::black_box;

use super::{CHILDREN, Stack, yielded};

pub(crate) struct Untraced;

#[inline(never)]
fn root(text: &str) -> i64 {
    (0..CHILDREN).map(|n| child(n, text)).sum()
}

#[inline(never)]
fn child(n: i64, text: &str) -> i64 {
    black_box(text);
    black_box(n)
}

async fn root_in_task(text: &str) -> i64 {
    let mut sum = 0;
    for n in 0..CHILDREN {
        sum += child_in_task(n, text).await;
    }
    sum
}

async fn child_in_task(n: i64, text: &str) -> i64 {
    black_box(text);
    black_box(n)
}

async fn root_yielding(text: &str) -> i64 {
    let mut sum = 0;
    for n in 0..CHILDREN {
        sum += child_yielding(n, text).await;
    }
    sum
}

async fn child_yielding(n: i64, text: &str) -> i64 {
    black_box(text);
    yielded().await;
    black_box(n)
}

async fn root_spawning(text: &'static str) -> i64 {
    let mut sum = 0;
    for n in 0..CHILDREN {
        sum += tokio::spawn(child_in_task(n, text)).await.unwrap_or(0);
    }
    sum
}

impl Stack for Untraced {
    fn sync(text: &'static str) -> i64 {
        root(text)
    }

    fn in_task(text: &'static str) -> impl Future<Output = i64> + Send + 'static {
        root_in_task(text)
    }

    fn yielding(text: &'static str) -> impl Future<Output = i64> + Send + 'static {
        root_yielding(text)
    }

    fn spawned(text: &'static str) -> impl Future<Output = i64> + Send + 'static {
        root_spawning(text)
    }
}
