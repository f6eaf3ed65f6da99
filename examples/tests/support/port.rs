//! A port that nobody else gets, and on which nobody listens until the test does.

use std::net::{Ipv4Addr, SocketAddr};

use tokio::net::TcpSocket;

/// Holds a loopback port. A connection to it is refused, unless the test has a listener on it.
pub(crate) struct ReservedPort {
    address: SocketAddr,
    _socket: TcpSocket,
}

impl ReservedPort {
    pub(crate) fn new() -> Self {
        let socket = TcpSocket::new_v4().expect("a socket");
        // So that a listener can share the port: neither of the two sockets may insist on it.
        socket.set_reuseaddr(true).expect("an option");
        socket
            .bind((Ipv4Addr::LOCALHOST, 0).into())
            .expect("a free port");
        Self {
            address: socket.local_addr().expect("its address"),
            _socket: socket,
        }
    }

    pub(crate) fn number(&self) -> u16 {
        self.address.port()
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}
