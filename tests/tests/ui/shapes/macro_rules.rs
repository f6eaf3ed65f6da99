//! Annotations that come out of a `macro_rules!` macro, whose fragments arrive in invisible groups.

#![deny(warnings)]

use std::future::Future;
use std::pin::Pin;

use phoenix_trace::{db_span, event, record, traced, traced_operation};

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

/// Expressions arrive in such a group as a whole: closures, async blocks, names, keys.
macro_rules! handed_on {
    ($name:expr, $key:expr, $of_value:expr, $judge:expr, $future:expr, $body:block) => {
        #[traced_operation(name = $name, ret("db.response.returned_rows" = $of_value), err(if = $judge))]
        fn judged() -> Result<Vec<u8>, u8> {
            record!($key = "me");
            Ok(Vec::new())
        }

        #[traced_operation]
        fn promised() -> impl Future<Output = u8> {
            $future
        }

        #[traced_operation]
        fn boxed() -> Pin<Box<dyn Future<Output = u8>>> {
            Box::pin($future)
        }

        async fn inside() -> u8 {
            let of_body: u8 = traced!($name, $key = "me", $body);
            let of_query = db_span!(system = "redis", rows = $of_value, vec![of_body]);
            traced!($name, $future).await + db_span!(system = "redis", $future).await + of_query.len() as u8
        }
    };
}

handed_on!("the name", "user.id", |rows| rows.len(), |error| *error > 3, async { 1 }, { 2 });

fn main() {
    let _ = (judged(), promised(), boxed());
    drop(inside());
    let _ = sync();
    drop(asynchronous(""));
}
