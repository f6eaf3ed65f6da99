use phoenix_trace::record;

fn late() {
    record!();
}

fn main() {}
