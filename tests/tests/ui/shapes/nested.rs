//! Annotated calls nested deep, within the compiler's default recursion limit: futures grow by a constant for each.

#![deny(warnings)]

use phoenix_trace::traced_operation;

macro_rules! nested {
    ($($name:ident calls $callee:ident;)*) => {$(
        #[traced_operation(attributes("server.port" = n))]
        async fn $name(n: u64) -> Result<u64, String> {
            let below = $callee(n + 1).await?;
            Ok(below + 1)
        }
    )*};
}

#[traced_operation]
async fn f0(n: u64) -> Result<u64, String> {
    if n > 1_000 { Err(n.to_string()) } else { Ok(n) }
}

nested! {
    f1 calls f0;
    f2 calls f1;
    f3 calls f2;
    f4 calls f3;
    f5 calls f4;
    f6 calls f5;
    f7 calls f6;
    f8 calls f7;
    f9 calls f8;
    f10 calls f9;
    f11 calls f10;
    f12 calls f11;
    f13 calls f12;
    f14 calls f13;
}

fn is_send<T: Send>(value: T) -> T {
    value
}

fn main() {
    let future = is_send(f14(1));
    let size = std::mem::size_of_val(&future);
    assert!(size < 14 * 128, "14 nested futures take {size} bytes");
    let run = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    assert_eq!(run.block_on(future), Ok(29));
}
