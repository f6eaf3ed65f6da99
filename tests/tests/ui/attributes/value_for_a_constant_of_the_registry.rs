use phoenix_trace::{keys, record};

fn late(status: String) {
    record!(keys::HTTP_RESPONSE_STATUS_CODE = status);
}

fn main() {}
