use phoenix_trace::traced_operation;

#[traced_operation(attributes(
    "http.requst.method" = "GET",
    "http.method" = "GET",
    "phoenix.task.id" = 7,
    "http.response.status_code" = "200",
    "server.port" = %80,
    "user.id",
    "user.id" = "a",
    "user.id" = "b",
))]
fn annotated(names: &[&str]) -> usize {
    names.len()
}

fn main() {
    // The function is there, so that no second error follows.
    let _: usize = annotated(&["a"]);
}
