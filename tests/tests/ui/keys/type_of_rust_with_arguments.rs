use phoenix_trace::attribute_keys;

attribute_keys! {
    mod keys {
        WORDS: "phoenix.words" => Vec<String>,
        NUMBERS: "phoenix.numbers" => u64[],
        NAME: "phoenix.name" => Option<&'static str>, sensitive,
        DEPTH: "phoenix.depth" => &u32,
        TABLE: "phoenix.table" => HashMap<String, u64>,
    }
}

fn main() {}
