#![deny(deprecated)] // It is a warning, denied here to be seen.
#![allow(unused)]

use phoenix_trace::{keys, record};

fn late() {
    record!(keys::RPC_MESSAGE_ID = 1);
}

fn main() {}
