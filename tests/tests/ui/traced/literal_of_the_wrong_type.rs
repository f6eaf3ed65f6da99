use phoenix_trace::traced;

fn main() {
    traced!("load", "server.port" = "80", 1);
}
