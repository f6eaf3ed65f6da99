//! The exporters behind one object-safe trait, and the development console.

use std::fmt::Debug;
use std::future::Future;
use std::io::{IsTerminal as _, Write as _};
use std::pin::Pin;

use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SpanData, SpanExporter};

use crate::waterfall::{Span, Waterfall};

/// Makes an exporter on the exporting thread, or says why it cannot be made.
pub(crate) type Make = Box<dyn FnOnce() -> Result<Box<dyn Export>, String> + Send>;

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
