//! `request-flow` as a launcher of other processes: which of them run, and that none of them nor a file is left.

use std::fs;
use std::process::ExitStatus;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use super::child::Child;
use super::request_flow;

pub(crate) struct Launcher {
    pub(crate) child: Child,
    /// Its folder for temporary files, by which its processes are known: all of them inherit the variable.
    folder: TempDir,
}

impl Launcher {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut command = request_flow(arguments);
        command.env("TMPDIR", folder.path());
        Self {
            child: Child::start("request-flow", command),
            folder,
        }
    }

    /// Waits until the gateway of `--serve` is ready.
    pub(crate) fn wait_until_it_serves(&self) {
        let line = self.child.stdout.wait_for(Duration::from_secs(30), |line| {
            line.contains("http://").then_some(())
        });
        assert!(line.is_some(), "it does not serve; {}", self.child);
    }

    /// The launcher and its services that run, with their command lines.
    pub(crate) fn processes(&self) -> Vec<(Pid, String)> {
        let mark = format!("TMPDIR={}", self.folder.path().display()).into_bytes();
        let belongs = |environment: &[u8]| environment.split(|byte| *byte == 0).any(|v| v == mark);
        fs::read_dir("/proc")
            .expect("a system with /proc")
            .filter_map(|entry| {
                let entry = entry.ok()?;
                let pid = Pid::from_raw(entry.file_name().to_str()?.parse().ok()?)?;
                // A process may end meanwhile; one that has ended has no environment.
                let environment = fs::read(entry.path().join("environ")).ok()?;
                let command = fs::read(entry.path().join("cmdline")).ok()?;
                let command = String::from_utf8_lossy(&command).replace('\0', " ");
                belongs(&environment).then_some((pid, command))
            })
            .collect()
    }

    /// The process of one service.
    pub(crate) fn service(&self, name: &str) -> Pid {
        let processes = self.processes();
        let process = processes
            .iter()
            .find(|(_, command)| command.contains(&format!("service {name}")));
        process
            .unwrap_or_else(|| panic!("{name} is not in {processes:?}"))
            .0
    }

    /// Waits until it has ended, and looks at what it left.
    pub(crate) fn ended(&mut self, deadline: Duration) -> ExitStatus {
        let status = self.child.wait(deadline);
        let left = self.processes();
        assert!(left.is_empty(), "these were left: {left:?}; {}", self.child);
        let files: Vec<_> = fs::read_dir(self.folder.path())
            .expect("its folder")
            .collect();
        assert!(files.is_empty(), "these were left: {files:?}");
        status
    }

    /// Waits until its processes are as `done` wants them. They are not our children: nobody tells us of their end.
    pub(crate) fn wait_until(&self, deadline: Duration, done: impl Fn(&[(Pid, String)]) -> bool) {
        let start = Instant::now();
        loop {
            let left = self.processes();
            if done(&left) {
                return;
            }
            assert!(start.elapsed() < deadline, "these are left: {left:?}");
            thread::sleep(Duration::from_millis(10));
        }
    }

    pub(crate) fn stderr(&self) -> String {
        self.child.stderr.all().join("\n")
    }

    pub(crate) fn stdout(&self) -> String {
        self.child.stdout.all().join("\n")
    }
}

impl Drop for Launcher {
    fn drop(&mut self) {
        for (pid, _) in self.processes() {
            // It may end by itself meanwhile.
            let _ = kill_process(pid, Signal::KILL);
        }
    }
}
