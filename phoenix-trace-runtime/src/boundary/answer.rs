//! What a response tells besides its own: the correlation id of the request, and the name of the service that answered.

use http::{HeaderMap, HeaderName, HeaderValue};

use super::keys;
use super::protocol::text;
use crate::record::carry::with_active;
use crate::record::running::Running;
use crate::record::thread;

/// The header field in which a service tells its `service.name`, so that its callers know for sure whom they called.
const SERVICE_NAME: HeaderName = HeaderName::from_static("x-service-name");

/// The longest name that is told or believed, in bytes.
const MAX_LENGTH: usize = 255;

/// A service's name as it is told. `None`: it has none, or one that no header field can hold.
pub(crate) fn told_name(service: &str) -> Option<HeaderValue> {
    let named = !service.starts_with("unknown_service") && service.len() <= MAX_LENGTH;
    named.then(|| HeaderValue::from_str(service).ok()).flatten()
}

/// Tells the correlation id of the running request in the response to it, and who answers: this service, or nobody where it has no
/// name and at a public edge, but never one behind it, whose response it passes on.
pub(crate) fn answer(headers: &mut HeaderMap) {
    let propagators = thread::propagators();
    with_active(|strand| {
        strand.take_correction();
        let context = &strand.context;
        if let Some(id) = context.correlation_id()
            && let Ok(mut id) = HeaderValue::from_bytes(id.as_bytes())
        {
            // As every field of ours: see `Inject for HeaderMap`.
            id.set_sensitive(true);
            drop(headers.try_insert(propagators.correlation_name(), id));
        }
        match &strand.pipeline.told_name {
            Some(name) if !context.at_edge => {
                drop(headers.try_insert(SERVICE_NAME, name.clone()));
            }
            _ => drop(headers.remove(SERVICE_NAME)),
        }
    });
}

/// Takes out of the trailers of a response who has answered a call that was made for it: its status, passed on as it was, has the
/// fields of that one's head.
#[cfg(feature = "grpc")]
pub(crate) fn withhold_name(trailers: &mut HeaderMap) {
    trailers.remove(SERVICE_NAME);
}

/// Writes onto a client's span who has answered: `service.peer.name`.
pub(crate) fn note_peer(span: &mut Running<'_>, headers: &HeaderMap) {
    let Some(name) = headers.get(SERVICE_NAME).cloned() else {
        return;
    };
    span.edit(move |strand, number| match name.to_str() {
        Ok(name) if (1..=MAX_LENGTH).contains(&name.len()) => {
            strand.set_plain(number, &[text(&keys::SERVICE_PEER_NAME, name)]);
        }
        _ => {}
    });
}
