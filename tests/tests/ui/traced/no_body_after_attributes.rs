use phoenix_trace::traced;

fn main() {
    traced!("load", "user.id" = "me",);
}
