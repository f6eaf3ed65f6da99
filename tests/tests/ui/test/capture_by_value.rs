use phoenix_trace::testing::Capture;

#[phoenix_trace::phoenix_test]
fn works(capture: Capture) {
    drop(capture);
}

fn main() {}
