#![deny(deprecated)] // It is a warning, denied here to be seen.
#![allow(unused)]

use phoenix_trace::record;

fn late() {
    record!("cpython.gc.generation" = 3);
}

fn main() {}
