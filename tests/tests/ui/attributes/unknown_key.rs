use phoenix_trace::{event, record, traced_operation};

#[traced_operation(attributes("http.requst.method" = "GET", "phoenix.task.id" = 7, "http.request.haeder.accept" = ["x"]))]
fn annotated() {}

fn main() {
    annotated();
    record!("db.systm.name" = "sqlite");
    event!("placed", "http.request.header" = ["x"]);
}
