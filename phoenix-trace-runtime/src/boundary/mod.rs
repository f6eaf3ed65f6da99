//! What the HTTP and gRPC boundaries share: a response whose span lasts until its body has ended, excluded paths, the public
//! edge, header fields that are recorded.

mod answer;
mod body;
mod captured;
mod edge;
mod exclude;
mod forced;
mod future;
mod hosts;
pub(crate) mod keys;
mod protocol;
pub(crate) mod url;
mod watch;

pub(crate) use answer::{answer, note_peer, told_name};
pub use body::ResponseBody;
pub(crate) use captured::{Captured, REQUEST, RESPONSE};
pub(crate) use edge::Arrived;
pub use edge::Edge;
pub(crate) use exclude::Exclude;
pub use forced::ForcedTracing;
pub use future::ResponseFuture;
pub use hosts::Hosts;
pub(crate) use protocol::{
    BodyError, Fault, Protocol, Rest, chain, error_type, fail, int, opt, parts, text,
};
pub(crate) use watch::Watch;

/// In the extensions of a request whose SERVER span a layer has made: nothing further in makes another one.
#[derive(Clone, Debug)]
pub(crate) struct ServerSpan;

impl ServerSpan {
    pub(crate) fn is_of(extensions: &http::Extensions) -> bool {
        extensions.get::<Self>().is_some()
    }
}
