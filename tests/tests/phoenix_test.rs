//! `#[phoenix_test]`: these tests are what they test.

use std::num::ParseIntError;
use std::process::{Command, ExitCode};

use phoenix_trace::sampling::Sampler;
use phoenix_trace::testing::Capture;
use phoenix_trace::{Config, phoenix_test, traced_operation};

#[traced_operation]
fn work() {}

#[traced_operation]
async fn work_later() {
    tokio::task::yield_now().await;
}

#[traced_operation]
fn parse(text: &str) -> Result<u8, ParseIntError> {
    text.parse()
}

/// The names of what was captured.
fn names(capture: &Capture) -> String {
    let mut names: Vec<String> = capture.spans().into_iter().map(|span| span.name).collect();
    names.sort();
    names.join(" ")
}

#[phoenix_test]
fn a_sync_test_captures(capture: &Capture) {
    work();
    assert_eq!(names(capture), "work");
}

#[phoenix_test]
async fn an_async_test_captures_what_it_spawns(capture: &Capture) {
    assert_eq!(runtime_threads(), 1);
    work_later().await;
    tokio::spawn(work_later()).await.expect("it ends");
    tokio::task::spawn_blocking(work).await.expect("it ends");
    assert_eq!(names(capture), "work work_later work_later");
}

#[phoenix_test(flavor = "multi_thread", worker_threads = 2)]
async fn all_threads_of_its_runtime_report_to_it(capture: &Capture) {
    assert_eq!(runtime_threads(), 2);
    let here = std::thread::current().id();
    let task = tokio::spawn(async move {
        work_later().await;
        std::thread::current().id() != here
    });
    assert!(
        task.await.expect("it ends"),
        "the test has a thread of its own"
    );
    tokio::task::spawn_blocking(work).await.expect("it ends");
    phoenix_trace::spawn_blocking(work).await.expect("it ends");
    assert_eq!(names(capture), "work work work_later");
}

fn runtime_threads() -> usize {
    tokio::runtime::Handle::current().metrics().num_workers()
}

/// Were these tests not apart, they would find each other's spans.
mod beside {
    use super::*;

    macro_rules! alike {
        ($($name:ident)*) => {$(
            #[phoenix_test(flavor = "multi_thread", worker_threads = 1)]
            async fn $name(capture: &Capture) {
                for _ in 0..50 {
                    tokio::spawn(work_later()).await.expect("it ends");
                }
                assert_eq!(capture.spans().len(), 50);
            }
        )*};
    }

    alike!(one two three four);
}

#[phoenix_test]
async fn it_takes_nothing() -> Result<(), ParseIntError> {
    parse("7")?;
    Ok(())
}

#[phoenix_test]
fn it_returns_an_exit_code() -> ExitCode {
    ExitCode::SUCCESS
}

#[phoenix_test]
#[should_panic(expected = "as it should")]
async fn it_panics() {
    work_later().await;
    panic!("as it should");
}

#[phoenix_test(config = Config::default().sampler(Sampler::always_off()))]
fn it_keeps_what_its_sampler_keeps(capture: &Capture) {
    work();
    assert_eq!((names(capture).as_str(), capture.stats().ended), ("", 1));
}

#[phoenix_test]
fn a_destructured_capture_is_still_one(_: &Capture) {
    work();
}

macro_rules! of_types {
    ($name:ident, $capture:ty, $returned:ty) => {
        #[phoenix_test]
        async fn $name(capture: $capture) -> $returned {
            parse("7")?;
            assert_eq!(names(capture), "parse");
            Ok(())
        }
    };
}

of_types!(types_may_come_from_a_macro, &Capture, Result<(), ParseIntError>);

#[phoenix_test]
#[ignore = "it fails: `a_test_that_fails_prints_its_trace` runs it"]
fn it_fails() -> Result<(), ParseIntError> {
    work();
    parse("seven")?;
    Ok(())
}

#[phoenix_test]
#[ignore = "it fails: `a_test_that_fails_prints_its_trace` runs it"]
async fn it_panics_in_earnest() {
    work_later().await;
    panic!("in earnest");
}

#[test]
fn a_test_that_fails_prints_its_trace() {
    for (name, expected) in [
        ("phoenix_test::it_fails", ["work", "✗ ParseIntError"]),
        (
            "phoenix_test::it_panics_in_earnest",
            ["work_later", "1 span"],
        ),
    ] {
        let this = std::env::current_exe().expect("this program has a path");
        let output = Command::new(this)
            .args(["--exact", "--ignored", name])
            .output()
            .expect("it runs");
        assert!(!output.status.success(), "{name} fails");
        let printed = String::from_utf8_lossy(&output.stdout);
        let recorded = printed.split("recorded by the test:").nth(1);
        let recorded = recorded.unwrap_or_else(|| panic!("it prints its trace: {printed}"));
        for text in expected {
            assert!(recorded.contains(text), "{text}: {recorded}");
        }
    }
}
