//! Where this process serves its metrics: whoever else answers there is somebody else.

use std::net::SocketAddr;
use std::sync::Mutex;

use crate::record::segment::lock;

static SERVED: Mutex<Vec<SocketAddr>> = Mutex::new(Vec::new());

/// It is served at this address until this goes.
pub(crate) struct Served(SocketAddr);

impl Served {
    pub(crate) fn at(address: SocketAddr) -> Self {
        lock(&SERVED).push(address);
        Self(address)
    }

    pub(crate) fn is_at(address: SocketAddr) -> bool {
        lock(&SERVED).contains(&address)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let mut served = lock(&SERVED);
        if let Some(place) = served.iter().position(|address| *address == self.0) {
            served.swap_remove(place);
        }
    }
}
