//! Asks an HTTP server for a document, over a connection of the same kind as those to receivers.

use bytes::Bytes;
use http::header::{ACCEPT, USER_AGENT};
use http::{HeaderValue, Request, StatusCode, Uri};

use super::body::Body;
use super::connection::{Connection, End, Lost};
use super::transport::AGENT;
use crate::config::Settings;

/// A document that is asked for again and again.
#[derive(Debug)]
pub(crate) struct Get {
    connection: Connection,
    uri: Uri,
}

impl Get {
    /// Nothing is connected yet.
    ///
    /// # Errors
    /// When no certificate authority is known for `https`.
    pub(crate) fn new(uri: Uri) -> Result<Self, String> {
        let settings = Settings::plain(uri.clone());
        let connection = Connection::new(&settings)?;
        Ok(Self { connection, uri })
    }

    /// Asks for it. `Err`: why it is not there.
    pub(crate) async fn ask(&self) -> Result<Vec<u8>, String> {
        let (body, handed_over) = Body::new(Bytes::new());
        let mut request = Request::new(body);
        *request.uri_mut() = self.uri.clone();
        let headers = request.headers_mut();
        headers.insert(USER_AGENT, HeaderValue::from_static(AGENT));
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        let response = self.connection.exchange(request, &handed_over).await;
        let response = response.map_err(|lost| match lost {
            Lost::BeforeSending(why) => format!("cannot be reached: {why}"),
            Lost::AfterSending(why) => format!("did not answer: {why}"),
        })?;
        match (response.status, response.end) {
            (StatusCode::OK, End::Complete(_)) => Ok(response.body),
            (StatusCode::OK, End::TooLong) => Err("answered with more than 4 MiB".to_owned()),
            (StatusCode::OK, End::Broken(why)) => Err(format!("broke off its answer: {why}")),
            (status, _) => Err(format!("answered {status}")),
        }
    }
}
