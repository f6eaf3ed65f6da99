use phoenix_trace::db_span;

async fn get(key: &str) -> Option<&str> {
    Some(key)
}

async fn cart() {
    let _ = db_span!(system = "redis", operation = "GET", get("cart:17")).await;
}

fn main() {
    drop(cart());
}
