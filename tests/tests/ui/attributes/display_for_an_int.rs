use phoenix_trace::record;

fn late() {
    record!("server.port" = %80);
}

fn main() {}
