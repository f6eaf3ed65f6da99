use phoenix_trace::event;

fn late() {
    event!("user.id" = "me");
}

fn main() {}
