//! A guard that is held across an await belongs to one thread: what holds it cannot be spawned.

use phoenix_trace::__private::{Site, SpanKind, enter};

static SITE: Site = Site::new("held", SpanKind::Internal, "");

async fn holds() {
    let guard = enter(&SITE, &[]);
    std::future::ready(()).await;
    drop(guard);
}

fn main() {
    let _task = phoenix_trace::spawn(holds());
}
