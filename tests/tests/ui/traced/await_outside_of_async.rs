use phoenix_trace::traced;

async fn load(id: u64) -> u64 {
    id
}

fn main() {
    traced!("load user", load(7).await);
}
