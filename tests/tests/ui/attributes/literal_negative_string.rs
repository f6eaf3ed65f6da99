use phoenix_trace::event;

fn late() {
    event!("placed", "server.port" = -"80");
}

fn main() {}
