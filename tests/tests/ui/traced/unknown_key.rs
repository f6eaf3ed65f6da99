use phoenix_trace::traced;

fn main() {
    traced!("load", "user.idd" = "me", 1);
}
