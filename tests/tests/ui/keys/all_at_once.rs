use phoenix_trace::{attribute_keys, record};

attribute_keys! {
    mod keys {
        METHOD: "http.request.method" => string,
        DASH: "phoenix.task-id" => string,
        NUMBER: "phoenix.number" => u64, secret, sensitive,
        STATE: "phoenix.state" => enum State { Queued, Waiting = "queued" },
        FINE: "phoenix.fine" => bool[], sensitive,
    }
}

fn main() {
    // The keys are there, so that no second error follows.
    record!(keys::METHOD = "GET", keys::DASH = "x", keys::NUMBER = 1, keys::FINE = [true]);
    record!(keys::STATE = keys::State::Waiting);
}
