use phoenix_trace::traced;

async fn load(id: u64) -> Result<u64, String> {
    Ok(id)
}

async fn loads() {
    let _ = traced!("load user", load(7)).await;
    let _ = traced!("load user", {
        let id = 7;
        async move { load(id).await }
    })
    .await;
}

fn main() {
    drop(loads());
}
