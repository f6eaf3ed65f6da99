use phoenix_trace::record;

fn late() {
    record!("db.systm.name" = "sqlite");
}

fn main() {}
