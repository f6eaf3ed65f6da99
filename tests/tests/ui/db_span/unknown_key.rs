use phoenix_trace::db_span;

fn main() {
    db_span!(system = "sqlite", "db.namespac" = "a", 1);
}
