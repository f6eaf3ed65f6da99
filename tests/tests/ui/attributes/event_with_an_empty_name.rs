use phoenix_trace::event;

fn late() {
    event!("");
}

fn main() {}
