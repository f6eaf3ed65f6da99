//! `#[phoenix_main]` as programs: what they return is what the shell sees, and what they recorded was flushed before. This
//! program runs itself, as one of them.

use std::process::{Command, ExitCode, Termination as _};

use phoenix_trace::{Config, traced_operation};

#[traced_operation]
fn work() {}

#[traced_operation]
async fn work_later() {
    tokio::task::yield_now().await;
}

fn ending() -> String {
    std::env::args().nth(2).unwrap_or_default()
}

fn config() -> Result<Config, &'static str> {
    if ending() == "unconfigured" {
        return Err("the file is gone");
    }
    Ok(Config::from_env().service("named by a function"))
}

/// `async fn main`, a configuration by a function.
mod asynchronous {
    use super::*;

    #[phoenix_trace::phoenix_main(config = config, flavor = "current_thread")]
    pub(super) async fn main() -> Result<ExitCode, String> {
        work_later().await;
        match ending().as_str() {
            "code" => Ok(ExitCode::from(7)),
            "error" => Err("it failed".to_owned()),
            "panic" => panic!("it panicked"),
            _ => Ok(ExitCode::SUCCESS),
        }
    }
}

/// `fn main`, the value of a configuration, another name.
mod synchronous {
    use super::*;

    #[phoenix_trace::phoenix_main(config = config(), service = "named by the attribute")]
    pub(super) fn main() -> impl std::process::Termination {
        work();
        match ending().as_str() {
            "code" => Ok(ExitCode::from(7)),
            "error" => Err("it failed"),
            "panic" => panic!("it panicked"),
            _ => Ok(ExitCode::SUCCESS),
        }
    }
}

/// `main` that returns nothing, by a panic or not.
mod nothing {
    use super::*;

    #[phoenix_trace::phoenix_main(config = Config::from_env().service("named in place"), worker_threads = 1)]
    pub(super) async fn main() {
        tokio::spawn(work_later()).await.expect("it ends");
    }
}

/// `main` that never returns.
mod never {
    use super::*;

    #[phoenix_trace::phoenix_main]
    pub(super) async fn main() -> ! {
        work_later().await;
        panic!("it panicked")
    }
}

mod never_synchronous {
    use super::*;

    #[phoenix_trace::phoenix_main]
    pub(super) fn main() -> ! {
        work();
        panic!("it panicked")
    }
}

fn main() -> ExitCode {
    match std::env::args().nth(1).as_deref() {
        Some("asynchronous") => asynchronous::main().report(),
        Some("synchronous") => synchronous::main().report(),
        Some("nothing") => {
            nothing::main();
            ExitCode::SUCCESS
        }
        Some("never") => never::main(),
        Some("never_synchronous") => never_synchronous::main(),
        _ => check_all(),
    }
}

fn check_all() -> ExitCode {
    for (program, service) in [
        ("asynchronous", "named by a function"),
        ("synchronous", "named by the attribute"),
    ] {
        check(program, "success", 0, &["work", service]);
        check(program, "code", 7, &["work", service]);
        check(program, "error", 1, &["work", service, "it failed"]);
        check(program, "panic", 101, &["work", service, "it panicked"]);
        let without = "since it has no configuration: the file is gone";
        check(program, "unconfigured", 0, &[without]);
    }
    check("nothing", "", 0, &["work_later", "named in place"]);
    check("never", "", 101, &["work_later", "it panicked"]);
    check("never_synchronous", "", 101, &["work", "it panicked"]);
    ExitCode::SUCCESS
}

/// What the program ends with when it is to end in this way, and what it says on standard error, its console among that.
#[track_caller]
fn check(program: &str, ending: &str, code: i32, expected: &[&str]) {
    let this = std::env::current_exe().expect("this program has a path");
    let output = Command::new(this)
        .args([program, ending])
        .env_clear()
        .output()
        .expect("it runs");
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(
        output.status.code(),
        Some(code),
        "{program} {ending}: {told}"
    );
    for text in expected {
        assert!(told.contains(text), "{program} {ending}: {text}: {told}");
    }
}
