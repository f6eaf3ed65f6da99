use phoenix_trace::attribute_keys;

attribute_keys! {
    mod keys {
        STATE: "phoenix.state" => enum State { Queued, Queued },
        PLACE: "phoenix.place" => enum Place { Here, Here = "there" },
    }
}

fn main() {}
