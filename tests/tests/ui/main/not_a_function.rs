#[phoenix_trace::phoenix_main]
struct Main;

fn main() {
    let _ = Main;
}
