use phoenix_trace::db_span;

struct Opaque;

fn main() {
    let port = 7_u16;
    db_span!(system = "sqlite", namespace = port, 1);
    db_span!(system = "sqlite", sql = port, 1);
    db_span!(system = "sqlite", rows = |rows| rows.len(), 1);
    db_span!(system = "sqlite", rows = |rows: &Vec<u8>| "many", vec![1_u8]);
    db_span!(system = "sqlite", status_code = |_| Opaque, Err::<(), _>(7));
}
