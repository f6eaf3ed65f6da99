//! Exporters of the OpenTelemetry SDK as destinations, and the development console.

use std::any::Any;
use std::future::Future;
use std::io::{IsTerminal as _, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
use opentelemetry_sdk::trace::{SpanData, SpanExporter, SpanProcessor};

use super::convert;
use super::destination::{Answer, Destination, Piece, Sending};
use crate::waterfall::{Span, Waterfall};

/// Any exporter of the SDK. It does not tell which errors are for good, nor what a receiver refused.
#[derive(Debug)]
pub(crate) struct Sdk<E>(pub(crate) E);

impl<E: SpanExporter> Destination for Sdk<E> {
    fn set_resource(&mut self, resource: &Resource) {
        self.0.set_resource(resource);
    }

    fn send<'a>(&'a self, batch: &'a [Piece<'a>]) -> Sending<'a> {
        Box::pin(async move {
            let spans = batch.iter().map(|piece| (piece.end - piece.first) as usize);
            let mut converted = Vec::with_capacity(spans.sum());
            for piece in batch {
                convert::spans(piece, &mut converted);
            }
            match self.0.export(converted).await {
                Ok(()) => Answer::Taken {
                    rejected: 0,
                    message: String::new(),
                },
                Err(OTelSdkError::Timeout(after)) => Answer::Unknown {
                    why: format!("no answer within {after:?}"),
                    again: false,
                },
                Err(error) => Answer::Later {
                    why: error.to_string(),
                    after: None,
                },
            }
        })
    }

    fn shutdown(&self) {
        // What was to be sent has been: an exporter that cannot be shut down has nothing to say that matters.
        let _ = self.0.shutdown();
    }

    fn type_name(&self) -> &'static str {
        std::any::type_name::<E>()
    }
}

/// A span processor of the SDK, which gets spans one by one when they have been decided.
#[derive(Debug)]
pub(crate) struct Processor<P>(pub(crate) P);

impl<P: SpanProcessor> Destination for Processor<P> {
    fn set_resource(&mut self, resource: &Resource) {
        self.0.set_resource(resource);
    }

    fn send<'a>(&'a self, batch: &'a [Piece<'a>]) -> Sending<'a> {
        Box::pin(async move {
            let mut converted = Vec::new();
            for piece in batch {
                convert::spans(piece, &mut converted);
            }
            for span in converted {
                self.0.on_end(span);
            }
            match self.0.force_flush() {
                Ok(()) => Answer::Taken {
                    rejected: 0,
                    message: String::new(),
                },
                // It has them: what became of them it does not tell.
                Err(error) => Answer::Unknown {
                    why: error.to_string(),
                    again: false,
                },
            }
        })
    }

    fn shutdown(&self) {
        // As with exporters.
        let _ = self.0.shutdown();
    }

    fn type_name(&self) -> &'static str {
        std::any::type_name::<P>()
    }
}

/// A batch that is being sent. A panic of the exporter is an answer: the thread goes on, and so does the exporter.
pub(super) struct Guarded<'a> {
    sending: Option<Sending<'a>>,
    /// It panicked before there was something to wait for.
    panicked: Option<Answer>,
}

impl<'a> Guarded<'a> {
    pub(super) fn send(destination: &'a dyn Destination, batch: &'a [Piece<'a>]) -> Self {
        let sending = catch_unwind(AssertUnwindSafe(|| destination.send(batch)));
        let (sending, panicked) = match sending {
            Ok(sending) => (Some(sending), None),
            Err(panic) => (None, Some(panicked(&*panic))),
        };
        Self { sending, panicked }
    }

    fn end(&mut self) {
        let sending = self.sending.take();
        // What a panic says while it is dropped is on standard error already.
        let _ = catch_unwind(AssertUnwindSafe(|| drop(sending)));
    }
}

impl Future for Guarded<'_> {
    type Output = Answer;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Answer> {
        let Some(sending) = &mut self.sending else {
            return self.panicked.take().map_or(Poll::Pending, Poll::Ready);
        };
        let answer = match catch_unwind(AssertUnwindSafe(|| sending.as_mut().poll(context))) {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(answer)) => answer,
            Err(panic) => panicked(&*panic),
        };
        self.end();
        Poll::Ready(answer)
    }
}

impl Drop for Guarded<'_> {
    fn drop(&mut self) {
        self.end();
    }
}

/// Nobody knows how far it got.
fn panicked(panic: &(dyn Any + Send)) -> Answer {
    Answer::Unknown {
        why: format!("the exporter panicked: {}", message(panic)),
        again: false,
    }
}

/// What a panic said.
pub(super) fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("without a message")
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
