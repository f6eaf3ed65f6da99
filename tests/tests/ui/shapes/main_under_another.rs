//! Another runtime's attribute above leaves a plain `main`, which keeps its runtime.

#![deny(warnings)]

#[tokio::main]
#[phoenix_trace::phoenix_main(service = "shapes")]
async fn main() -> std::process::ExitCode {
    tokio::task::yield_now().await;
    std::process::ExitCode::SUCCESS
}
