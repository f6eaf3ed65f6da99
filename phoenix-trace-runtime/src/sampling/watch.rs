//! The configuration file, watched: its sampling rules are read anew when it changes, also when it is replaced by another file
//! (editors), by a symbolic link on the way to it that leads elsewhere (config maps of Kubernetes, releases), or together with its
//! directory. The operating system tells of changes, so that nothing wakes up for nothing.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use notify::event::{AccessKind, AccessMode};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};
use tokio::sync::Notify;

use super::{Control, Origin};
use crate::config::Watched;
use crate::config::file::shown;
use crate::diag;

/// Who has not written for so long has finished.
const SETTLED: Duration = Duration::from_millis(50);
/// So often it is waited for that.
const MOST_WAITS: usize = 20;

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
                let problem = format!("{}: {problem}", shown(path));
                self.complain_of_file(&problem);
                return std::future::pending().await;
            }
        };
        let mut watched = BTreeSet::new();
        let mut file = Watched::new(path);
        loop {
            follow(&mut watcher, &mut watched, path);
            // Also at first: the file may have changed since it was read.
            match file.read(self.has_file_rules()) {
                Ok(sampling) => self.set_file(&sampling),
                Err(problem) => self.complain_of_file(&problem),
            }
            changed.notified().await;
            // As long as somebody writes, but not for ever.
            for _ in 0..MOST_WAITS {
                if tokio::time::timeout(SETTLED, changed.notified())
                    .await
                    .is_err()
                {
                    break;
                }
            }
        }
    }

    /// The problem begins with the file's name.
    fn complain_of_file(&self, problem: &str) {
        if self.set_problem(Origin::File, problem.to_owned()) {
            diag::line(format_args!(
                "sampling rules of {problem}; what was in force stays so"
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

/// Watches where the file can be replaced, which is another place once it was.
fn follow(watcher: &mut RecommendedWatcher, watched: &mut BTreeSet<PathBuf>, path: &Path) {
    let mut wanted = places(path);
    loop {
        for gone in watched.difference(&wanted) {
            // It may be gone from the disk as well.
            let _ = watcher.unwatch(gone);
        }
        // Those that are watched already, too: by that name there may be another directory now.
        for directory in &wanted {
            let _ = watcher.watch(directory, RecursiveMode::NonRecursive);
        }
        *watched = wanted;
        // What changed before it was watched, nobody tells.
        wanted = places(path);
        if wanted == *watched {
            return;
        }
    }
}

/// The directories of the file, of what it is a link to, and of every link on the way to it. Of one that is missing, that in
/// which it would appear.
fn places(path: &Path) -> BTreeSet<PathBuf> {
    let links = path.ancestors().skip(1).filter(|above| above.is_symlink());
    let target = path.canonicalize().ok();
    links
        .chain([path])
        .chain(target.as_deref())
        .map(|path| {
            let mut above = path.ancestors().skip(1);
            let directory = above.find(|above| above.as_os_str().is_empty() || above.is_dir());
            let directory = directory.filter(|directory| !directory.as_os_str().is_empty());
            directory.unwrap_or(Path::new(".")).to_owned()
        })
        .collect()
}
