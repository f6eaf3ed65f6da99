use phoenix_trace::db_span;

fn main() {
    db_span!();
}
