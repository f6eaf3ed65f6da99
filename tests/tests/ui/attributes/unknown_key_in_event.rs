use phoenix_trace::event;

fn late() {
    event!("placed", "user.idd" = "me");
}

fn main() {}
