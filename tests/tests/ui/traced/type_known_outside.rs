use std::num::ParseIntError;

use phoenix_trace::traced;

fn port(text: &str) -> Result<u16, ParseIntError> {
    let port: u16 = traced!("parse", text.parse())?;
    Ok(port)
}

async fn ports() {
    let ports: Vec<u16> = traced!("collect", async { [80, 443].into_iter().collect() }).await;
    drop(ports);
}

fn main() {
    let _ = (port("80"), ports());
}
