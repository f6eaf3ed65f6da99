use phoenix_trace::attribute_keys;

attribute_keys! {
    mod keys {
        METHOD: "http.request.method" => string,
        HEADER: "http.request.header.accept" => string[],
        OLD: "http.method" => string,
        SPACE: "http.request" => string,
        UPPER: "Phoenix.TaskId" => string,
        DASH: "phoenix.task-id" => string,
        DOTS: "phoenix..id" => string,
        EMPTY: "" => string,
        TASK: "phoenix.task" => string,
        AGAIN: "phoenix.task" => int,
        TYPE: "phoenix.type" => text,
        ARRAY: "phoenix.array" => string[3],
        SECRET: "phoenix.secret" => string, secret,
        ARROW: "phoenix.arrow" = string,
        NO_KEY: string,
        FINE: "phoenix.fine" => bool[], sensitive,
    }
}

fn main() {
    let _ = (keys::FINE, keys::TASK);
}
