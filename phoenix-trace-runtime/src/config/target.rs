//! Where traces go: the destination that a configuration asks for.

use std::fmt;

use opentelemetry_sdk::trace::SpanExporter;

use super::otlp::{Otlp, Settings};
use crate::pipeline::{Component, Console, Destination, Make, Sdk};

#[derive(Debug)]
pub(super) enum Target {
    None,
    Console,
    Otlp(Box<OtlpTarget>),
    Custom(Box<dyn Destination>),
}

#[derive(Debug)]
pub(super) struct OtlpTarget {
    pub(super) settings: Settings,
    /// What code says of it, without what the environment does.
    pub(super) said: Otlp,
}

impl Target {
    pub(super) fn otlp(settings: Settings, said: Otlp) -> Self {
        Self::Otlp(Box::new(OtlpTarget { settings, said }))
    }

    /// What it is called in metrics.
    pub(super) fn component(&self) -> Component {
        match self {
            Self::None => Component::new("none"),
            Self::Console => Component::new("console"),
            Self::Custom(exporter) => Component::new(exporter.type_name()),
            Self::Otlp(target) => Component::of_otlp(&target.settings),
        }
    }

    /// Is somebody watching?
    pub(super) fn is_console(&self) -> bool {
        matches!(self, Self::Console)
    }

    /// May it block the thread that it runs on? The console does while nobody reads what it writes.
    pub(super) fn may_block(&self) -> bool {
        matches!(self, Self::Console | Self::Custom(_))
    }

    /// What makes the destination, within the reactor of the thread that it runs on. `service` names it on the console.
    pub(super) fn into_make(self, service: String) -> Make {
        match self {
            Self::None => Box::new(|| Ok(Box::new(Sdk(Nowhere)))),
            Self::Console => Box::new(|| Ok(Box::new(Sdk(Console::new(service))))),
            Self::Custom(exporter) => Box::new(|| Ok(exporter)),
            Self::Otlp(target) => Box::new(|| otlp(target.settings)),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("nowhere"),
            Self::Console => f.write_str("to this console"),
            Self::Custom(_) => f.write_str("to an exporter of the program's"),
            Self::Otlp(target) => target.settings.fmt(f),
        }
    }
}

#[cfg(feature = "otlp")]
fn otlp(settings: Settings) -> Result<Box<dyn Destination>, String> {
    Ok(Box::new(crate::pipeline::Otlp::new(settings)?))
}

#[cfg(not(feature = "otlp"))]
fn otlp(_: Settings) -> Result<Box<dyn Destination>, String> {
    Err("this program was built without the feature `otlp` of phoenix-trace".to_owned())
}

/// Takes spans and sends them nowhere.
#[derive(Debug)]
struct Nowhere;

impl SpanExporter for Nowhere {
    async fn export(
        &self,
        _: Vec<opentelemetry_sdk::trace::SpanData>,
    ) -> opentelemetry_sdk::error::OTelSdkResult {
        Ok(())
    }
}
