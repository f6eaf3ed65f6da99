//! A process in which nothing is recorded: what is asked for spans only is not asked.

use std::cell::Cell;

use phoenix_trace::db::{Answer, Query};
use phoenix_trace::db_span;

#[test]
fn of_queries_nothing_is_asked() {
    let asked = Cell::new(0);
    let ask = |answer| {
        asked.set(asked.get() + 1);
        answer
    };
    let rows = db_span!(
        system = ask("sqlite"),
        sql = ask("SELECT 1"),
        rows = |rows| ask("").len() + *rows,
        status_code = |_| ask("1"),
        "7".parse::<usize>()
    );
    assert_eq!(rows, Ok(7));
    let rows = Query::new("sqlite").sql("SELECT 1").run_with(
        || "7".parse::<usize>(),
        |_| Answer::default().rows(ask("").len()),
    );
    assert_eq!((rows, asked.get()), (Ok(7), 0));
}
