use phoenix_trace::record;

fn late() {
    record!("server.port" = 18_446_744_073_709_551_615);
}

fn main() {}
