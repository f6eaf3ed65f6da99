//! User code may shadow whatever generated code could mean by a short name.

#![deny(warnings)]
#![allow(dead_code, unused_macros, non_camel_case_types, reason = "the names exist to be in the way")]

use ::phoenix_trace::{event, record, traced_operation};

mod shadows {
    pub struct Result;
    pub struct Option;
    pub struct Box;
    pub struct String;
    pub struct Some;
    pub struct None;
    pub struct Ok;
    pub struct Err;
    pub trait Future {}
    pub trait FnOnce {}
    pub trait Sized {}
    pub trait Clone {}
    pub struct str;
    pub struct i64;
    pub mod core {}
    pub mod std {}
    pub mod phoenix_trace {}
}

#[expect(unused_imports, reason = "nothing generated picks one of them up")]
use shadows::*;

macro_rules! format_args {
    () => {};
}
macro_rules! concat {
    () => {};
}

type Fine = ::std::result::Result<u8, u8>;

#[traced_operation(attributes("user.id" = %span, "db.response.returned_rows" = 1, "db.namespace" = result))]
fn sync(span: u8, result: &'static ::core::primitive::str) -> Fine {
    let (attrs, site, value, key, outcome, returned) = (1, 2, 3, 4, 5, 6);
    record!("user.id" = result, "db.response.returned_rows" = value);
    event!("done", "user.id" = ?site);
    Fine::Ok(attrs + site + value + key + outcome + returned + span)
}

#[traced_operation(attributes("user.id" = %span, "db.namespace" = result))]
async fn asynchronous(span: u8, result: &'static ::core::primitive::str) -> Fine {
    Fine::Ok(span)
}

fn main() {
    let _ = sync(1, "");
    drop(asynchronous(1, ""));
}
