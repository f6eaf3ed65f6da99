//! The configuration file, watched: its sampling rules are read anew when it changes, also when it is replaced by another file
//! (editors), or by a symbolic link in its directory that leads elsewhere (config maps of Kubernetes). The operating system tells
//! of changes, so that nothing wakes up for nothing.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use notify::event::{AccessKind, AccessMode};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};
use tokio::sync::Notify;

use super::{Control, Origin};
use crate::config::Watched;
use crate::diag;

/// Who writes a file is given so long to finish.
const SETTLED: Duration = Duration::from_millis(50);

impl Control {
    /// Follows the file as long as this is polled. Without one it waits.
    pub(super) async fn watch(&self) {
        let Some(path) = &self.path else {
            return std::future::pending().await;
        };
        let changed = Arc::new(Notify::new());
        let mut watcher = match watcher(changed.clone()) {
            Ok(watcher) => watcher,
            Err(problem) => {
                self.complain_of_file(path, &problem.to_string());
                return std::future::pending().await;
            }
        };
        let mut watched = BTreeSet::new();
        let mut file = Watched::new(path);
        loop {
            follow(&mut watcher, &mut watched, path);
            // Also at first: the file may have changed since it was read.
            match file.read() {
                Ok(sampling) => self.set_file(&sampling),
                Err(problem) => self.complain_of_file(path, &problem),
            }
            changed.notified().await;
            tokio::time::sleep(SETTLED).await;
        }
    }

    fn complain_of_file(&self, path: &Path, problem: &str) {
        if self.set_problem(Origin::File, problem.to_owned()) {
            diag::line(format_args!(
                "sampling rules of {}: {problem}; what was in force stays so",
                path.display()
            ));
        }
    }
}

fn watcher(changed: Arc<Notify>) -> notify::Result<RecommendedWatcher> {
    notify::recommended_watcher(move |event: notify::Result<Event>| {
        if event.is_ok_and(|event| is_reading(event.kind)) {
            return;
        }
        // Whatever else it is, and if it is an error: the file is looked at.
        changed.notify_one();
    })
}

/// Was a file only opened, or read? We do so ourselves, and would never stop.
fn is_reading(kind: EventKind) -> bool {
    const WRITTEN: EventKind = EventKind::Access(AccessKind::Close(AccessMode::Write));
    kind.is_access() && kind != WRITTEN
}

/// Watches the directories of the file, and of what it is a link to: a file that is replaced is another one.
fn follow(watcher: &mut RecommendedWatcher, watched: &mut BTreeSet<PathBuf>, path: &Path) {
    let directory = |path: &Path| match path.parent() {
        Some(parent) if parent.as_os_str().is_empty() => PathBuf::from("."),
        Some(parent) => parent.to_owned(),
        None => path.to_owned(),
    };
    let mut wanted = BTreeSet::from([directory(path)]);
    wanted.extend(path.canonicalize().ok().map(|target| directory(&target)));
    for gone in watched.difference(&wanted) {
        // It may be gone from the disk as well.
        let _ = watcher.unwatch(gone);
    }
    watched.retain(|directory| wanted.contains(directory));
    for directory in wanted {
        if !watched.contains(&directory)
            && watcher
                .watch(&directory, RecursiveMode::NonRecursive)
                .is_ok()
        {
            watched.insert(directory);
        }
    }
}
