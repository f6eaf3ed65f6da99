//! The histograms: names, units, buckets and attributes as the semantic conventions (1.44) have them, and one of our own for
//! operations.

use std::time::Duration;

use crate::boundary::keys;
use crate::db::keys as db;
use crate::record::clock::{self, Ticks};
use crate::record::failure::keys::ERROR_TYPE;
use crate::record::site::Measured;

/// One histogram of durations in seconds.
#[derive(Debug)]
pub(crate) struct Instrument {
    pub(crate) name: &'static str,
    #[cfg_attr(
        not(any(feature = "otlp", feature = "prometheus")),
        expect(dead_code, reason = "the console does not show it")
    )]
    pub(crate) description: &'static str,
    /// The upper bounds of all buckets but the last, in seconds.
    pub(crate) bounds: &'static [f64],
    /// The attributes that tell its series apart.
    pub(super) attributes: &'static [&'static str],
}

pub(crate) const UNIT: &str = "s";

/// The name of an operation's span.
pub(super) const OPERATION_NAME: &str = "phoenix.operation.name";

/// The most attributes of an instrument.
pub(super) const MOST_ATTRIBUTES: usize = 10;
/// The most buckets.
pub(super) const MOST_BUCKETS: usize = 15;

const REQUESTS: &[f64] = &[
    0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0,
];
const QUERIES: &[f64] = &[0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0];
/// Operations may be functions that take less than any request.
const OPERATIONS: &[f64] = &[
    0.0001, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
];

/// All of them, in the order of [`Measured`].
pub(crate) static INSTRUMENTS: &[Instrument] = &[
    Instrument {
        name: "phoenix.operation.duration",
        description: "Duration of annotated operations.",
        bounds: OPERATIONS,
        attributes: &[OPERATION_NAME, ERROR_TYPE.name],
    },
    Instrument {
        name: "http.server.request.duration",
        description: "Duration of HTTP server requests.",
        bounds: REQUESTS,
        attributes: &[
            keys::HTTP_REQUEST_METHOD.name,
            keys::URL_SCHEME.name,
            keys::HTTP_ROUTE.name,
            keys::HTTP_RESPONSE_STATUS_CODE.name,
            ERROR_TYPE.name,
            keys::NETWORK_PROTOCOL_VERSION.name,
        ],
    },
    Instrument {
        name: "http.client.request.duration",
        description: "Duration of HTTP client requests.",
        bounds: REQUESTS,
        attributes: &[
            keys::HTTP_REQUEST_METHOD.name,
            keys::SERVER_ADDRESS.name,
            keys::SERVER_PORT.name,
            keys::HTTP_RESPONSE_STATUS_CODE.name,
            ERROR_TYPE.name,
            keys::NETWORK_PROTOCOL_VERSION.name,
            keys::SERVICE_PEER_NAME.name,
        ],
    },
    Instrument {
        name: "db.client.operation.duration",
        description: "Duration of database client operations.",
        bounds: QUERIES,
        attributes: &[
            db::DB_SYSTEM_NAME.name,
            db::DB_NAMESPACE.name,
            db::DB_COLLECTION_NAME.name,
            db::DB_OPERATION_NAME.name,
            db::DB_STORED_PROCEDURE_NAME.name,
            db::DB_QUERY_SUMMARY.name,
            db::DB_RESPONSE_STATUS_CODE.name,
            ERROR_TYPE.name,
            keys::SERVER_ADDRESS.name,
            keys::SERVER_PORT.name,
        ],
    },
    #[cfg(feature = "grpc")]
    Instrument {
        name: "rpc.server.call.duration",
        description: "Measures the duration of an incoming Remote Procedure Call (RPC).",
        bounds: REQUESTS,
        attributes: &[
            keys::RPC_SYSTEM_NAME.name,
            keys::RPC_METHOD.name,
            crate::grpc::STATUS_CODE.name(),
            ERROR_TYPE.name,
        ],
    },
    #[cfg(feature = "grpc")]
    Instrument {
        name: "rpc.client.call.duration",
        description: "Measures the duration of an outgoing Remote Procedure Call (RPC).",
        bounds: REQUESTS,
        attributes: &[
            keys::RPC_SYSTEM_NAME.name,
            keys::RPC_METHOD.name,
            crate::grpc::STATUS_CODE.name(),
            ERROR_TYPE.name,
            keys::SERVER_ADDRESS.name,
            keys::SERVER_PORT.name,
            keys::SERVICE_PEER_NAME.name,
        ],
    },
];

/// The place of an instrument among all.
pub(super) const fn index_of(measured: Measured) -> usize {
    measured as usize
}

/// The bounds of each instrument in ticks of the recorder's clock, so that nothing is converted while it is measured.
pub(super) struct Bounds(Vec<Vec<Ticks>>);

impl Bounds {
    pub(super) fn new() -> Self {
        let ticks = |bound: &f64| clock::ticks(Duration::from_secs_f64(*bound));
        let of = |instrument: &Instrument| instrument.bounds.iter().map(ticks).collect();
        Self(INSTRUMENTS.iter().map(of).collect())
    }

    #[inline]
    pub(super) fn of(&self, instrument: usize) -> &[Ticks] {
        &self.0[instrument]
    }
}
