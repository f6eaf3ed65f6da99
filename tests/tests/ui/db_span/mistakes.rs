use phoenix_trace::db_span;

fn main() {
    db_span!();
    db_span!(system = "sqlite");
    db_span!(sql = "SELECT 1", 1);
    db_span!(sytem = "sqlite", 1);
    db_span!(system = 7, namespace = 7, "db.namespac" = "a", 1);
    db_span!(system = "sqlite", namespace = , 1);
    db_span!(system = "sqlite", sql = "SELECT 1", text = "SELECT 1", 1);
    db_span!(system = "sqlite", rows = 7, 1);
    db_span!(system = "sqlite", rows = |n| n, rows = |n| n, 1);
    db_span!(system = "sqlite", err(skip), 1);
    db_span!(system = "sqlite", { 1 }, namespace = "a");
    db_span!(system = "sqlite", || 1);
}
