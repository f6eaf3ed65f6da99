use phoenix_trace::testing::Capture;

#[phoenix_trace::phoenix_test]
fn works(capture: &Capture, seed: u64) {
    let _ = (capture, seed);
}

fn main() {}
