use phoenix_trace::traced_operation;

#[traced_operation]
const fn one() -> u8 {
    1
}

const ONE: u8 = one();

fn main() {
    let _ = ONE;
}
