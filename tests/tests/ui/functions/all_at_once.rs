//! All mistakes are told at once, each where it is, and no other ones.

use phoenix_trace::traced_operation;

#[traced_operation(nme = "one", kind = "client", attributes("http.metod" = "GET"))]
const fn one() -> u8 {
    1
}

const ONE: u8 = one();

fn main() {
    let _ = ONE;
}
