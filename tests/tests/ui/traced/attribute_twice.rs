use phoenix_trace::traced;

fn main() {
    traced!("load", "user.id" = "a", "user.id" = "b", 1);
}
