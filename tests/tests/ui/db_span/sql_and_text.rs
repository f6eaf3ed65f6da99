use phoenix_trace::db_span;

fn main() {
    db_span!(system = "sqlite", sql = "SELECT 1", text = "SELECT 1", 1);
}
