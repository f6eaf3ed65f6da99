use phoenix_trace::traced_operation;

#[traced_operation(ret("http.response.status_code" = |_| "200"))]
fn load() -> u8 {
    1
}

fn main() {
    let _ = load();
}
