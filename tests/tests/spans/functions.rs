//! `with_traced_operation`, `traced!` and `trace_err`: operations that cannot be annotated.

use phoenix_trace::key::{Key, types};
use phoenix_trace::sampling::{Rule, SamplingRules};
use phoenix_trace::testing::Capture;
use phoenix_trace::value::{Attr, Value};
use phoenix_trace::{
    TraceErr as _, attribute_keys, record, traced, traced_operation, with_traced_operation,
    with_traced_operation_async,
};

use super::{attributes, tree_of};

attribute_keys! {
    mod keys {
        SHARD: "phoenix.shard" => int,
    }
}

const SHARD: Key<types::Int> = Key::new("phoenix.shard");

type Boxed = Box<dyn std::error::Error + Send + Sync>;

fn parse(text: &str) -> Result<u8, std::num::ParseIntError> {
    text.parse()
}

#[traced_operation]
async fn jobs() -> Result<(), Boxed> {
    for kind in ["nightly", "hourly"] {
        let name = format!("job {kind}");
        with_traced_operation(name, [("phoenix.shard", 7)], || {
            record!(keys::SHARD = 8);
            with_traced_operation("inner", (), || 1)
        });
    }
    let failed =
        with_traced_operation("fails", [Attr::new(&SHARD, &3)], || -> Result<u8, Boxed> {
            Ok(parse("x")?)
        });
    drop(failed);
    let pairs = vec![
        ("phoenix.kind", Value::Str("a")),
        ("phoenix.shard", Value::Int(1)),
    ];
    let later = with_traced_operation_async("later", pairs, || async {
        tokio::task::yield_now().await;
        traced!("inner", ());
        parse("y")
    });
    let _ = tokio::spawn(later).await?;
    Ok(())
}

#[tokio::test]
async fn functions_make_the_spans_of_annotations() {
    assert_eq!(
        tree_of(jobs()).await,
        "\
trace · test · 8 spans · 2 errors · kept: head, error
jobs
├╴job nightly · phoenix.shard=8
│ └╴inner
├╴job hourly · phoenix.shard=8
│ └╴inner
├╴fails · ✗ Error: invalid digit found in string · phoenix.shard=3
└╴later · ✗ ParseIntError: invalid digit found in string · phoenix.kind=a · phoenix.shard=1
  └╴inner
"
    );
}

const fn is_send<T: Send>(value: T) -> T {
    value
}

#[traced_operation]
async fn by_macro(name: &str) -> usize {
    let length = traced!("sync", keys::SHARD = name.len(), name.len());
    let failed = traced!(format!("named {length}"), "user.name" = name, {
        let n = parse(name)?;
        Ok::<_, Boxed>(n)
    });
    drop(failed);
    let owned = name.to_owned();
    let future = traced!("async", keys::SHARD = owned.len(), async move {
        tokio::task::yield_now().await;
        record!(keys::SHARD = 9);
        if owned.is_empty() {
            return Err("empty");
        }
        Ok(owned.len())
    });
    let borrowed = traced!(name, async { Some(name.len()) });
    let (_, borrowed) = (is_send(future).await, borrowed.await);
    length + borrowed.unwrap_or_default()
}

#[tokio::test]
async fn the_macro_too() {
    assert_eq!(
        tree_of(by_macro("abc")).await,
        "\
trace · test · 5 spans · 1 error · kept: head, error
by_macro
├╴sync · phoenix.shard=3
├╴named 3 · ✗ Error: invalid digit found in string
├╴async · phoenix.shard=9
└╴abc
"
    );
}

async fn parse_later(text: &str) -> Result<u8, std::num::ParseIntError> {
    tokio::task::yield_now().await;
    parse(text)
}

#[traced_operation]
async fn awaits_inside(text: &str) -> Option<u8> {
    let mut lengths = Vec::new();
    let one = traced!("one", parse_later("1").await).ok()?;
    let failed = traced!(format!("fails {one}"), keys::SHARD = one, {
        lengths.push(parse_later("12").await?);
        lengths.push(format!("{}", parse_later(text).await?).len() as u8);
        Ok::<_, Boxed>(lengths.len())
    });
    let spawned = traced!("spawn", tokio::spawn(async { 1 }));
    failed.ok();
    spawned.await.ok()
}

#[tokio::test]
async fn a_body_may_await() {
    assert_eq!(
        tree_of(awaits_inside("x")).await,
        "\
trace · test · 4 spans · 1 error · kept: head, error
awaits_inside
├╴one
├╴fails 1 · ✗ Error: invalid digit found in string · phoenix.shard=1
└╴spawn
"
    );
    drop(is_send(awaits_inside("x")));
}

#[traced_operation]
fn handles() -> u8 {
    let boxed: Result<u8, Boxed> = Err("boxed".into());
    boxed.trace_err().unwrap_or_default()
}

#[traced_operation]
fn handles_a_child() -> u8 {
    reads().trace_err().unwrap_or(1)
}

#[traced_operation]
fn reads() -> Result<u8, std::num::ParseIntError> {
    parse("z")
}

type Shared = std::sync::Arc<dyn std::error::Error + Send + Sync>;

#[traced_operation]
fn handles_texts() {
    let _ = Err::<(), String>("owned".to_owned()).trace_err();
    let _ = Err::<(), &str>("borrowed").trace_err();
    let _ = Err::<(), std::borrow::Cow<'_, str>>("either".into()).trace_err();
    let _ = Err::<(), Box<str>>("boxed".into()).trace_err();
    let _ = Err::<(), Box<dyn std::error::Error>>("pointed to".into()).trace_err();
    let shared: Shared = std::sync::Arc::new(std::io::Error::other("shared"));
    let _ = Err::<(), Shared>(shared).trace_err();
    let rc: std::rc::Rc<dyn std::error::Error> = std::rc::Rc::new(std::fmt::Error);
    let _ = Err::<(), _>(rc).trace_err();
}

#[test]
fn texts_that_are_errors_are_told_too() {
    let capture = Capture::new();
    capture.run(handles_texts);
    let spans = capture.exported();
    let told: Vec<String> = spans[0]
        .events
        .iter()
        .map(|event| {
            let of = |key: &str| {
                let mut attributes = event.attributes.iter();
                let found = attributes.find(|attribute| attribute.key.as_str() == key);
                found.map(|attribute| attribute.value.to_string())
            };
            let told = [of("exception.type"), of("exception.message")];
            told.map(Option::unwrap_or_default).join(": ")
        })
        .collect();
    assert_eq!(
        told,
        [
            "String: owned",
            "&str: borrowed",
            "Cow: either",
            "str: boxed",
            "Error: pointed to",
            "Error: shared",
            "Error: an error occurred when formatting an argument",
        ]
    );
}

#[test]
fn errors_that_are_handled_are_told() {
    let capture = Capture::new();
    capture.run(|| (handles(), handles_a_child()));
    assert_eq!(
        capture.tree(),
        "\
trace · test · 1 span · 1 error · kept: head, error
handles · ✗ Error: boxed

trace · test · 2 spans · 2 errors · kept: head, error
handles_a_child · ✗ ParseIntError: invalid digit found in string
└╴reads · ✗ ParseIntError: invalid digit found in string
"
    );
    assert_eq!(attributes(&capture, "handles"), "error.type=Error");
}

#[test]
fn nothing_is_needed_to_run_them() {
    assert_eq!(with_traced_operation("x", [("k", "v")], || 3), 3);
    assert_eq!(traced!("x", "user.id" = "v", 3), 3);
    assert_eq!(parse("7").trace_err(), Ok(7));
}

#[tokio::test]
async fn rules_are_for_names_that_are_put_together() {
    let rules = SamplingRules::new()
        .rule(Rule::new().operation("job nightly*").always())
        .rule(Rule::new().ratio(0.0));
    let capture = Capture::with_sampler(rules.into());
    let jobs = async {
        for kind in ["nightly", "hourly"] {
            traced!(format!("job {kind}"), ());
            traced!(format!("job {kind} later"), async {}).await;
        }
    };
    capture.future(jobs).await;
    let spans = capture.exported();
    let mut names: Vec<&str> = spans.iter().map(|span| &*span.name).collect();
    names.sort_unstable();
    assert_eq!(names, ["job nightly", "job nightly later"]);
}
