//! Replacements that the registry gives in prose, or that one renamed key does not tell whole. Sorted by key.

/// What to write instead of the deprecated `key`.
pub(super) fn find(key: &str) -> Option<&'static str> {
    ADVICE
        .binary_search_by(|(deprecated, _)| (*deprecated).cmp(key))
        .ok()
        .map(|at| ADVICE[at].1)
}

static ADVICE: [(&str, &str); 23] = [
    ("code.function", "`code.function.name`"),
    (
        "code.namespace",
        "`code.function.name`, which holds the qualified name",
    ),
    ("db.connection_string", "`server.address` and `server.port`"),
    ("db.cosmosdb.status_code", "`db.response.status_code`"),
    (
        "db.mssql.instance_name",
        "`db.namespace`, which holds the instance and the database",
    ),
    ("db.redis.database_index", "`db.namespace`"),
    ("db.sql.table", "`db.collection.name`"),
    ("enduser.role", "`user.roles`"),
    ("http.flavor", "`network.protocol.version`"),
    ("http.host", "`server.address` and `server.port`"),
    (
        "http.request_content_length",
        "`http.request.header.content-length`",
    ),
    (
        "http.response_content_length",
        "`http.response.header.content-length`",
    ),
    ("http.target", "`url.path` and `url.query`"),
    (
        "http.url",
        "`url.full` on clients, `url.path` and `url.query` on servers",
    ),
    (
        "messaging.kafka.destination.partition",
        "`messaging.destination.partition.id`",
    ),
    (
        "messaging.rocketmq.client_group",
        "`messaging.consumer.group.name`",
    ),
    (
        "net.peer.name",
        "`server.address` on clients, `client.address` on servers",
    ),
    (
        "net.peer.port",
        "`server.port` on clients, `client.port` on servers",
    ),
    ("net.sock.family", "`network.transport` and `network.type`"),
    ("net.sock.peer.name", "`server.address`"),
    ("rpc.grpc.status_code", "`rpc.response.status_code`"),
    ("rpc.jsonrpc.error_code", "`rpc.response.status_code`"),
    (
        "rpc.service",
        "`rpc.method`, which holds the qualified name",
    ),
];

#[cfg(test)]
mod tests {
    use super::super::{Found, find as find_key};
    use super::*;

    #[test]
    fn the_advice_is_sorted_and_about_deprecated_keys() {
        assert!(ADVICE.windows(2).all(|pair| pair[0].0 < pair[1].0));
        for (key, _) in ADVICE {
            assert!(
                matches!(find_key(key), Found::Entry(entry) if entry.is_deprecated()),
                "{key}"
            );
        }
    }

    #[test]
    fn the_advice_names_current_keys_only() {
        for (key, advice) in ADVICE {
            for named in advice.split('`').skip(1).step_by(2) {
                assert!(
                    matches!(find_key(named), Found::Entry(entry) if !entry.is_deprecated()),
                    "`{named}`, named for `{key}`"
                );
            }
        }
    }
}
