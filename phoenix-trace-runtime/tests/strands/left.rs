//! What a task leaves to the next one joins its segment once, whoever takes it.

use loom::sync::Arc;
use loom::thread;

use crate::idle::Idle;
use crate::joining::Joining;
use crate::sync::{Mutex, check, lock};

#[derive(Debug, Default)]
struct Strand {
    /// The names of those that ran on it.
    tasks: Vec<&'static str>,
    /// Strands that were counted for tasks which went on with this one.
    unused: u32,
}

/// A segment whose tasks go on with the strands of others.
#[derive(Debug)]
struct Segment {
    idle: Idle<Strand>,
    joining: Joining<Vec<Strand>, ()>,
    decided: Mutex<Vec<Strand>>,
}

impl Segment {
    /// Of a local root, with so many tasks.
    fn new(tasks: u32) -> Arc<Self> {
        let joining = Joining::new(Vec::new());
        joining.make(tasks);
        Arc::new(Self {
            idle: Idle::new(),
            joining,
            decided: Mutex::new(Vec::new()),
        })
    }

    /// A task runs on what another one has left, if there is something, and leaves it.
    fn run(&self, name: &'static str) {
        let mut strand = match self.idle.take() {
            Some(mut left) => {
                left.unused += 1;
                left
            }
            None => Box::default(),
        };
        strand.tasks.push(name);
        if let Some(strand) = self.idle.leave(strand) {
            self.join(*strand);
        }
    }

    fn join(&self, strand: Strand) {
        let mut undecided = self
            .joining
            .join(false, strand.unused)
            .expect("only the last to join decides");
        undecided.waiting().push(strand);
        if undecided.is_last() {
            let strands = std::mem::take(undecided.waiting());
            undecided.decide(());
            lock(&self.decided).extend(strands);
        }
    }

    /// What is left joins, and what is left later joins by itself.
    fn close(&self) {
        if let Some(left) = self.idle.close() {
            self.join(*left);
        }
    }

    /// The local root ends.
    fn end(&self) {
        self.close();
        self.join(Strand {
            tasks: vec!["root"],
            unused: 0,
        });
    }

    /// The names of all that was decided, in order.
    fn decided(&self) -> Vec<&'static str> {
        let decided = lock(&self.decided);
        let mut tasks: Vec<_> = decided
            .iter()
            .flat_map(|strand| strand.tasks.clone())
            .collect();
        tasks.sort_unstable();
        tasks
    }
}

/// Runs a task on a thread of its own.
fn task(segment: &Arc<Segment>, name: &'static str) -> thread::JoinHandle<()> {
    let segment = segment.clone();
    thread::spawn(move || segment.run(name))
}

fn wait_for(tasks: impl IntoIterator<Item = thread::JoinHandle<()>>) {
    for task in tasks {
        task.join().expect("no model panics elsewhere");
    }
}

#[test]
fn what_is_left_while_the_local_root_ends_joins_once() {
    check(|| {
        let segment = Segment::new(1);
        let one = task(&segment, "one");
        segment.end();
        wait_for([one]);
        assert_eq!(segment.decided(), ["one", "root"]);
    });
}

#[test]
fn a_task_goes_on_with_what_is_left_or_begins_anew() {
    check(|| {
        let segment = Segment::new(3);
        segment.run("one");
        let others = ["two", "three"].map(|name| task(&segment, name));
        segment.end();
        wait_for(others);
        assert_eq!(segment.decided(), ["one", "root", "three", "two"]);
    });
}

#[test]
fn what_two_leave_at_once_joins_once_each() {
    check(|| {
        let segment = Segment::new(2);
        let tasks = ["one", "two"].map(|name| task(&segment, name));
        segment.end();
        wait_for(tasks);
        assert_eq!(segment.decided(), ["one", "root", "two"]);
    });
}

#[test]
fn what_is_cut_takes_along_what_is_left() {
    check(|| {
        let segment = Segment::new(2);
        segment.run("one");
        let two = task(&segment, "two");
        if let Some(left) = segment.idle.take() {
            segment.join(*left);
        }
        segment.end();
        wait_for([two]);
        assert_eq!(segment.decided(), ["one", "root", "two"]);
    });
}
