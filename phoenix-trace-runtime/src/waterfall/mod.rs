//! Finished spans in, a readable trace out: the development console and the trees of snapshot tests.

mod span;

pub use self::span::{AttributeValue, Event, Span};
