//! The settings that a connection is made of: every value checked, and for what cannot be used something said.

use std::borrow::Cow;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use http::uri::{Authority, PathAndQuery, Scheme};
use http::{HeaderMap, HeaderName, HeaderValue, Uri};

use super::{Compression, Endpoint, Header, Otlp, Protocol, Signal, shown};
use crate::config::Problem;
use crate::config::secret::masked_path;

/// Where traces or metrics go over OTLP, and how.
#[derive(Clone)]
pub(crate) struct Settings {
    pub(crate) signal: Signal,
    pub(crate) protocol: Protocol,
    /// What requests are for: with the path of the signal, without user and password.
    pub(crate) uri: Uri,
    /// The same as it may be shown.
    pub(crate) endpoint: String,
    /// Marked as sensitive, so that nothing shows them.
    pub(crate) headers: HeaderMap,
    pub(crate) compression: Compression,
    /// `None`: as long as it takes.
    pub(crate) timeout: Option<Duration>,
    pub(crate) certificate: Option<PemFile>,
    /// Certificate and key.
    pub(crate) client: Option<(PemFile, PemFile)>,
}

/// A file in PEM form, and who named it.
#[derive(Clone)]
pub(crate) struct PemFile {
    pub(crate) path: PathBuf,
    pub(crate) named_by: Cow<'static, str>,
}

impl PemFile {
    pub(in crate::config) fn new(
        path: impl Into<PathBuf>,
        named_by: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            path: path.into(),
            named_by: named_by.into(),
        }
    }

    /// Has somebody put what belongs into the file, such as a private key, in the place of its path?
    #[cfg(feature = "otlp")]
    pub(crate) fn is_its_content(&self) -> bool {
        self.path.to_string_lossy().contains("-----BEGIN")
    }

    /// The path as it may be shown.
    pub(crate) fn shown(&self) -> String {
        masked_path(&self.path)
    }
}

impl fmt::Debug for PemFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// As a mistake in it is told: `VARIABLE=path`, the way a user wrote it.
impl fmt::Display for PemFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}=`{}`", self.named_by, self.shown())
    }
}

/// Without headers, which hold tokens.
impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("protocol", &self.protocol)
            .field("endpoint", &self.endpoint)
            .field("compression", &self.compression)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let how = match self.protocol {
            Protocol::Grpc => "OTLP/gRPC",
            Protocol::HttpProtobuf => "OTLP/HTTP",
        };
        write!(f, "over {how} to {}", self.endpoint)
    }
}

impl Settings {
    /// For a document at `uri`, asked for over HTTP.
    #[cfg(feature = "jaeger-remote")]
    pub(crate) fn plain(uri: Uri) -> Self {
        Self {
            signal: Signal::Traces,
            protocol: Protocol::HttpProtobuf,
            endpoint: shown(&uri.to_string()),
            uri,
            headers: HeaderMap::new(),
            compression: Compression::None,
            timeout: Some(Duration::from_secs(10)),
            certificate: None,
            client: None,
        }
    }

    pub(in crate::config) fn new(signal: Signal, otlp: &Otlp, problems: &mut Vec<Problem>) -> Self {
        let protocol = otlp.protocol.unwrap_or(Protocol::HttpProtobuf);
        let uri = otlp
            .endpoint
            .as_ref()
            .and_then(|endpoint| uri(endpoint, signal, protocol, otlp.insecure, problems));
        let uri = uri.unwrap_or_else(|| default(signal, protocol));
        let timeout = otlp.timeout.unwrap_or(Duration::from_secs(10));
        Self {
            signal,
            protocol,
            endpoint: match protocol {
                Protocol::Grpc => shown(&uri.to_string())
                    .trim_end_matches(signal.method())
                    .to_owned(),
                Protocol::HttpProtobuf => shown(&uri.to_string()),
            },
            uri,
            headers: headers(&otlp.headers, problems),
            compression: otlp.compression.unwrap_or_default(),
            timeout: (!timeout.is_zero()).then_some(timeout),
            certificate: otlp.certificate.clone(),
            client: client(otlp, problems),
        }
    }
}

/// Where nobody says where to.
fn default(signal: Signal, protocol: Protocol) -> Uri {
    let (authority, path) = match protocol {
        Protocol::Grpc => ("localhost:4317", signal.method()),
        Protocol::HttpProtobuf => ("localhost:4318", signal.path()),
    };
    let mut parts = http::uri::Parts::default();
    parts.scheme = Some(Scheme::HTTP);
    parts.authority = Some(Authority::from_static(authority));
    parts.path_and_query = Some(PathAndQuery::from_static(path));
    Uri::from_parts(parts).unwrap_or_default()
}

fn tell(problems: &mut Vec<Problem>, variable: &str, value: &str, expected: &str, instead: &str) {
    let problem = Problem::new(variable, value, expected, instead);
    // The variables are read for each signal, and once more when code adds to them.
    let said = |there: &Problem| there.of() == problem.of();
    if !problems.iter().any(said) {
        problems.push(problem);
    }
}

/// What requests are for. `None`, and a problem: the endpoint cannot be used.
fn uri(
    endpoint: &Endpoint,
    signal: Signal,
    protocol: Protocol,
    insecure: bool,
    problems: &mut Vec<Problem>,
) -> Option<Uri> {
    let (url, name) = (endpoint.url.trim(), &*endpoint.named_by);
    let expected = match protocol {
        Protocol::Grpc => "a URL such as `http://collector:4317`",
        Protocol::HttpProtobuf => "a URL such as `http://collector:4318`",
    };
    let parsed = match (url.contains("://"), protocol) {
        (true, _) => url.parse::<Uri>(),
        (false, Protocol::Grpc) if insecure => format!("http://{url}").parse(),
        // Secure, as OTEL_EXPORTER_OTLP_INSECURE has it where it is not set.
        (false, Protocol::Grpc) => format!("https://{url}").parse(),
        (false, Protocol::HttpProtobuf) => format!("http://{url}").parse(),
    };
    let usable = |uri: &Uri| {
        let scheme = uri.scheme();
        (scheme == Some(&Scheme::HTTP) || scheme == Some(&Scheme::HTTPS))
            && uri.host().is_some_and(is_host)
            && uri.authority().is_some_and(has_port_or_none)
            // A scheme that lacks its colon is no host.
            && (url.contains("://") || !url.contains("//"))
    };
    let Some(parsed) = parsed.ok().filter(usable) else {
        let instead = format!(
            "`{}`",
            shown(&default(signal, protocol).to_string()).trim_end_matches(signal.method())
        );
        tell(problems, name, &shown(url), expected, &instead);
        return None;
    };
    if protocol == Protocol::HttpProtobuf && !url.contains("://") {
        let instead = format!("`{}`", shown(&format!("http://{url}")));
        tell(problems, name, &shown(url), expected, &instead);
    }
    let mut parts = parsed.into_parts();
    parts.authority = parts
        .authority
        .map(|a| without_user(a, name, url, problems));
    let given = parts.path_and_query.take();
    let given = given.unwrap_or_else(|| PathAndQuery::from_static("/"));
    parts.path_and_query = match protocol {
        Protocol::Grpc => Some(PathAndQuery::from_static(signal.method())),
        Protocol::HttpProtobuf if !endpoint.is_base => Some(given),
        Protocol::HttpProtobuf => {
            let query = given
                .query()
                .map_or(String::new(), |query| format!("?{query}"));
            let path = given.path().trim_end_matches('/');
            format!("{path}{}{query}", signal.path()).parse().ok()
        }
    };
    Uri::from_parts(parts).ok()
}

/// A URL allows more, such as what a header of `name=value` is.
fn is_host(host: &str) -> bool {
    let is_of_host = |c: char| c.is_ascii_alphanumeric() || "-._~%:[]".contains(c);
    !host.is_empty() && host.chars().all(is_of_host)
}

/// A port that is no number from 0 to 65535 is none to [`Authority`], be it too large or a part of a password.
fn has_port_or_none(authority: &Authority) -> bool {
    let host = authority.as_str().rsplit('@').next().unwrap_or_default();
    let after = host.rsplit(']').next().unwrap_or_default();
    authority.port_u16().is_some() || !after.contains(':')
}

/// Credentials in a URL are not sent, and it is said where they belong.
fn without_user(
    authority: Authority,
    name: &str,
    url: &str,
    problems: &mut Vec<Problem>,
) -> Authority {
    let Some((_, host)) = authority.as_str().rsplit_once('@') else {
        return authority;
    };
    let expected = "a URL without user and password, which belong into the header `authorization`";
    tell(
        problems,
        name,
        &shown(url),
        expected,
        "the URL without them",
    );
    host.parse().unwrap_or(authority)
}

/// Headers that say how a request is sent: they are not the user's to set.
const OURS: [&str; 9] = [
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "host",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

fn headers(list: &[Header], problems: &mut Vec<Problem>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for header in list {
        let Header {
            name,
            value,
            named_by,
        } = header;
        let parsed = name.parse::<HeaderName>().ok();
        let ours =
            |name: &HeaderName| OURS.contains(&name.as_str()) || name.as_str().starts_with("grpc-");
        let parsed = parsed.filter(|name| !ours(name));
        let Some((name, mut value)) = parsed.zip(HeaderValue::from_str(value).ok()) else {
            let expected = "the name and the value of a header that is not OTLP's own";
            let value = format!("{}=…", header.shown_name());
            tell(problems, named_by, &value, expected, "no such header");
            continue;
        };
        value.set_sensitive(true);
        headers.insert(name, value);
    }
    headers
}

/// A certificate without its key shows nobody anything, and the other way round.
fn client(otlp: &Otlp, problems: &mut Vec<Problem>) -> Option<(PemFile, PemFile)> {
    let (given, missing) = match (&otlp.client_certificate, &otlp.client_key) {
        (Some(certificate), Some(key)) => return Some((certificate.clone(), key.clone())),
        (Some(certificate), None) => (
            certificate,
            "a private key beside it (OTEL_EXPORTER_OTLP_CLIENT_KEY, in a file `key_file`)",
        ),
        (None, Some(key)) => (
            key,
            "a certificate beside it (OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE, in a file `cert_file`)",
        ),
        (None, None) => return None,
    };
    let path = given.shown();
    tell(
        problems,
        &given.named_by,
        &path,
        missing,
        "no client certificate",
    );
    None
}
