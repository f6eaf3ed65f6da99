//! The shapes of functions in edition 2021, whose prelude has no `Future`, and where temporaries live longer.

#![deny(warnings)]

use std::future::Future;
use std::pin::Pin;

use async_trait::async_trait;
use phoenix_trace::testing::Capture;
use phoenix_trace::{attribute_keys, current_span, event, record, traced, traced_operation};

attribute_keys! {
    mod keys {
        ROWS: "phoenix.rows" => int,
    }
}

type Parsed = Result<u8, std::num::ParseIntError>;

#[traced_operation(attributes("user.id" = text.trim()), ret, err(?))]
fn sync(text: &str) -> Parsed {
    record!(keys::ROWS = text.len());
    text.parse()
}

#[traced_operation(root, link = current_span(), capture(?texts: "db.namespace"), err(if = |error| error.to_string().len() > 1))]
async fn later(texts: Vec<String>) -> Parsed {
    tokio::task::yield_now().await;
    event!("parsing", keys::ROWS = texts.len());
    sync(&texts[0])
}

#[traced_operation]
fn boxed(text: &str) -> Pin<Box<dyn Future<Output = Parsed> + Send + '_>> {
    Box::pin(async move { sync(text) })
}

#[traced_operation]
fn unboxed(text: String) -> impl Future<Output = usize> {
    async move { text.len() }
}

#[async_trait]
trait Parse {
    async fn parse(&self, text: &str) -> Parsed;
}

trait ParseNatively {
    fn parse_natively(&self, text: &str) -> impl Future<Output = Parsed> + Send;
}

struct Parser;

#[traced_operation]
#[async_trait]
impl Parse for Parser {
    async fn parse(&self, text: &str) -> Parsed {
        boxed(text).await
    }
}

#[traced_operation]
impl ParseNatively for Parser {
    async fn parse_natively(&self, text: &str) -> Parsed {
        traced!("inner", keys::ROWS = 1, async { sync(text) }).await
    }
}

#[tokio::test]
async fn spans_are_those_of_any_edition() {
    let capture = Capture::new();
    let parsed = capture.future(async {
        let later = later(vec!["1".to_owned()]).await;
        let _ = unboxed("2".to_owned()).await;
        let _ = Parser.parse("x").await;
        let _ = Parser.parse_natively("3").await;
        later
    });
    assert_eq!(parsed.await, Ok(1));
    assert_eq!(
        capture.tree(),
        "\
trace · test · 2 spans · kept: head
later · ◆ parsing
└╴sync · phoenix.rows=1 · phoenix.operation.return=1

trace · test · 1 span · kept: head
unboxed

trace · test · 3 spans · 3 errors · kept: head, error
parse · ✗ ParseIntError: invalid digit found in string
└╴boxed · ✗ ParseIntError: invalid digit found in string
  └╴sync · ✗ ParseIntError: ParseIntError { kind: InvalidDigit } · phoenix.rows=1

trace · test · 3 spans · kept: head
parse_natively
└╴inner · phoenix.rows=1
  └╴sync · phoenix.rows=1 · phoenix.operation.return=3
"
    );
}

/// Bodies that do not return are of whatever type is wanted, as outside of a span; where none is, of `()` in this edition.
#[expect(dead_code, reason = "it only has to compile")]
async fn never_returning(text: &str) -> usize {
    traced!("unwanted", std::process::exit(0));
    traced!("later", async { std::process::exit(0) }).await;
    traced!("wanted", panic!("no {text}"))
}

/// Its last expression borrows what the function owns.
#[traced_operation]
async fn locked(items: std::sync::Arc<std::sync::Mutex<Vec<u8>>>) -> usize {
    items.lock().unwrap().len()
}

#[traced_operation]
async fn first((items, _): (std::cell::RefCell<Vec<u8>>, u8)) -> usize {
    match items.borrow().first() {
        Some(_) => 1,
        None => 0,
    }
}

struct Told(
    &'static str,
    std::rc::Rc<std::cell::RefCell<Vec<&'static str>>>,
);

impl Told {
    fn number(&self) -> u8 {
        1
    }
}

impl Drop for Told {
    fn drop(&mut self) {
        self.1.borrow_mut().push(self.0);
    }
}

#[traced_operation]
async fn last(argument: Told) -> u8 {
    let local = Told("local", argument.1.clone());
    Told("temporary", local.1.clone()).number()
}

async fn last_plain(argument: Told) -> u8 {
    let local = Told("local", argument.1.clone());
    Told("temporary", local.1.clone()).number()
}

#[tokio::test]
async fn temporaries_of_a_last_expression_go_before_arguments() {
    assert_eq!(locked(Default::default()).await, 0);
    assert_eq!(first((vec![7].into(), 0)).await, 1);
    let plain = std::rc::Rc::<std::cell::RefCell<_>>::default();
    let traced = std::rc::Rc::<std::cell::RefCell<_>>::default();
    last_plain(Told("argument", plain.clone())).await;
    last(Told("argument", traced.clone())).await;
    assert_eq!(*plain.borrow(), ["local", "temporary", "argument"]);
    assert_eq!(traced, plain);
}
