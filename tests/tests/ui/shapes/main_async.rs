//! `main` as most services have it.

#![deny(warnings)]

use phoenix_trace::phoenix_main;

#[phoenix_main(service = format!("shapes-{}", 1), version = env!("CARGO_PKG_VERSION"), flavor = "multi_thread", worker_threads = 1 + 1)]
async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let n: u8 = "7".parse()?;
    tokio::spawn(async move { assert_eq!(n, 7) }).await?;
    if n == 7 {
        return Ok(());
    }
    Err("never".into())
}
