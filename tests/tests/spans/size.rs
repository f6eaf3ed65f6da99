//! What annotations add to the size of futures and to the depth of their types.

use phoenix_trace::testing::Capture;
use phoenix_trace::{attribute_keys, traced_operation};

attribute_keys! {
    mod keys {
        LENGTH: "phoenix.line.length" => int,
    }
}

#[derive(Debug)]
struct Refused;

/// The most bytes that an annotation may add to a future.
const MOST: usize = 64;

async fn plain(line: &str, more: usize) -> Result<usize, Refused> {
    tokio::task::yield_now().await;
    if line.is_empty() {
        return Err(Refused);
    }
    Ok(line.len() + more)
}

#[traced_operation]
async fn bare(line: &str, more: usize) -> Result<usize, Refused> {
    tokio::task::yield_now().await;
    if line.is_empty() {
        return Err(Refused);
    }
    Ok(line.len() + more)
}

#[traced_operation(attributes("user.id" = line, keys::LENGTH = more), err(type_only))]
async fn with_values(line: &str, more: usize) -> Result<usize, Refused> {
    tokio::task::yield_now().await;
    if line.is_empty() {
        return Err(Refused);
    }
    Ok(line.len() + more)
}

/// Arguments large enough that keeping them twice would show.
async fn plain_owned(words: [String; 8]) -> usize {
    tokio::task::yield_now().await;
    words.iter().map(String::len).sum()
}

#[traced_operation]
async fn owned(words: [String; 8]) -> usize {
    tokio::task::yield_now().await;
    words.iter().map(String::len).sum()
}

#[track_caller]
fn check(annotated: usize, plain: usize, layers: usize) {
    let most = plain + MOST * layers;
    assert!(
        annotated <= most,
        "a future of {plain} bytes became one of {annotated}: at most {most} are allowed"
    );
}

#[test]
fn an_annotation_adds_little_to_a_future() {
    let size = size_of_val(&plain("", 0));
    check(size_of_val(&bare("", 0)), size, 1);
    check(size_of_val(&with_values("", 0)), size, 1);
}

#[test]
fn arguments_are_kept_once() {
    let words: [String; 8] = Default::default();
    let size = size_of_val(&plain_owned(words.clone()));
    check(size_of_val(&owned(words)), size, 1);
}

/// Functions that each call the next, with an annotation and without: callers above what they call, or below.
macro_rules! chain {
    ($order:ident $module:ident [$($annotation:tt)*] $($name:ident)*) => {
        mod $module {
            use super::Refused;

            chain!(@ $order [$($annotation)*] $($name)*);
        }
    };
    (@ $order:ident [$($annotation:tt)*] $last:ident) => {
        $($annotation)*
        pub(super) async fn $last(number: u32) -> Result<u32, Refused> {
            tokio::task::yield_now().await;
            Ok(number)
        }
    };
    (@ downwards [$($annotation:tt)*] $name:ident $next:ident $($rest:ident)*) => {
        chain!(@ [$($annotation)*] $name calls $next);
        chain!(@ downwards [$($annotation)*] $next $($rest)*);
    };
    (@ upwards [$($annotation:tt)*] $name:ident $next:ident $($rest:ident)*) => {
        chain!(@ upwards [$($annotation)*] $next $($rest)*);
        chain!(@ [$($annotation)*] $name calls $next);
    };
    (@ [$($annotation:tt)*] $name:ident calls $next:ident) => {
        $($annotation)*
        pub(super) async fn $name(number: u32) -> Result<u32, Refused> {
            $next(number + 1).await
        }
    };
}

macro_rules! chain_of_twenty_five {
    ($module:ident [$($annotation:tt)*]) => {
        chain!(downwards $module [$($annotation)*]
            f1 f2 f3 f4 f5 f6 f7 f8 f9 f10 f11 f12 f13 f14 f15
            f16 f17 f18 f19 f20 f21 f22 f23 f24 f25);
    };
}

chain_of_twenty_five!(chained []);
chain_of_twenty_five!(annotated [#[phoenix_trace::traced_operation]]);

chain!(upwards thirty [#[phoenix_trace::traced_operation]]
    f1 f2 f3 f4 f5 f6 f7 f8 f9 f10 f11 f12 f13 f14 f15
    f16 f17 f18 f19 f20 f21 f22 f23 f24 f25 f26 f27 f28 f29 f30);

#[test]
fn layers_of_annotations_add_up_and_do_not_multiply() {
    let size = size_of_val(&chained::f1(1));
    check(size_of_val(&annotated::f1(1)), size, 25);
}

/// That they compile is the point: the compiler lays out a chain of futures from where it first comes by, 128 queries deep
/// (`recursion_limit`). A layer of an `async fn` takes four, three of which the library puts around each value that is held across
/// an await, and an annotated one five. What stands below its callee was laid out before; its limit is that of the proof that
/// a future is `Send`, which takes three queries for a layer, and four for an annotated one.
#[tokio::test]
async fn chains_of_annotated_calls_can_be_spawned() {
    let capture = Capture::new();
    let spawned = capture.future(async { tokio::spawn(annotated::f1(1)).await });
    assert!(matches!(spawned.await, Ok(Ok(25))));
    let spawned = capture.future(async { tokio::spawn(thirty::f1(1)).await });
    assert!(matches!(spawned.await, Ok(Ok(30))));
}
