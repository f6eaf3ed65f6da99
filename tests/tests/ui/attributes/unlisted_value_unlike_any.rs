#![deny(deprecated)] // It is a warning, denied here to be seen.
#![allow(unused)]

use phoenix_trace::event;

fn late() {
    event!("read", "network.transport" = "carrier pigeon");
}

fn main() {}
