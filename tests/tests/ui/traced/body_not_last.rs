use phoenix_trace::traced;

fn main() {
    traced!("load", { 1 }, "user.id" = "b");
}
