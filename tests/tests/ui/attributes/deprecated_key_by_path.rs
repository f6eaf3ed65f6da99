use phoenix_trace::{keys, record};

fn late() {
    record!(keys::HTTP_METHOD = "GET");
}

fn main() {}
