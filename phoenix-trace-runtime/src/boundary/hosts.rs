//! To which hosts the context of a request may go.

use std::net::{IpAddr, Ipv6Addr};

use http::{HeaderMap, Uri};

use super::url::{authority, default_port, host_and_port};
use crate::diag;

/// Hosts by name: exact ones, and all below a domain, written `*.example.internal`. With a port, `users.internal:8080`, only that
/// one is meant. Neither the case of letters matters, nor a dot at the end, nor the brackets around an IPv6 address.
///
/// What is none of these, such as a URL, names no host: it is left out, and standard error says so.
///
/// ```
/// use phoenix_trace::Hosts;
///
/// let hosts = Hosts::new(["users.internal", "*.svc.cluster.local", "10.0.0.7", "[::1]:8080"]);
/// assert!(hosts.contains("orders.shop.svc.cluster.local"));
/// assert!(!hosts.contains("svc.cluster.local"));
/// assert!(!hosts.contains("users.internal.attacker.example"));
/// assert!(hosts.contains("[::1]:8080") && !hosts.contains("[::1]:8081"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hosts(Vec<Entry>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    host: Host,
    /// `None`: any.
    port: Option<u16>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Host {
    Exact(Box<str>),
    /// Begins with its dot.
    Below(Box<str>),
    Ip(IpAddr),
}

impl Hosts {
    /// The hosts with these names. Without any there is none.
    pub fn new<N: AsRef<str>>(names: impl IntoIterator<Item = N>) -> Self {
        let mut hosts = Self::default();
        hosts.extend(names);
        hosts
    }

    pub(crate) fn extend<N: AsRef<str>>(&mut self, names: impl IntoIterator<Item = N>) {
        for name in names {
            match Entry::read(name.as_ref()) {
                Ok(entry) => self.0.push(entry),
                Err(why) => diag::line(format_args!("{why}; nothing is propagated to it")),
            }
        }
    }

    /// Is it one of them? It may have a port; without one it is none of those that are meant with a port only.
    #[must_use]
    pub fn contains(&self, host: &str) -> bool {
        self.has(host, None)
    }

    /// The same of an authority without user-info, whose port may be that of the scheme.
    pub(crate) fn has(&self, authority: &str, scheme: Option<&str>) -> bool {
        let (host, port) = host_and_port(authority);
        let port = port.or_else(|| default_port(scheme?));
        // A dot at the end only says that the name is complete (RFC 3986, section 3.2.2).
        let host = host.strip_suffix('.').unwrap_or(host);
        let is_meant = |entry: &Entry| {
            (entry.port.is_none() || entry.port == port) && entry.host.is_called(host)
        };
        self.0.iter().any(is_meant)
    }

    /// Is a request for one of them?
    pub(crate) fn has_target(&self, uri: &Uri, headers: &HeaderMap) -> bool {
        let authority = authority(uri, headers);
        authority.is_some_and(|authority| self.has(authority, uri.scheme_str()))
    }
}

impl Entry {
    fn read(text: &str) -> Result<Self, String> {
        let no_host = |remedy: &str| Err(format!("`{text}` is not the name of a host: {remedy}"));
        if text == "*" {
            return no_host("to propagate to all hosts, name none at all");
        }
        if text.contains('/') || text.contains('@') {
            return no_host("write it without scheme, user and path, as `users.internal`");
        }
        if !text.is_ascii() {
            return no_host("write international names in their ASCII form, `xn--…`");
        }
        let (name, port) = host_and_port(text);
        let name = name.strip_suffix('.').unwrap_or(name);
        let bad_port = match text.rsplit_once(']') {
            Some((_, tail)) => port.is_none() && !tail.is_empty(),
            None => port.is_none() && text.contains(':') && name.parse::<Ipv6Addr>().is_err(),
        };
        if bad_port {
            return no_host("its port is a number from 0 to 65535");
        }
        let host = if let Ok(address) = name.parse() {
            Host::Ip(address)
        } else if let Some(domain) = name.strip_prefix('*').filter(|rest| rest.starts_with('.')) {
            Host::Below(domain.into())
        } else {
            Host::Exact(name.into())
        };
        let labels = match &host {
            Host::Ip(_) => None,
            Host::Below(domain) => domain.strip_prefix('.'),
            Host::Exact(name) => Some(&**name),
        };
        let is_label = |label: &str| {
            let sign = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
            !label.is_empty() && label.bytes().all(sign)
        };
        if labels.is_some_and(|labels| !labels.split('.').all(is_label)) {
            return no_host("write `users.internal`, `*.internal` or an address");
        }
        Ok(Self { host, port })
    }
}

impl Host {
    fn is_called(&self, host: &str) -> bool {
        match self {
            Self::Exact(name) => host.eq_ignore_ascii_case(name),
            Self::Below(domain) => is_below(host, domain),
            Self::Ip(address) => host.parse() == Ok(*address),
        }
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
        let hosts = Hosts::new(["users.internal", "*.svc.local", "::1", "Shop.Internal."]);
        for (host, expected) in [
            ("users.internal", true),
            ("USERS.internal.", true),
            ("users.internal:1", true),
            ("a.users.internal", false),
            ("a.svc.local", true),
            ("a.b.SVC.local", true),
            ("svc.local", false),
            (".svc.local", false),
            ("asvc.local", false),
            ("a.svc.local.example", false),
            ("::1", true),
            ("[::1]:80", true),
            ("0:0:0:0:0:0:0:1", true),
            ("shop.internal", true),
            ("\u{e9}.svc.local", true),
            ("", false),
        ] {
            assert_eq!(hosts.contains(host), expected, "{host}");
        }
    }

    #[test]
    fn what_is_clear_is_taken_as_it_is_meant() {
        for (name, host) in [
            ("[::1]", "::1"),
            ("[2001:DB8::7]:443", "[2001:db8:0::7]:443"),
            ("users.internal.", "users.internal"),
            ("users.internal:8080", "users.internal:8080"),
            ("*.Internal.:8080", "users.internal:8080"),
            ("10.0.0.7:80", "10.0.0.7:80"),
        ] {
            assert!(Hosts::new([name]).contains(host), "{name} {host}");
        }
        let hosts = Hosts::new(["users.internal:8080"]);
        assert!(!hosts.contains("users.internal") && !hosts.contains("users.internal:80"));
    }

    #[test]
    fn what_names_no_host_is_told_with_its_remedy() {
        let check = |name: &str, remedy: &str| {
            let told = Entry::read(name).unwrap_err();
            let expected = format!("`{name}` is not the name of a host: {remedy}");
            assert_eq!(told, expected);
        };
        let bare = "write it without scheme, user and path, as `users.internal`";
        check("https://users.internal", bare);
        check("users.internal/", bare);
        check("user@users.internal", bare);
        check("*", "to propagate to all hosts, name none at all");
        let port = "its port is a number from 0 to 65535";
        check("users.internal:http", port);
        check("users.internal:99999", port);
        check("[::1]:", port);
        let ascii = "write international names in their ASCII form, `xn--…`";
        check("bücher.example", ascii);
        let names = "write `users.internal`, `*.internal` or an address";
        for name in ["", "*.", "a..b", "a b", "*a.internal", "a.*.internal"] {
            check(name, names);
        }
    }

    #[test]
    fn the_target_of_a_request_is_its_authority_or_its_host() {
        let hosts = Hosts::new(["users.internal", "::1", "shop.internal:80"]);
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
        check("http://shop.internal/", None, true);
        check("https://shop.internal/", None, false);
        check("/a", Some("shop.internal:80"), true);
    }
}
