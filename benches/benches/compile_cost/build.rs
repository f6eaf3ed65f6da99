//! A run of Cargo in the generated workspace in, what it took out.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeVal;

/// What a build took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Took {
    /// User and system time of Cargo and of everything that it ran, in seconds.
    pub(crate) cpu: f64,
    /// Seconds that passed.
    pub(crate) wall: f64,
}

pub(crate) struct Cargo {
    dir: PathBuf,
    target: PathBuf,
}

impl Cargo {
    /// Cargo in this workspace, with its own target directory of this name.
    pub(crate) fn new(workspace: &Path, target: &str) -> Self {
        Self {
            dir: workspace.to_owned(),
            target: workspace.join(target),
        }
    }

    /// Builds a package in release. What it depends on was fetched for the repository: nothing is asked for.
    pub(crate) fn build(&self, package: &str) -> Result<Took, String> {
        self.run("build", package)
    }

    /// Forgets what was built of one package.
    pub(crate) fn clean(&self, package: &str) -> Result<(), String> {
        self.run("clean", package).map(|_| ())
    }

    /// The library that was built of a package.
    pub(crate) fn library(&self, package: &str) -> PathBuf {
        let file = format!("lib{}.rlib", package.replace('-', "_"));
        self.target.join("release").join(file)
    }

    fn run(&self, command: &str, package: &str) -> Result<Took, String> {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| OsStr::new("cargo").to_owned());
        let mut process = Command::new(cargo);
        process
            .current_dir(&self.dir)
            .args([command, "--release", "--offline", "--target-dir"])
            .arg(&self.target)
            .args(["--package", package])
            // The release profile as it comes: a cache would be what is measured.
            .env("CARGO_INCREMENTAL", "0")
            .env_remove("RUSTC_WRAPPER")
            .env_remove("CARGO_BUILD_TARGET");
        let (cpu, start) = (children_cpu()?, Instant::now());
        let output = process
            .output()
            .map_err(|error| format!("cargo cannot be started: {error}"))?;
        let wall = start.elapsed().as_secs_f64();
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(format!("cargo {command} {package}:\n{said}"));
        }
        let cpu = children_cpu()?.saturating_sub(cpu).as_secs_f64();
        Ok(Took { cpu, wall })
    }
}

/// CPU time of the processes that this one started and that ended, theirs included.
fn children_cpu() -> Result<Duration, String> {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN);
    let usage = usage.map_err(|error| format!("no CPU time of other processes: {error}"))?;
    Ok(duration(usage.user_time()) + duration(usage.system_time()))
}

fn duration(time: TimeVal) -> Duration {
    let [seconds, micros] = [time.tv_sec(), time.tv_usec()].map(|part| part.unsigned_abs());
    Duration::from_secs(seconds) + Duration::from_micros(micros)
}
