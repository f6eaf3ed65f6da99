use phoenix_trace::attribute_keys;

attribute_keys! {
    mod keys {
        STATE: "phoenix.state" => enum State { Queued, Running(u8), Done { at: u64 } },
    }
}

fn main() {}
