//! Exporters of the file over OTLP, which spans, metrics and logs have in common.

use std::borrow::Cow;

use crate::config::file::{Item, Section};
use crate::config::otlp::{Compression, Endpoint, Header, Otlp, PemFile, Protocol};
use crate::config::vars::percent_decoded;

pub(super) const HTTP: &str = "otlp_http";
pub(super) const GRPC: &str = "otlp_grpc";
pub(super) const CONSOLE: &str = "console";
pub(super) const FILE: &str = "otlp_file/development";

/// What may be chosen as an exporter.
pub(super) const EXPORTERS: [&str; 4] = [HTTP, GRPC, CONSOLE, FILE];

const COMMON: [&str; 6] = [
    "endpoint",
    "tls",
    "headers",
    "headers_list",
    "compression",
    "timeout",
];

/// What an exporter of the file is.
pub(super) enum Chosen {
    Otlp(Box<Otlp>),
    Console,
}

/// The exporter under the key `exporter`; `None`, with a problem: there is none that can be used. `further`: the keys that
/// exporters of this signal have besides, and who reads them.
pub(super) fn exporter(
    within: &Section<'_, '_>,
    further: &[&'static str],
    read: impl FnOnce(&Section<'_, '_>),
) -> Option<Chosen> {
    let Some(item) = within.get("exporter").filter(|item| !item.node.is_null()) else {
        within.item().tell("`exporter` is missing; it is left out");
        return None;
    };
    let (name, item) = item.choice(&EXPORTERS)?;
    let with = |keys: &[&'static str]| [keys, further].concat();
    match name {
        HTTP => {
            let section = item.section(&with(&[&COMMON[..], &["encoding"]].concat()));
            read(&section);
            if let Some(false) = section.word("encoding", &ENCODINGS, "protobuf")
                && let Some(encoding) = section.get("encoding")
            {
                encoding.unsupported("using protobuf instead");
            }
            Some(Chosen::Otlp(Box::new(otlp(
                &section,
                Protocol::HttpProtobuf,
            ))))
        }
        GRPC => {
            let section = item.section(&with(&COMMON));
            read(&section);
            Some(Chosen::Otlp(Box::new(otlp(&section, Protocol::Grpc))))
        }
        CONSOLE => {
            read(&item.section(further));
            Some(Chosen::Console)
        }
        _ => {
            item.unsupported("it is left out");
            None
        }
    }
}

/// Is it protobuf?
const ENCODINGS: [(&str, bool); 2] = [("protobuf", true), ("json", false)];

fn otlp(section: &Section<'_, '_>, protocol: Protocol) -> Otlp {
    const COMPRESSIONS: [(&str, Compression); 3] = [
        ("gzip", Compression::Gzip),
        ("zstd", Compression::Zstd),
        ("none", Compression::None),
    ];
    let endpoint = section.get("endpoint").and_then(|item| {
        Some(Endpoint {
            url: item.text("a URL", "the default")?.to_owned(),
            named_by: Cow::Owned(item.named_by()),
            is_base: false,
        })
    });
    let mut tls_keys = vec!["ca_file", "key_file", "cert_file"];
    if protocol == Protocol::Grpc {
        tls_keys.push("insecure");
    }
    let tls = section.section("tls", &tls_keys);
    let pem = |key: &str| {
        let item = tls.as_ref()?.get(key)?;
        let path = item.text("the path of a PEM file", "none")?;
        Some(PemFile::new(path, item.named_by()))
    };
    Otlp {
        protocol: Some(protocol),
        endpoint,
        insecure: tls
            .as_ref()
            .and_then(|tls| tls.flag("insecure", "false"))
            .unwrap_or(false),
        headers: headers(section),
        compression: section.word("compression", &COMPRESSIONS, "none"),
        timeout: section.milliseconds("timeout", 0, "10000"),
        certificate: pem("ca_file"),
        client_certificate: pem("cert_file"),
        client_key: pem("key_file"),
    }
}

/// Those of `headers` win over those of `headers_list`. No value is ever shown.
fn headers(section: &Section<'_, '_>) -> Vec<Header> {
    let mut headers: Vec<Header> = Vec::new();
    let mut add = |name: &str, value: String, item: &Item<'_, '_>| {
        headers.retain(|there| !there.name.eq_ignore_ascii_case(name));
        headers.push(Header {
            name: name.to_owned(),
            value,
            named_by: Cow::Owned(item.named_by()),
        });
    };
    const LIST: &str = "a list such as `name=value,name=value`, values percent-encoded";
    let list = section.get("headers_list");
    let list = list.and_then(|item| Some((item.text(LIST, "no headers")?, item)));
    if let Some((list, item)) = list {
        for pair in list.split(',').filter(|pair| !pair.trim().is_empty()) {
            let header = pair
                .split_once('=')
                .and_then(|(name, value)| Some((name.trim(), percent_decoded(value.trim())?)));
            match header {
                Some((name, value)) => add(name, value, &item),
                None => item.problem_showing("…", LIST, "the other headers"),
            }
        }
    }
    for item in section.items("headers") {
        let pair = item.clone().section(&["name", "value"]);
        let Some(name) = pair.text("name", "the name of a header", "no such header") else {
            item.tell("`name` is missing; the header is left out");
            continue;
        };
        if let Some(value) = pair.get("value")
            && let Some(text) = value.text("a text", "no such header")
            // As of a variable that is not set.
            && !text.is_empty()
        {
            add(name, text.to_owned(), &value);
        }
    }
    headers
}
