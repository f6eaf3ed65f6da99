//! Asking a collector for strategies, on the exporting thread.

use std::time::Duration;

use http::Uri;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::JaegerRemote;
use super::strategy;
use crate::diag;
use crate::pipeline::Get;
use crate::sampling::{Control, Origin};

impl Control {
    /// Asks for strategies as long as this is polled. With nobody to ask it waits.
    pub(in crate::sampling) async fn poll(&self) {
        let Some((remote, parent_based)) = &self.remote else {
            return std::future::pending().await;
        };
        let get = match get(remote, self.service()) {
            Ok(get) => get,
            Err(problem) => {
                self.complain(remote, problem);
                return std::future::pending().await;
            }
        };
        let mut last = None;
        loop {
            let answer = get.ask().await;
            match answer.and_then(|answer| strategy::rules(&answer)) {
                Ok(rules) if last.as_ref() == Some(&rules) => self.remote_says_the_same(),
                Ok(rules) => {
                    self.set_remote(&rules, *parent_based);
                    last = Some(rules);
                }
                Err(problem) => self.complain(remote, problem),
            }
            tokio::time::sleep(jittered(remote.interval)).await;
        }
    }

    fn complain(&self, remote: &JaegerRemote, problem: String) {
        let endpoint = crate::config::shown(&remote.endpoint);
        let problem = format!("{endpoint} {problem}{}", of_grpc(&remote.endpoint));
        if self.set_problem(Origin::Remote, problem.clone()) {
            diag::line(format_args!(
                "sampling strategies: {problem}; what was in force stays so, and it is asked again every {:?}",
                remote.interval
            ));
        }
    }
}

fn get(remote: &JaegerRemote, service: &str) -> Result<Get, String> {
    let uri: Uri = remote.endpoint.parse().map_err(|_| UNUSABLE)?;
    if !matches!(uri.scheme_str(), Some("http" | "https")) {
        return Err(UNUSABLE.to_owned());
    }
    let path = match uri.path() {
        "" | "/" => "/sampling",
        path => path,
    };
    // A user and a password are not sent.
    let authority = uri.authority().ok_or(UNUSABLE)?.as_str();
    let host = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    let service = utf8_percent_encode(service, NON_ALPHANUMERIC);
    let own = uri.query().filter(|query| !query.is_empty());
    let own = own.map_or_else(String::new, |query| format!("{query}&"));
    let uri = Uri::builder()
        .scheme(uri.scheme_str().unwrap_or("http"))
        .authority(host)
        .path_and_query(format!("{path}?{own}service={service}"))
        .build();
    Get::new(uri.map_err(|error| error.to_string())?)
}

const UNUSABLE: &str = "is no URL that can be asked: expected such as http://localhost:5778";

/// Jaeger's ports for gRPC, which examples for other SDKs name.
const GRPC: [u16; 2] = [5779, 14250];

/// What else to say of an endpoint that others ask by gRPC.
fn of_grpc(endpoint: &str) -> &'static str {
    let port = endpoint.parse().ok().and_then(|uri: Uri| uri.port_u16());
    match port.is_some_and(|port| GRPC.contains(&port)) {
        true => " (Jaeger speaks gRPC there: strategies are asked for over HTTP, at port 5778)",
        false => "",
    }
}

/// So that not all instances of a service ask at once.
fn jittered(interval: Duration) -> Duration {
    interval.mul_f64(rand::random_range(0.9..=1.1))
}
