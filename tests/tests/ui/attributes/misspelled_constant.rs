use phoenix_trace::{keys, record};

fn late() {
    record!(keys::HTTP_REQUEST_METHD = "GET");
}

fn main() {}
