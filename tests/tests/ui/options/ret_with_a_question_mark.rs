use phoenix_trace::traced_operation;

#[traced_operation(ret("server.port" = |port| port.checked_add(1)?))]
fn load() -> u8 {
    1
}

fn main() {
    let _ = load();
}
