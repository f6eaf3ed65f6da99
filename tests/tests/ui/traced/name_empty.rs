use phoenix_trace::traced;

fn main() {
    traced!("", 1);
}
