use phoenix_trace::record;

fn late() {
    record!("http.request.header.accept" = ["a", 1]);
}

fn main() {}
