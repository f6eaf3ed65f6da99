//! On an impl: what cannot be said of all methods, and methods that cannot be traced.

use phoenix_trace::{current_span, traced_operation};

struct Service {
    name: String,
}

#[traced_operation(name = "service", ret, parent = current_span(), skip, attributes("user.idd" = self.name))]
impl Service {
    fn first(&self) {}
    fn second(&self) {}
}

#[traced_operation]
impl Service {
    const fn constant(&self) -> usize {
        1
    }

    #[traced_operation(skip, kind = client)]
    fn skipped(&self) {}

    #[traced_operation]
    #[traced_operation(root)]
    fn twice(&self) {}

    #[traced_operation(nam = "x")]
    fn unknown(&self) -> impl Future<Output = ()> {
        std::future::ready(())
    }
}

#[traced_operation(skip)]
fn alone() {}

#[traced_operation]
trait Work {
    fn work(&self) {}
}

fn main() {
    let service = Service { name: String::new() };
    service.first();
    service.second();
    let _ = service.constant();
    service.skipped();
    service.twice();
    drop(service.unknown());
    alone();
}
