//! Code of the user's that runs while something is recorded: it may record, and it may panic.

use std::cell::Cell;
use std::error::Error;
use std::fmt;
use std::thread;

use phoenix_trace_runtime::key::{Key, types};
use phoenix_trace_runtime::private::{attr, attr_fmt, event, outcome, record};
use phoenix_trace_runtime::testing::Capture;
use phoenix_trace_runtime::value::{Attr, ToValue, Value};
use phoenix_trace_runtime::{Carried, carry, current_span, spawn_thread};

use crate::support::enter;

const NUMBER: Key<types::Int> = Key::new("phoenix.test.number");
const TEXT: Key<types::Str> = Key::new("phoenix.test.text");
const LIST: Key<types::StrArray> = Key::new("phoenix.test.list");

/// While it is displayed, it records in every way there is, of itself too.
struct Records(Cell<bool>);

impl fmt::Display for Records {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.0.replace(true) {
            let (this, span): (&dyn fmt::Display, _) = (self, current_span());
            span.set_name("renamed");
            span.add_event("seen", &[Attr::format(&TEXT, format_args!("{this}"))]);
            span.add_link(&span, &[attr(&NUMBER, &1)]);
            span.set_error(this);
            record(&[attr_fmt(&TEXT, format_args!("{this}"))]);
            let _inner = enter("inner");
            spawn_thread(|| drop(enter("on a thread")))
                .join()
                .map_err(|_| fmt::Error)?;
        }
        f.write_str("displayed")
    }
}

#[test]
fn a_value_may_record_while_it_is_displayed() {
    let capture = Capture::new();
    capture.run(|| {
        let _root = enter("root");
        event(
            "outer",
            &[attr_fmt(
                &TEXT,
                format_args!("{}", Records(Cell::new(false))),
            )],
        );
    });
    assert_eq!(
        capture.tree(),
        "trace · test · 3 spans · 1 error · kept: head, error\n\
         renamed · ✗ _OTHER: displayed · phoenix.test.text=displayed · ◆ outer · ◆ seen\n\
         └╴inner\n\
         \u{20} └╴on a thread\n"
    );
    let events = &capture.exported()[0].events.events;
    assert!(
        events.iter().all(|event| event.attributes.len() == 1),
        "{events:?}"
    );
}

#[derive(Debug)]
struct Panics;

impl fmt::Display for Panics {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("while it is displayed")
    }
}

impl Error for Panics {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        panic!("while it tells its source")
    }
}

/// An element that panics when it is asked for its value, but for the first time.
struct PanicsOnce<'a>(&'a Cell<u32>);

impl ToValue<types::Str> for PanicsOnce<'_> {
    fn to_value(&self) -> Value<'_> {
        self.0.set(self.0.get() + 1);
        assert!(self.0.get() < 2, "while it is asked for");
        Value::Str("first")
    }
}

#[test]
fn a_value_or_an_error_that_panics_ends_up_in_no_code_that_records_it() {
    let capture = Capture::new();
    capture.run(|| {
        let _root = enter("root");
        let asked = Cell::new(0);
        record(&[attr(&LIST, &[PanicsOnce(&asked), PanicsOnce(&asked)])]);
        event("seen", &[attr_fmt(&TEXT, format_args!("{Panics}"))]);
        let child = enter("child");
        child.outcome(outcome!(&Err::<(), _>(Panics)));
        drop(child);
        current_span().record_error(&Outer(Panics));
        current_span().set_error(Panics);
    });
    assert_eq!(
        capture.tree(),
        "trace · test · 2 spans · 2 errors · kept: head, error\n\
         root · ✗ Outer: (its formatting panicked) · phoenix.test.list=[\"first\"] · ◆ seen\n\
         └╴child · ✗ Panics: (its formatting panicked)\n"
    );
}

/// An error whose source panics.
#[derive(Debug)]
struct Outer(Panics);

impl fmt::Display for Outer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("outer")
    }
}

impl Error for Outer {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

thread_local! {
    static EARLY: RecordsAtTheEnd = const { RecordsAtTheEnd };
    static LATE: RecordsAtTheEnd = const { RecordsAtTheEnd };
}

/// Records when its thread ends, before or after the thread's recorder is gone.
struct RecordsAtTheEnd;

impl Drop for RecordsAtTheEnd {
    fn drop(&mut self) {
        let _span = enter("at the end of a thread");
        record(&[attr(&NUMBER, &1)]);
        event("seen", &[attr_fmt(&TEXT, format_args!("{}", 1))]);
        current_span().set_name("renamed");
        current_span().set_error("nobody listens");
        carry(|| drop(enter("carried")))();
        Carried::new(()).run(|()| drop(enter("sent")));
    }
}

#[test]
fn what_a_thread_records_while_it_ends_harms_nothing() {
    let capture = Capture::new();
    let capture = &capture;
    for _ in 0..10 {
        thread::scope(|scope| {
            scope.spawn(|| {
                EARLY.with(|_| ());
                capture.run(|| drop(enter("root")));
                LATE.with(|_| ());
            });
        });
    }
    let stats = capture.stats();
    assert!(stats.balances() && stats.ended >= 10, "{stats}");
    assert_eq!(capture.tree().matches("\nroot\n").count(), 10);
}
