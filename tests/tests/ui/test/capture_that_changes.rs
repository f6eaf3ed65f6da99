use phoenix_trace::testing::Capture;

#[phoenix_trace::phoenix_test]
fn works(capture: &mut Capture) {
    drop(capture.spans());
}

fn main() {}
