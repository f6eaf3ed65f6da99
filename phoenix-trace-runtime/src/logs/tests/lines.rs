//! Standard output that is slow, blocked, or closed.

use std::sync::mpsc::{Receiver, Sender, channel};

use super::*;

/// Takes a piece only when it is told to.
struct Blocked {
    go_on: Receiver<()>,
    blocked: Sender<()>,
    written: Written,
}

impl Write for Blocked {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let _ = self.blocked.send(());
        let _ = self.go_on.recv();
        self.written.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn blocked() -> (Blocked, Sender<()>, Receiver<()>) {
    let ((go, go_on), (blocked, is_blocked)) = (channel(), channel());
    let written = Written::default();
    let out = Blocked {
        go_on,
        blocked,
        written,
    };
    (out, go, is_blocked)
}

/// A pipeline whose lines go to `out`.
fn rig(config: Config, out: impl Write + Send + 'static, written: Written) -> Rig {
    let pipeline = bootstrap::start(config.log_writer(out)).expect("threads");
    Rig { pipeline, written }
}

#[test]
fn lines_that_nobody_reads_hold_up_nobody_and_their_loss_is_told() {
    let (out, go, is_blocked) = blocked();
    let written = out.written.clone();
    let rig = rig(config().log_lines(10, 1 << 20), out, written);
    rig.run(|| {
        tracing::info!("first");
        is_blocked.recv().expect("the writer");
        (0..100).for_each(|number| tracing::info!(number, "more"));
    });
    let lines = rig.stats().logs.lines.expect("lines");
    assert_eq!((lines.queued, lines.queue_full), (10, 91), "{lines:?}");
    drop(go);
    let mut messages = rig.messages();
    // The notice may be written after what was waited for.
    rig.shutdown();
    if messages.len() < 11 {
        messages = rig.messages();
    }
    let notice = "91 log line(s) are missing here: standard output did not take them in time";
    assert_eq!(messages.len(), 11, "{messages:?}");
    assert!(
        messages.iter().any(|message| message == notice),
        "{messages:?}"
    );
    let lines = rig.stats().logs.lines.expect("lines");
    assert_eq!((lines.written, lines.queue_full), (10, 91), "{lines:?}");
}

#[test]
fn a_blocked_standard_output_does_not_hold_up_the_end() {
    let (out, go, is_blocked) = blocked();
    let written = out.written.clone();
    let rig = rig(config(), out, written);
    rig.run(|| {
        tracing::info!("first");
        is_blocked.recv().expect("the writer");
        tracing::info!("second");
    });
    rig.pipeline.shutdown(Duration::from_millis(20));
    rig.run(|| tracing::info!("late"));
    let lines = rig.stats().logs.lines.expect("lines");
    assert_eq!(
        (lines.failed, lines.already_shutdown, lines.queued),
        (1, 2, 0)
    );
    drop(go);
}

/// A pipe that nobody reads any more.
struct Closed;

impl Write for Closed {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_closed_standard_output_harms_nothing() {
    let rig = rig(config(), Closed, Written::default());
    rig.run(|| (0..10).for_each(|number| tracing::info!(number, "said")));
    let stats = rig.shutdown();
    let lines = stats.logs.lines.expect("lines");
    assert_eq!((lines.failed, lines.written), (10, 0), "{stats}");
}

#[test]
fn all_threads_lines_are_there_at_the_end_whole_and_in_order() {
    const THREADS: u64 = 8;
    const LINES: u64 = 500;
    let rig = Rig::new();
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let rig = &rig;
            scope.spawn(move || {
                rig.run(|| (0..LINES).for_each(|number| tracing::info!(thread, number, "said")));
            });
        }
    });
    let stats = rig.shutdown();
    assert_eq!(
        stats.logs.lines.map(|lines| lines.written),
        Some(THREADS * LINES)
    );
    let lines = rig.lines();
    for thread in 0..THREADS {
        let mine = lines
            .iter()
            .filter(|line| line["fields"]["thread"] == thread);
        let numbers: Vec<u64> = mine
            .filter_map(|l| l["fields"]["number"].as_u64())
            .collect();
        assert_eq!(numbers, (0..LINES).collect::<Vec<_>>());
    }
}

#[test]
fn no_lines_are_written_where_nobody_wants_them() {
    let rig = Rig::start(config().log_format(crate::LogFormat::Off));
    rig.run(|| tracing::info!("unheard"));
    let stats = rig.shutdown();
    assert_eq!((rig.text().as_str(), stats.logs.lines), ("", None));
    assert_eq!(stats.logs.logged, 1);
}
