//! `HttpClientLayer` as a middleware of `reqwest_middleware`.

use http::{Extensions, Response as HttpResponse, Uri};
use reqwest_middleware::reqwest::{Body, Request, Response, ResponseBuilderExt as _, Url};
use reqwest_middleware::{Error, Middleware, Next, Result};

use super::attributes::Sent;
use super::client::{HttpClientLayer, ResendCounter, UrlTemplate};
use super::outcome::ClientSide;
use crate::boundary::{Fault, ResponseFuture, chain, error_type, fail};
use crate::outcome::{short_type_name, source_of};
use crate::record::running::Running;
use crate::remote::inject_headers;

#[async_trait::async_trait]
impl Middleware for HttpClientLayer {
    async fn handle(
        &self,
        mut request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        let uri = request.url().as_str().parse::<Uri>().unwrap_or_default();
        // Those of all attempts are the same.
        let resends = extensions.get_or_insert_default::<ResendCounter>().count();
        let sent = Sent {
            method: request.method().as_str(),
            uri: &uri,
            url: None,
            headers: request.headers(),
            template: UrlTemplate::of(extensions),
            resends,
        };
        let (mut span, side) = self.settings.start(&sent, request.method());
        if side.is_for_us() {
            let _running = span.enter();
            inject_headers(request.headers_mut());
        }
        let mut url = None;
        let inner = async {
            let response = next.run(request, extensions).await.map_err(Failed::from)?;
            url = Some(response.url().clone());
            Ok::<_, Failed>(HttpResponse::<Body>::from(response))
        };
        let response = ResponseFuture::new(inner, span, side).await?;
        Ok(of_reqwest(response.map(Body::wrap), url))
    }
}

/// The response as `reqwest` has it, with the URL that it came from.
fn of_reqwest(mut response: HttpResponse<Body>, url: Option<Url>) -> Response {
    let with_url = url.map(|url| HttpResponse::builder().url(url).body(()));
    if let Some(Ok(with_url)) = with_url {
        let (head, ()) = with_url.into_parts();
        response.extensions_mut().extend(head.extensions);
    }
    Response::from(response)
}

/// An error apart from the URL that it would print, which may hold secrets.
struct Failed {
    error: Error,
    url: Option<Url>,
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        let url = error.url().cloned();
        let error = error.without_url();
        Self { error, url }
    }
}

impl From<Failed> for Error {
    fn from(Failed { error, url }: Failed) -> Self {
        match url {
            Some(url) => error.with_url(url),
            None => error,
        }
    }
}

impl Fault<Failed> for ClientSide {
    fn fault(&mut self, span: &mut Running<'_>, failed: &Failed) {
        let error = &failed.error;
        let kind = if error.is_timeout() {
            "timeout".into()
        } else {
            error_type(error, short_type_name::<Error>())
        };
        fail(span, kind, chain(error, source_of(error)), true);
    }
}
