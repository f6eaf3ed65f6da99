//! Recording. A span is a record in the buffer of its strand; a strand is what one line of execution records; strands
//! form a segment, which is decided once, when its outcome is known. `docs/architecture.md` has the picture.

pub(crate) mod abort;
pub(crate) mod across;
mod annotate;
pub(crate) mod attached;
pub(crate) mod attributes;
mod branch;
pub(crate) mod carry;
#[cfg(feature = "metrics")]
pub(crate) mod chains;
pub(crate) mod clock;
pub(crate) mod context;
mod corrected;
pub(crate) mod current;
pub(crate) mod cut;
pub(crate) mod details;
pub(crate) mod entered;
pub(crate) mod failure;
pub(crate) mod free;
mod fresh;
pub(crate) mod given;
mod handle;
pub(crate) mod ids;
pub(crate) mod join_set;
mod joining;
pub(crate) mod levels;
pub(crate) mod mail;
mod merge;
pub(crate) mod message;
pub(crate) mod owned;
mod parking;
pub(crate) mod part;
pub(crate) mod place;
mod pool;
pub(crate) mod process;
mod redact;
pub(crate) mod refused;
pub(crate) mod registry;
pub(crate) mod room;
pub(crate) mod run;
pub(crate) mod running;
pub(crate) mod scope;
#[cfg(feature = "testing")]
pub(crate) mod scoped;
pub(crate) mod segment;
pub(crate) mod site;
mod spans;
pub(crate) mod start;
pub(crate) mod stored;
pub(crate) mod strand;
mod sync;
pub(crate) mod tally;
pub(crate) mod thread;
pub(crate) mod told;
