//! A program that is compiled with `panic = "abort"`, which no test can be: a file of its own, linked with the libraries that this
//! program is linked with.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

/// Compiles the program at `source`; the executable.
pub(crate) fn with_abort(source: &str) -> PathBuf {
    let this = std::env::current_exe().expect("this program has a path");
    let libraries = this.parent().expect("a folder");
    let name = Path::new(source).file_stem().expect("a name");
    let program = libraries.join(format!("{}-{}", name.display(), std::process::id()));
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc)
        .args(["--edition", "2024", "-C", "panic=abort", "-L"])
        .arg(format!("dependency={}", libraries.display()))
        .arg("--extern")
        .arg(format!("phoenix_trace={}", facade(libraries).display()))
        .arg("-o")
        .arg(&program)
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join(source))
        // What `#[phoenix_main]` names the service by.
        .env("CARGO_PKG_NAME", "aborts")
        .env("CARGO_PKG_VERSION", "1.0.0")
        .output()
        .expect("there is a compiler");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    program
}

/// The one that was built last: this program was built after it.
fn facade(libraries: &Path) -> PathBuf {
    let built = std::fs::read_dir(libraries).expect("a folder").flatten();
    let is_facade = |name: &str| name.starts_with("libphoenix_trace-") && name.ends_with(".rlib");
    let built = built.filter(|file| is_facade(&file.file_name().to_string_lossy()));
    let since = |file: &std::fs::DirEntry| {
        let metadata = file.metadata().and_then(|metadata| metadata.modified());
        metadata.unwrap_or(SystemTime::UNIX_EPOCH)
    };
    built.max_by_key(since).expect("the library").path()
}
