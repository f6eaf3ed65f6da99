//! `#[traced_operation]`, `record!` and `event!`.

use std::cell::Cell;
use std::fmt;
use std::panic::{AssertUnwindSafe, Location};
use std::pin::Pin;

use async_trait::async_trait;
use phoenix_trace::testing::Capture;
use phoenix_trace::{attribute_keys, event, record, traced_operation};

use super::{attributes, tree_of};

attribute_keys! {
    mod keys {
        TASK_ID: "phoenix.task.id" => string,
        DEPTH: "phoenix.queue.depth" => int,
    }
}

#[derive(Debug)]
enum PlaceError {
    Full,
    NotFound,
}

impl fmt::Display for PlaceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full => "every node is full",
            Self::NotFound => "no such task",
        })
    }
}

impl std::error::Error for PlaceError {}

type Placed<T> = Result<T, PlaceError>;

struct Task {
    id: u32,
    model: Option<&'static str>,
}

#[traced_operation(
    name = "schedule task",
    kind = consumer,
    attributes(keys::TASK_ID = %task.id, "gen_ai.request.model" = task.model)
)]
async fn schedule(task: Task) -> Placed<u32> {
    record!(keys::DEPTH = 3_usize);
    let node = choose(&task)?;
    event!("placed", keys::TASK_ID = %task.id, "server.port" = 80);
    store(node).await
}

#[traced_operation]
fn choose(task: &Task) -> Placed<u32> {
    if task.id == 0 {
        return Err(PlaceError::Full);
    }
    Ok(task.id + 1)
}

#[traced_operation(attributes("db.response.returned_rows" = node))]
async fn store(node: u32) -> Placed<u32> {
    tokio::task::yield_now().await;
    Ok(node)
}

#[tokio::test]
async fn a_task_that_is_placed() {
    let tree = tree_of(schedule(Task { id: 7, model: None })).await;
    assert_eq!(
        tree,
        "\
trace · test · 3 spans · kept: head
schedule task · consumer · phoenix.task.id=7 · phoenix.queue.depth=3 · ◆ placed
├╴choose
└╴store · db.response.returned_rows=8
"
    );
}

#[tokio::test]
async fn an_error_that_passes_through() {
    let tree = tree_of(schedule(Task {
        id: 0,
        model: Some("small"),
    }))
    .await;
    assert_eq!(tree, "\
trace · test · 2 spans · 2 errors · kept: head, error
schedule task · consumer · ✗ PlaceError: every node is full · gen_ai.request.model=small · phoenix.task.id=0 · phoenix.queue.depth=3
└╴choose · ✗ PlaceError: every node is full
");
}

#[traced_operation(err = skip)]
fn skipped() -> Placed<()> {
    Err(PlaceError::Full)
}

#[traced_operation(err(type_only))]
fn secret() -> Placed<()> {
    Err(PlaceError::Full)
}

#[traced_operation(err(if = |error| !matches!(error, PlaceError::NotFound)))]
fn unless_missing(error: PlaceError) -> Placed<()> {
    Err(error)
}

#[traced_operation(err(type_only, if = |error| !matches!(error, PlaceError::NotFound)))]
async fn unless_missing_later(error: PlaceError) -> Placed<()> {
    Err(error)
}

#[tokio::test]
async fn what_counts_as_a_failure() {
    let tree = tree_of(async {
        let _ = (skipped(), secret());
        let _ = (
            unless_missing(PlaceError::NotFound),
            unless_missing(PlaceError::Full),
        );
        let _ = unless_missing_later(PlaceError::NotFound).await;
        let _ = unless_missing_later(PlaceError::Full).await;
    })
    .await;
    assert_eq!(
        tree,
        "\
trace · test · 1 span · kept: head
skipped

trace · test · 1 span · 1 error · kept: head, error
secret · ✗ PlaceError · ◆ exception

trace · test · 1 span · kept: head
unless_missing

trace · test · 1 span · 1 error · kept: head, error
unless_missing · ✗ PlaceError: every node is full

trace · test · 1 span · kept: head
unless_missing_later

trace · test · 1 span · 1 error · kept: head, error
unless_missing_later · ✗ PlaceError · ◆ exception
"
    );
}

#[traced_operation]
fn panics(flag: bool) -> u8 {
    assert!(!flag, "told to");
    1
}

#[traced_operation]
async fn waits_forever() {
    std::future::pending::<()>().await;
}

#[tokio::test]
async fn panics_and_cancellation() {
    let capture = Capture::new();
    capture.run(|| {
        let caught = std::panic::catch_unwind(AssertUnwindSafe(|| panics(true)));
        assert!(caught.is_err());
    });
    let limit = std::time::Duration::from_millis(1);
    let waited = tokio::time::timeout(limit, capture.future(waits_forever())).await;
    assert!(waited.is_err());
    drop(capture.future(waits_forever()));
    assert_eq!(
        capture.tree(),
        "\
trace · test · 1 span · 1 error · kept: head, error
panics · ✗ panic: told to

trace · test · 1 span · kept: head
waits_forever · phoenix.cancelled=true
"
    );
}

#[async_trait]
trait Store {
    async fn load(&self, key: Key) -> Placed<String>;
}

struct Key {
    name: String,
}

struct Memory {
    name: &'static str,
}

#[async_trait]
impl Store for Memory {
    #[traced_operation(attributes("service.name" = self.name, "user.name" = name))]
    async fn load(&self, Key { name }: Key) -> Placed<String> {
        tokio::task::yield_now().await;
        skipped()?;
        Ok(name)
    }
}

#[traced_operation(attributes("user.name" = name))]
fn boxed(name: &str) -> Pin<Box<dyn Future<Output = Placed<usize>> + Send + '_>> {
    let length = name.len();
    Box::pin(async move {
        tokio::task::yield_now().await;
        store(1).await?;
        Ok(length)
    })
}

#[traced_operation]
fn unboxed() -> impl Future<Output = Placed<()>> {
    async {
        tokio::task::yield_now().await;
        Err(PlaceError::NotFound)
    }
}

#[tokio::test]
async fn the_block_is_what_runs() {
    let tree = tree_of(async {
        let key = Key {
            name: "a".to_owned(),
        };
        let _ = Memory { name: "memory" }.load(key).await;
        let never_polled = boxed("never");
        let _ = boxed("b").await;
        drop(never_polled);
        let _ = unboxed().await;
    })
    .await;
    assert_eq!(
        tree,
        "\
trace · test · 2 spans · 1 error · kept: head, error
load · ✗ PlaceError: every node is full
└╴skipped

trace · test · 2 spans · kept: head
boxed
└╴store · db.response.returned_rows=1

trace · test · 1 span · 1 error · kept: head, error
unboxed · ✗ PlaceError: no such task
"
    );
}

#[tokio::test]
async fn attributes_are_named_as_the_method_names_its_parameters() {
    let capture = Capture::new();
    let key = Key {
        name: "a".to_owned(),
    };
    let task = Task {
        id: 7,
        model: Some("small"),
    };
    let loaded = async {
        (
            Memory { name: "memory" }.load(key).await,
            schedule(task).await,
        )
    };
    let _ = capture.future(loaded).await;
    assert_eq!(
        attributes(&capture, "load"),
        "error.type=PlaceError service.name=memory user.name=a"
    );
    assert_eq!(
        attributes(&capture, "schedule task"),
        "gen_ai.request.model=small phoenix.queue.depth=3 phoenix.task.id=7"
    );
}

thread_local! {
    static EVALUATED: Cell<u32> = const { Cell::new(0) };
}

fn evaluated() -> u32 {
    EVALUATED.with(|count| count.replace(count.get() + 1))
}

#[traced_operation(attributes("server.port" = evaluated()))]
fn evaluates() {
    record!("server.port" = evaluated());
    event!("done", "server.port" = evaluated());
}

#[test]
fn values_are_evaluated_once_and_in_order() {
    let before = EVALUATED.get();
    let capture = Capture::new();
    capture.run(evaluates);
    assert_eq!(EVALUATED.get(), before + 3);
    assert_eq!(
        capture.tree(),
        "\
trace · test · 1 span · kept: head
evaluates · ◆ done
"
    );
}

#[track_caller]
#[traced_operation(err = skip)]
fn line() -> Result<u32, fmt::Error> {
    Ok(Location::caller().line())
}

#[track_caller]
#[traced_operation]
fn line_of_caller() -> (u32,) {
    (Location::caller().line(),)
}

#[test]
fn callers_are_tracked_where_no_outcome_is_looked_at() {
    let (returned, asked) = (line(), line!());
    assert_eq!(returned.ok(), Some(asked));
    assert_eq!(line_of_caller(), (line!(),));
}
