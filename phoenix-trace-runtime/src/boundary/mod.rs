//! What the HTTP and gRPC boundaries share: a response whose span lasts until its body has ended, excluded paths, the public
//! edge, header fields that are recorded.

mod answer;
mod body;
mod boxed;
mod captured;
mod decision;
mod edge;
mod exclude;
mod forced;
mod future;
mod hosts;
pub(crate) mod keys;
mod protocol;
pub(crate) mod url;
mod watch;

#[cfg(feature = "grpc")]
pub(crate) use answer::withhold_name;
pub(crate) use answer::{answer, note_peer, told_name};
pub use body::ResponseBody;
pub use boxed::BoxedErrors;
pub(crate) use captured::{Captured, REQUEST, RESPONSE};
pub(crate) use decision::{announce, believe};
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
#[derive(Clone, Debug, Default)]
pub(crate) struct ServerSpan {
    /// The layer stands at a public edge.
    pub(crate) at_edge: bool,
    /// The call whose span has no name yet.
    #[cfg(feature = "grpc")]
    pub(crate) unknown: Option<crate::grpc::Unknown>,
}

impl ServerSpan {
    pub(crate) fn of(extensions: &http::Extensions) -> Option<&Self> {
        extensions.get::<Self>()
    }
}
