//! Exporters of the OpenTelemetry SDK as destinations, and the development console.

use std::fmt::Debug;
use std::future::Future;
use std::io::{IsTerminal as _, Write as _};
use std::pin::Pin;

use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
use opentelemetry_sdk::trace::{SpanData, SpanExporter};

use super::convert;
use super::destination::{Answer, Destination, Piece, Sending};
use crate::waterfall::{Span, Waterfall};

/// `SpanExporter` as a trait object.
pub(crate) trait Export: Debug + Send + Sync {
    fn export<'a>(
        &'a self,
        batch: Vec<SpanData>,
    ) -> Pin<Box<dyn Future<Output = OTelSdkResult> + Send + 'a>>;
    fn set_resource(&mut self, resource: &Resource);
    fn shutdown(&self) -> OTelSdkResult;
}

impl<E: SpanExporter> Export for E {
    fn export<'a>(
        &'a self,
        batch: Vec<SpanData>,
    ) -> Pin<Box<dyn Future<Output = OTelSdkResult> + Send + 'a>> {
        Box::pin(SpanExporter::export(self, batch))
    }

    fn set_resource(&mut self, resource: &Resource) {
        SpanExporter::set_resource(self, resource);
    }

    fn shutdown(&self) -> OTelSdkResult {
        SpanExporter::shutdown(self)
    }
}

/// An exporter as a destination: it gets whole strands as spans of the SDK.
#[derive(Debug)]
pub(crate) struct ToExporter(pub(crate) Box<dyn Export>);

impl Destination for ToExporter {
    fn set_resource(&mut self, resource: &Resource) {
        self.0.set_resource(resource);
    }

    fn send<'a>(&'a self, batch: &'a [Piece<'a>]) -> Sending<'a> {
        let mut spans = Vec::new();
        for piece in batch {
            if let Some(kept) = piece.strand.kept {
                convert::spans(piece.strand, kept, &mut spans);
            }
        }
        let exported = self.0.export(spans);
        Box::pin(async move {
            match exported.await {
                Ok(()) => Answer::Taken {
                    rejected: 0,
                    message: String::new(),
                },
                Err(OTelSdkError::Timeout(after)) => Answer::Unknown {
                    why: format!("no answer within {after:?}"),
                    again: true,
                },
                Err(error) => Answer::Later {
                    why: error.to_string(),
                    after: None,
                },
            }
        })
    }

    fn shutdown(&self) {
        let _ = self.0.shutdown();
    }
}

/// The development console: each finished segment as a waterfall on standard error, in colour on a terminal.
#[derive(Debug)]
pub(crate) struct Console {
    waterfall: Waterfall,
    service: String,
}

impl Console {
    pub(crate) fn new(service: String) -> Self {
        let colour = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        Self {
            waterfall: Waterfall::new().colour(colour),
            service,
        }
    }
}

impl SpanExporter for Console {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let spans: Vec<Span> = batch
            .iter()
            .map(|span| Span::from_sdk(span, &self.service))
            .collect();
        let _ = std::io::stderr()
            .lock()
            .write_all(self.waterfall.render(&spans).as_bytes());
        Ok(())
    }
}
