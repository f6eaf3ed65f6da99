//! The span of a query: attributes in, a CLIENT span with the name, the text and the summary that follow from them out; and what
//! the answer says, written onto it.

use std::borrow::Cow;
use std::future::Future;

use super::dialect::Dialect;
use super::keys;
use super::query::Answer;
use super::statement::{READ, Statement};
use crate::boundary::{Watch, int, text};
use crate::key::RawKey;
use crate::outcome::{Failure, Outcome};
use crate::private::recording;
use crate::record::owned::{Owned, begin_under};
use crate::record::running::Running;
use crate::record::site::{Measured, Site, SpanKind};
use crate::record::start::Under;
use crate::record::told::{bounded, cut};
use crate::returned::PlainValue;
use crate::value::{Attr, Value};

static SITE: Site = Site::new("query", SpanKind::Client, "").measured(Measured::Database);

/// How much of a status code is kept, in bytes.
const CODE: usize = 128;

/// The outcome of a query, and what the database answered.
#[derive(Debug)]
pub struct Told<'a> {
    outcome: Outcome<'a>,
    answer: Answer,
}

impl Answer {
    /// The same with the outcome of the call.
    pub(super) fn with(self, outcome: Outcome<'_>) -> Told<'_> {
        Told {
            outcome,
            answer: self,
        }
    }
}

impl<'a> Told<'a> {
    /// How the call ended.
    #[must_use]
    pub fn new(outcome: Outcome<'a>) -> Self {
        Answer::default().with(outcome)
    }

    /// The same with the number of rows.
    #[must_use]
    pub fn rows(mut self, rows: Option<u64>) -> Self {
        self.answer.rows = rows;
        self
    }

    /// The same with the code of the error.
    #[must_use]
    pub fn status_code(mut self, code: Option<String>) -> Self {
        self.answer.status_code = code.map(Cow::Owned);
        self
    }
}

/// The number of rows in an attribute.
#[must_use]
pub fn rows(attr: Attr<'_>) -> Option<u64> {
    match attr.value {
        Value::Int(rows) => u64::try_from(rows).ok(),
        _ => None,
    }
}

/// The code of an error, whatever it is.
pub fn status_code(code: &(impl PlainValue + ?Sized)) -> Option<String> {
    match code.to_value() {
        Value::Bool(code) => Some(code.to_string()),
        Value::Double(code) => Some(code.to_string()),
        code => written(code).map(Cow::into_owned),
    }
}

/// Starts the span of a query. `is_sql`: the query's text among the attributes is SQL that has not been looked at.
pub fn begin(attrs: &[Attr<'_>], is_sql: bool) -> Owned {
    let given = |key: &RawKey| {
        let attr = attrs.iter().find(|attr| attr.key.name == key.name)?;
        written(attr.value)
    };
    let system = given(&keys::DB_SYSTEM_NAME).unwrap_or_default();
    let batch = attrs.iter().any(|attr| is_batch(attr) == Some(true));
    let mut statement = Statement::default();
    if is_sql
        && let Some(dialect) = Dialect::of(&system)
        && let Some(sql) = given(&keys::DB_QUERY_TEXT)
    {
        statement = Statement::read(&sql, dialect);
        if batch && !statement.summary.is_empty() {
            statement.summary.insert_str(0, "BATCH ");
        }
    }
    let summary = given(&keys::DB_QUERY_SUMMARY);
    let mut all: Vec<Attr<'_>> = Vec::with_capacity(attrs.len() + 1);
    if summary.is_none() && !statement.summary.is_empty() {
        all.push(text(&keys::DB_QUERY_SUMMARY, &statement.summary));
    }
    for attr in attrs {
        match attr.key.name {
            _ if is_batch(attr) == Some(false) => {}
            name if is_sql && name == keys::DB_QUERY_TEXT.name => {
                if !statement.text.is_empty() {
                    all.push(text(attr.key, &statement.text));
                }
            }
            _ => all.push(*attr),
        }
    }
    let begin = |name: &[&str]| begin_under(&SITE, name, &all, Under::Current);
    let summary = summary.as_deref().unwrap_or(&statement.summary);
    if !summary.is_empty() {
        return begin(&[summary]);
    }
    let operation = given(&keys::DB_OPERATION_NAME);
    let target = [
        &keys::DB_COLLECTION_NAME,
        &keys::DB_STORED_PROCEDURE_NAME,
        &keys::DB_NAMESPACE,
    ]
    .into_iter()
    .find_map(given);
    let port = given(&keys::SERVER_PORT);
    let target = target.or_else(|| {
        let address = given(&keys::SERVER_ADDRESS)?;
        Some(match port {
            Some(port) => Cow::Owned(format!("{address}:{port}")),
            None => address,
        })
    });
    match (&operation, &target) {
        (Some(operation), Some(target)) => begin(&[operation, " ", target]),
        (Some(only), None) | (None, Some(only)) => begin(&[only]),
        (None, None) => begin(&[&system]),
    }
}

/// The value as text, if there is one.
fn written(value: Value<'_>) -> Option<Cow<'_, str>> {
    let text = match value {
        Value::Str(text) => Cow::Borrowed(text),
        Value::Parts(parts) => Cow::Owned(parts.concat()),
        Value::Int(number) => Cow::Owned(number.to_string()),
        Value::Format(text) => Cow::Owned(bounded(text, READ)),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

/// Is it the size of a batch, which is at least two?
fn is_batch(attr: &Attr<'_>) -> Option<bool> {
    match attr.value {
        Value::Int(size) if attr.key.name == keys::DB_OPERATION_BATCH_SIZE.name => Some(size >= 2),
        _ => None,
    }
}

/// Runs `body` inside the span, and has `tell` tell what it returned, while the span records.
pub fn run<R>(
    mut span: Owned,
    body: impl FnOnce() -> R,
    tell: impl for<'r> FnOnce(&'r R) -> Told<'r>,
) -> R {
    let mut running = span.enter();
    let returned = body();
    if running.is_on() {
        settle(&mut running, tell(&returned));
    }
    returned
}

/// The same for a future, inside of the span that `begin` starts when this is first polled.
pub(super) async fn watch<F: Future>(
    begin: impl FnOnce() -> Owned,
    future: F,
    tell: impl for<'r> Fn(&'r F::Output) -> Told<'r>,
) -> F::Output {
    inside(started(begin), future, tell).await
}

/// Runs the future inside the span of its query.
pub fn inside<F: Future>(
    span: Owned,
    future: F,
    tell: impl for<'r> Fn(&'r F::Output) -> Told<'r>,
) -> impl Future<Output = F::Output> {
    let tell = move |running: &mut Running<'_>, returned: &F::Output| {
        if running.is_on() {
            settle(running, tell(returned));
        }
    };
    Watch::new(future, span, tell)
}

/// The span that `begin` starts, if it is recorded.
pub fn started(begin: impl FnOnce() -> Owned) -> Owned {
    if recording() { begin() } else { Owned::off() }
}

/// Ends the span of a query.
pub(super) fn settle(running: &mut Running<'_>, Told { outcome, answer }: Told<'_>) {
    if let Some(rows) = answer.rows {
        set_rows(running, rows);
    }
    match (outcome, answer.status_code) {
        (Outcome::Err(failure), Some(code)) => {
            let error_type = cut(&code, CODE);
            let code = error_type.to_owned();
            running.edit(move |strand, number| {
                strand.set_plain(number, &[text(&keys::DB_RESPONSE_STATUS_CODE, &code)]);
            });
            running.settle(Outcome::Err(Failure {
                error_type,
                ..failure
            }));
        }
        (outcome, _) => running.settle(outcome),
    }
}

pub(super) fn set_rows(running: &mut Running<'_>, rows: u64) {
    let rows = i64::try_from(rows).unwrap_or(i64::MAX);
    running.edit(move |strand, number| {
        strand.set_plain(number, &[int(&keys::DB_RESPONSE_RETURNED_ROWS, rows)]);
    });
}
