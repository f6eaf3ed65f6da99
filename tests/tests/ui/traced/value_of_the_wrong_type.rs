use phoenix_trace::traced;

fn main() {
    let port = String::new();
    traced!("load", "server.port" = port, 1);
}
