use phoenix_trace::traced;

fn main() {
    traced!("user.id" = "me", 1);
}
