//! What counts as a failure, and how it is told: `err`, `ErrorType`, panics.

use std::error::Error;
use std::fmt;

use phoenix_trace::testing::Capture;
use phoenix_trace::{ErrorType, traced_operation};

use super::tree_of;

#[derive(Debug)]
#[expect(dead_code, reason = "its field is read by `Debug`")]
struct Undisplayed(u8);

#[traced_operation(err(?))]
fn by_debug() -> Result<(), Undisplayed> {
    Err(Undisplayed(7))
}

#[traced_operation(err(?))]
async fn by_debug_though_displayed() -> Result<(), std::num::ParseIntError> {
    "x".parse::<u8>().map(drop)
}

#[traced_operation(err(if = Option::is_none))]
fn found(fail: bool) -> Option<u8> {
    if fail { None } else { Some(1) }
}

#[traced_operation(err(?, if = |answer| answer.code >= 500))]
async fn answered(code: u16) -> Answer {
    Answer { code }
}

#[derive(Debug)]
struct Answer {
    code: u16,
}

#[traced_operation(err(if = |text| text.is_empty()))]
fn borrowed(text: &str) -> &str {
    text
}

#[traced_operation(err(if = |_| panic!("no decision")))]
fn undecided() -> Result<(), Undisplayed> {
    Err(Undisplayed(8))
}

#[tokio::test]
async fn what_counts_as_a_failure() {
    let tree = tree_of(async {
        let _ = (by_debug(), by_debug_though_displayed().await);
        let _ = (found(true), found(false));
        let _ = (answered(500).await, answered(200).await);
        let _ = (borrowed(""), borrowed("x"), undecided());
    })
    .await;
    assert_eq!(
        tree,
        "\
trace · test · 1 span · 1 error · kept: head, error
by_debug · ✗ Undisplayed: Undisplayed(7)

trace · test · 1 span · 1 error · kept: head, error
by_debug_though_displayed · ✗ ParseIntError: ParseIntError { kind: InvalidDigit }

trace · test · 1 span · 1 error · kept: head, error
found · ✗ Option

trace · test · 1 span · kept: head
found

trace · test · 1 span · 1 error · kept: head, error
answered · ✗ Answer: Answer { code: 500 }

trace · test · 1 span · kept: head
answered

trace · test · 1 span · 1 error · kept: head, error
borrowed · ✗ &str

trace · test · 1 span · kept: head
borrowed

trace · test · 1 span · 1 error · kept: head, error
undecided · ✗ Undisplayed: Undisplayed(8)
"
    );
}

#[derive(Debug)]
enum PaymentError {
    Declined(u16),
    Unreachable(std::io::Error),
    Confused,
}

impl fmt::Display for PaymentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Declined(code) => write!(f, "the bank says {code}"),
            Self::Unreachable(_) => f.write_str("the bank is away"),
            Self::Confused => f.write_str("what?"),
        }
    }
}

impl Error for PaymentError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Unreachable(error) => Some(error),
            _ => None,
        }
    }
}

impl ErrorType for PaymentError {
    fn error_type(&self) -> &str {
        match self {
            Self::Declined(_) => "declined",
            Self::Unreachable(_) => "unreachable",
            Self::Confused => panic!("told to"),
        }
    }
}

#[traced_operation]
fn pay(error: PaymentError) -> Result<(), PaymentError> {
    Err(error)
}

#[traced_operation]
async fn pay_in_a_box(error: PaymentError) -> Result<(), Box<PaymentError>> {
    tokio::task::yield_now().await;
    Err(Box::new(error))
}

#[derive(Debug)]
struct OrderError(PaymentError);

impl fmt::Display for OrderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no order")
    }
}

impl Error for OrderError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

#[traced_operation]
async fn order() -> Result<(), OrderError> {
    pay(PaymentError::Unreachable(std::io::Error::other("no route"))).map_err(OrderError)
}

#[traced_operation]
fn shared<E: Error + Send + Sync>(error: E) -> Result<(), std::sync::Arc<E>> {
    Err(std::sync::Arc::new(error))
}

#[derive(Debug)]
struct Unexpected<'t>(&'t str);

impl fmt::Display for Unexpected<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unexpected {}", self.0)
    }
}

impl Error for Unexpected<'_> {}

#[traced_operation]
fn parse(text: &str) -> Result<(), Unexpected<'_>> {
    Err(Unexpected(text))
}

#[traced_operation]
async fn parse_later<'t>(text: &'t str) -> Result<(), Box<dyn Error + 't>> {
    Ok(parse(text)?)
}

#[tokio::test]
async fn what_an_error_borrows_or_shares_is_told_as_its_own() {
    let tree = tree_of(async {
        let text = String::from("end");
        let _ = shared(Unexpected(&text));
        let _ = parse_later(&text).await;
    })
    .await;
    assert_eq!(
        tree,
        "\
trace · test · 1 span · 1 error · kept: head, error
shared · ✗ Unexpected: unexpected end

trace · test · 2 spans · 2 errors · kept: head, error
parse_later · ✗ Error: unexpected end
└╴parse · ✗ Unexpected: unexpected end
"
    );
}

#[tokio::test]
async fn an_error_names_its_type_and_is_told_once() {
    let capture = Capture::new();
    capture
        .future(async {
            let _ = order().await;
            let _ = pay(PaymentError::Confused);
            let _ = pay_in_a_box(PaymentError::Declined(51)).await;
        })
        .await;
    let mut told: Vec<String> = capture
        .exported()
        .iter()
        .map(|span| {
            let attributes = span.attributes.iter();
            let kind = attributes
                .filter(|a| a.key.as_str() == "error.type")
                .map(|a| a.value.to_string())
                .collect::<String>();
            let events = span.events.events.iter().map(|event| {
                let mut told: Vec<String> = event
                    .attributes
                    .iter()
                    .map(|a| format!("{}={}", a.key, a.value))
                    .collect();
                told.sort();
                format!("{}({})", event.name, told.join(", "))
            });
            format!("{} {kind} {}", span.name, events.collect::<String>())
        })
        .collect();
    told.sort();
    assert_eq!(
        told,
        [
            "order OrderError ",
            "pay PaymentError exception(exception.message=what?, exception.type=PaymentError)",
            "pay unreachable exception(exception.message=the bank is away, \
             exception.stacktrace=caused by: no route, exception.type=unreachable)",
            "pay_in_a_box declined exception(exception.message=the bank says 51, exception.type=declined)",
        ]
    );
}
