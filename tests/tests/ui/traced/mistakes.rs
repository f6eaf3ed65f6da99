use phoenix_trace::traced;

fn main() {
    traced!();
    traced!("no body");
    traced!("no body", "user.id" = 7,);
    traced!("user.id" = "me", 1);
    traced!(7, 1);
    traced!("", "user.idd" = "me", 1);
    traced!("twice", "user.id" = "a", "user.id" = "b", 1);
    traced!("not last", { 1 }, "user.id" = "b");
    traced!("wrong type", "server.port" = "80", 1);
}
