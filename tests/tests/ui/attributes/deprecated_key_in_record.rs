use phoenix_trace::record;

fn late() {
    record!("deployment.environment" = "production");
}

fn main() {}
