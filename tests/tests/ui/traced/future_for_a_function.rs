use phoenix_trace::with_traced_operation;

async fn load() -> Result<u8, String> {
    Ok(1)
}

async fn loads() {
    let _ = with_traced_operation("load user", (), || load()).await;
}

fn main() {
    drop(loads());
}
