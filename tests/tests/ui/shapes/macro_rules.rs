//! Annotations that come out of a `macro_rules!` macro, whose fragments arrive in invisible groups.

#![deny(warnings)]

use phoenix_trace::{event, record, traced_operation};

macro_rules! operation {
    ($name:ident, $span:literal, $key:literal = $value:expr, $ty:ty, $body:block) => {
        #[traced_operation(name = $span, attributes($key = $value, "server.port" = 1 + $value))]
        fn $name() -> $ty $body
    };
}

operation!(sync, "sync", "http.response.status_code" = 200, Result<u8, String>, {
    if false {
        return Err(String::new());
    }
    record!("server.port" = 80);
    Ok(1)
});

macro_rules! later {
    ($name:ident($($arg:ident: $ty:ty),*) -> $out:ty $body:block) => {
        #[traced_operation(attributes($("user.name" = $arg),*))]
        async fn $name($($arg: $ty),*) -> $out {
            event!("begun", $("user.name" = $arg),*);
            $body
        }
    };
}

later!(asynchronous(name: &str) -> Result<usize, u8> {
    let length = name.len();
    Ok(length)
});

fn main() {
    let _ = sync();
    drop(asynchronous(""));
}
