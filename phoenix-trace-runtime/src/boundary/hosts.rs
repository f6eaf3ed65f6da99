//! To which hosts the context of a request may go.

use http::{HeaderMap, Uri};

use super::url::{authority, host_and_port};

/// Hosts by name, without port: exact ones, and all below a domain, written `*.example.internal`. The case of letters does
/// not matter.
///
/// ```
/// use phoenix_trace_runtime::Hosts;
///
/// let hosts = Hosts::new(["users.internal", "*.svc.cluster.local", "10.0.0.7"]);
/// assert!(hosts.contains("orders.shop.svc.cluster.local"));
/// assert!(!hosts.contains("svc.cluster.local"));
/// assert!(!hosts.contains("users.internal.attacker.example"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hosts(Vec<Box<str>>);

impl Hosts {
    /// The hosts with these names. Without any there is none.
    pub fn new<N: AsRef<str>>(names: impl IntoIterator<Item = N>) -> Self {
        let mut hosts = Self::default();
        hosts.extend(names);
        hosts
    }

    pub(crate) fn extend<N: AsRef<str>>(&mut self, names: impl IntoIterator<Item = N>) {
        let names = names.into_iter().map(|name| name.as_ref().into());
        self.0.extend(names);
    }

    /// Is it one of them?
    #[must_use]
    pub fn contains(&self, host: &str) -> bool {
        // A dot at the end only says that the name is complete (RFC 3986, section 3.2.2).
        let host = host.strip_suffix('.').unwrap_or(host);
        self.0.iter().any(|name| match name.strip_prefix('*') {
            Some(domain) if domain.starts_with('.') => is_below(host, domain),
            _ => host.eq_ignore_ascii_case(name),
        })
    }

    /// Is a request for one of them?
    pub(crate) fn has_target(&self, uri: &Uri, headers: &HeaderMap) -> bool {
        let authority = authority(uri, headers);
        authority.is_some_and(|authority| self.contains(host_and_port(authority).0))
    }
}

/// `domain` begins with its dot.
fn is_below(host: &str, domain: &str) -> bool {
    let below = host.len().checked_sub(domain.len());
    below
        .filter(|below| *below > 0)
        .and_then(|below| host.get(below..))
        .is_some_and(|end| end.eq_ignore_ascii_case(domain))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_hosts_and_those_below_a_domain() {
        let hosts = Hosts::new(["users.internal", "*.svc.local", "::1", "*"]);
        for (host, expected) in [
            ("users.internal", true),
            ("USERS.internal.", true),
            ("a.users.internal", false),
            ("a.svc.local", true),
            ("a.b.SVC.local", true),
            ("svc.local", false),
            (".svc.local", false),
            ("asvc.local", false),
            ("a.svc.local.example", false),
            ("::1", true),
            ("\u{e9}.svc.local", true),
            ("", false),
        ] {
            assert_eq!(hosts.contains(host), expected, "{host}");
        }
    }

    #[test]
    fn the_target_of_a_request_is_its_authority_or_its_host() {
        let hosts = Hosts::new(["users.internal", "::1"]);
        let check = |uri: &'static str, host: Option<&'static str>, expected| {
            let mut headers = HeaderMap::new();
            if let Some(host) = host {
                headers.insert("host", http::HeaderValue::from_static(host));
            }
            let has = hosts.has_target(&Uri::from_static(uri), &headers);
            assert_eq!(has, expected, "{uri} {host:?}");
        };
        check("http://users.internal:8080/a", None, true);
        check("http://users.internal@attacker.example/", None, false);
        check("http://[::1]:80/", None, true);
        check("/a", Some("users.internal:80"), true);
        check("http://attacker.example/", Some("users.internal"), false);
        check("/a", None, false);
    }
}
