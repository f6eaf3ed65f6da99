//! TLS: whom a client trusts, and how it shows who it is.

use std::sync::Arc;

use http::uri::Scheme;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};

use crate::config::{PemFile, Settings};

/// For an endpoint without TLS nothing is read.
pub(crate) fn config(settings: &Settings) -> Result<ClientConfig, String> {
    let secure = settings.uri.scheme() == Some(&Scheme::HTTPS);
    let roots = match &settings.certificate {
        _ if !secure => RootCertStore::empty(),
        Some(file) => roots_of(file)?,
        None => roots_of_system()?,
    };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(roots);
    match &settings.client {
        Some((certificate, key)) if secure => {
            let chain = certificates(certificate)?;
            let read = read(key)?;
            let private = PrivateKeyDer::from_pem_slice(&read)
                .map_err(|error| format!("{key} holds no private key in PEM form: {error}"))?;
            config
                .with_client_auth_cert(chain, private)
                .map_err(|error| format!("{key} cannot be used with {certificate}: {error}"))
        }
        _ => Ok(config.with_no_client_auth()),
    }
}

fn roots_of(file: &PemFile) -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(file)? {
        roots
            .add(certificate)
            .map_err(|error| format!("{file} holds a certificate that cannot be used: {error}"))?;
    }
    Ok(roots)
}

fn roots_of_system() -> Result<RootCertStore, String> {
    let found = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(found.certs);
    if !roots.is_empty() {
        return Ok(roots);
    }
    let errors: Vec<String> = found.errors.iter().map(ToString::to_string).collect();
    Err(format!(
        "the system has no certificates of authorities to check `https` with{}{}: install them \
         (the package is often called ca-certificates), or name a file in OTEL_EXPORTER_OTLP_CERTIFICATE",
        if errors.is_empty() { "" } else { " " },
        if errors.is_empty() {
            String::new()
        } else {
            format!("({})", errors.join("; "))
        },
    ))
}

fn certificates(file: &PemFile) -> Result<Vec<CertificateDer<'static>>, String> {
    let pem = read(file)?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    let found = found.map_err(|error| format!("{file} is not in PEM form: {error}"))?;
    if found.is_empty() {
        return Err(format!("{file} holds no certificate in PEM form"));
    }
    Ok(found)
}

fn read(file: &PemFile) -> Result<Vec<u8>, String> {
    if file.is_its_content() {
        return Err(format!(
            "{file} is not the path of a file, but what belongs into one"
        ));
    }
    std::fs::read(&file.path).map_err(|error| format!("{file} cannot be read: {error}"))
}
