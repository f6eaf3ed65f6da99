//! Errors that borrow, and those of a caller's own type: nothing is asked of them that the function did not ask.

#![deny(warnings)]

use std::error::Error;
use std::fmt::{self, Debug, Display};
use std::sync::{LockResult, Mutex, MutexGuard};

use phoenix_trace::{ErrorType, traced, traced_operation};

#[derive(Debug)]
struct Unexpected<'t>(&'t str);

impl Display for Unexpected<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl Error for Unexpected<'_> {}

impl ErrorType for Unexpected<'_> {
    fn error_type(&self) -> &str {
        "unexpected"
    }
}

#[traced_operation]
fn parse(text: &str) -> Result<u8, Unexpected<'_>> {
    text.parse().map_err(|_| Unexpected(text))
}

#[traced_operation(err(?, if = |error| !error.0.is_empty()))]
async fn parse_later(text: &str) -> Result<u8, Unexpected<'_>> {
    parse(text)
}

#[traced_operation]
fn boxed<'t>(text: &'t str) -> Result<u8, Box<dyn Error + 't>> {
    Ok(parse(text)?)
}

#[traced_operation]
fn lock(rows: &Mutex<Vec<u8>>) -> LockResult<MutexGuard<'_, Vec<u8>>> {
    rows.lock()
}

#[traced_operation]
fn generic<T, E: Error>(result: Result<T, E>) -> Result<T, E> {
    result
}

#[traced_operation]
async fn generic_later<T, E: Debug>(result: Result<T, E>) -> Result<T, E> {
    result
}

trait Source {
    type Error<'s>: Error
    where
        Self: 's;

    fn read(&self) -> Result<u8, Self::Error<'_>>;
}

impl Source for String {
    type Error<'s> = Unexpected<'s>;

    #[traced_operation]
    fn read(&self) -> Result<u8, Self::Error<'_>> {
        traced!("parse", parse(self))
    }
}

#[traced_operation]
fn read<S: Source>(source: &S) -> Result<u8, S::Error<'_>> {
    source.read()
}

fn main() {
    let text = String::from("7");
    let _ = (parse(&text), boxed(&text), read(&text), generic(parse(&text)));
    drop((parse_later(&text), generic_later(parse(&text))));
    let _ = lock(&Mutex::new(Vec::new())).is_ok();
}
