//! Logs of dropped traces.

use super::*;
use crate::outcome::{Failure, Outcome};
use crate::record::entered::enter;
use crate::{InCurrentSpan as _, LogsOfDropped, carry};

/// Keeps only what fails.
fn rig(logs: LogsOfDropped) -> Rig {
    let sampler = Sampler::ratio(0.0);
    Rig::start(config().sampler(sampler).logs_of_dropped(logs))
}

/// Two requests, of which the second fails, and a line outside of any.
fn log_requests() {
    for name in ["good", "bad"] {
        let root = enter(&SPAN, &[]);
        tracing::info!("{name}: started");
        {
            let _child = enter(&SPAN, &[]);
            tracing::warn!("{name}: slow");
        }
        if name == "bad" {
            root.outcome(Outcome::Err(Failure::new("told to fail")));
        }
    }
    tracing::info!("outside");
}

fn check(logs: LogsOfDropped, expected: &[&str], discarded: u64) {
    let rig = rig(logs);
    rig.run(log_requests);
    assert_eq!(rig.messages(), expected, "{logs}");
    let stats = rig.shutdown();
    assert_eq!(
        (stats.logs.discarded, stats.logs.held),
        (discarded, 0),
        "{stats}"
    );
}

#[test]
fn all_none_or_only_warnings_of_them_are_kept() {
    let all = [
        "good: started",
        "good: slow",
        "bad: started",
        "bad: slow",
        "outside",
    ];
    check(LogsOfDropped::All, &all, 0);
    let warnings = ["good: slow", "bad: slow", "bad: started", "outside"];
    check(LogsOfDropped::Warn, &warnings, 1);
    check(
        LogsOfDropped::None,
        &["bad: started", "bad: slow", "outside"],
        2,
    );
}

#[test]
fn what_is_sampled_does_not_wait() {
    let rig = Rig::start(config().logs_of_dropped(LogsOfDropped::None));
    rig.run(|| {
        let _root = enter(&SPAN, &[]);
        tracing::info!("at once");
        assert_eq!(rig.messages(), ["at once"]);
    });
}

#[test]
fn tasks_without_spans_of_their_own_share_the_fate_of_their_segment() {
    for fails in [false, true] {
        let rig = rig(LogsOfDropped::None);
        rig.run(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().build();
            let runtime = runtime.expect("a runtime");
            let root = enter(&SPAN, &[]);
            let task = async {
                tokio::task::yield_now().await;
                tracing::info!("in a task");
            };
            runtime.block_on(task.in_current_span());
            assert_eq!(rig.stats().logs.held, 1);
            if fails {
                root.outcome(Outcome::Err(Failure::new("told to fail")));
            }
        });
        let expected: &[&str] = if fails { &["in a task"] } else { &[] };
        assert_eq!(rig.messages(), expected);
        let stats = rig.shutdown();
        assert_eq!(stats.logs.discarded, u64::from(!fails), "{stats}");
    }
}

#[test]
fn tasks_with_spans_share_the_fate_of_their_segment() {
    for fails in [false, true] {
        let rig = rig(LogsOfDropped::None);
        rig.run(|| {
            let root = enter(&SPAN, &[]);
            for number in 1..=3 {
                carry(|| {
                    let _span = enter(&SPAN, &[]);
                    tracing::info!("in task {number}");
                })();
            }
            assert_eq!(rig.stats().logs.held, 3);
            if fails {
                root.outcome(Outcome::Err(Failure::new("told to fail")));
            }
        });
        let all = ["in task 1", "in task 2", "in task 3"];
        assert_eq!(rig.messages(), if fails { &all[..] } else { &[] });
        let stats = rig.shutdown();
        let discarded = if fails { 0 } else { 3 };
        assert_eq!((stats.logs.discarded, stats.logs.held), (discarded, 0));
    }
}

#[test]
fn a_cancelled_operation_leaves_its_logs_to_its_segment() {
    for fails in [false, true] {
        let rig = rig(LogsOfDropped::None);
        rig.run(|| {
            let root = enter(&SPAN, &[]);
            drop(polled_once());
            assert_eq!(rig.stats().logs.held, 1);
            if fails {
                root.outcome(Outcome::Err(Failure::new("told to fail")));
            }
        });
        let expected: &[&str] = if fails { &["waiting"] } else { &[] };
        assert_eq!(rig.messages(), expected);
        let stats = rig.shutdown();
        assert_eq!(stats.logs.discarded, u64::from(!fails), "{stats}");
    }
}

#[test]
fn logs_are_decided_with_what_is_cut_off() {
    let cut = Duration::from_millis(1);
    let config = config().sampler(Sampler::ratio(0.0)).cut_after(cut);
    let rig = Rig::start(config.logs_of_dropped(LogsOfDropped::None));
    rig.run(|| {
        let root = enter(&SPAN, &[]);
        tracing::info!("in the first part");
        // It is cut when a span starts and its time has come.
        while rig.stats().logs.held > 0 {
            drop(enter(&SPAN, &[]));
        }
        tracing::info!("in the last part");
        root.outcome(Outcome::Err(Failure::new("told to fail")));
    });
    let stats = rig.shutdown();
    assert_eq!((stats.logs.discarded, stats.logs.held), (1, 0), "{stats}");
    assert_eq!(rig.messages(), ["in the last part"]);
}

#[test]
fn threads_log_to_the_segment_that_they_were_carried_from() {
    for fails in [false, true] {
        let rig = rig(LogsOfDropped::None);
        rig.run(|| {
            let root = enter(&SPAN, &[]);
            let dispatch = tracing::dispatcher::get_default(Clone::clone);
            let carried = crate::carry(|| tracing::info!("elsewhere"));
            let elsewhere = move || tracing::dispatcher::with_default(&dispatch, carried);
            std::thread::scope(|scope| drop(scope.spawn(elsewhere)));
            tracing::info!("here");
            if fails {
                root.outcome(Outcome::Err(Failure::new("told to fail")));
            }
        });
        let mut messages = rig.messages();
        messages.sort_unstable();
        let expected: &[&str] = if fails { &["elsewhere", "here"] } else { &[] };
        assert_eq!(messages, expected);
        let stats = rig.shutdown();
        assert_eq!(stats.logs.discarded, 2 * u64::from(!fails), "{stats}");
    }
}

/// An operation that has logged, and waits.
fn polled_once() -> impl Future {
    let mut task = Box::pin(crate::with_traced_operation_async(
        "open",
        Vec::<(&str, i64)>::new(),
        || async {
            tracing::info!("waiting");
            std::future::pending::<()>().await;
        },
    ));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(task.as_mut().poll(&mut context).is_pending());
    task
}

#[test]
fn what_waits_is_bounded_and_counted() {
    let rig = rig(LogsOfDropped::None);
    rig.run(|| {
        let root = enter(&SPAN, &[]);
        (0..3000).for_each(|number| tracing::info!(number, "said"));
        tracing::error!("there is room for this");
        root.outcome(Outcome::Err(Failure::new("told to fail")));
    });
    let stats = rig.shutdown();
    assert_eq!(
        (stats.logs.no_room, stats.logs.logged),
        (3000 - 1024, 3001),
        "{stats}"
    );
    assert_eq!(
        rig.messages().last().map(String::as_str),
        Some("there is room for this")
    );
}

#[test]
fn what_is_open_at_the_end_is_decided_with_its_logs() {
    let rig = rig(LogsOfDropped::None);
    let task = rig.run(polled_once);
    let stats = rig.shutdown();
    assert_eq!((stats.logs.discarded, stats.logs.held), (1, 0), "{stats}");
    drop(task);
}
