use phoenix_trace::attribute_keys;

attribute_keys! {
    mod keys {
        OLD: "rpc.message.id" => int,
    }
}

fn main() {}
