//! The meter provider of the toolkit: what it has been told is collected when the exporting thread asks.

use std::fmt;
use std::sync::{Arc, Weak};
use std::time::Duration;

use opentelemetry::InstrumentationScope;
use opentelemetry::global;
use opentelemetry::metrics::noop::NoopMeterProvider;
use opentelemetry::metrics::{Meter, MeterProvider};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::metrics::data::ResourceMetrics;
use opentelemetry_sdk::metrics::reader::MetricReader;
use opentelemetry_sdk::metrics::{
    InstrumentKind, ManualReader, Pipeline as SdkPipeline, SdkMeterProvider, Temporality,
};

use super::durations::{Durations, Snapshot};
use super::export::Export;
use super::instruments::{self, Source};
#[cfg(feature = "prometheus")]
use crate::config::MetricsTarget;
use crate::config::{Aggregation, MetricTemporality, MetricsExport};
use crate::pipeline::Start;

/// The meters of a process whose metrics are exported.
#[derive(Clone, Debug)]
pub(crate) struct Meters {
    provider: SdkMeterProvider,
    reader: Reader,
    durations: Arc<Durations>,
    temporality: MetricTemporality,
}

impl Meters {
    pub(crate) fn new(resource: Resource, how: Aggregation) -> Self {
        let temporality = match how.temporality {
            MetricTemporality::Cumulative => Temporality::Cumulative,
            MetricTemporality::Delta => Temporality::Delta,
            MetricTemporality::LowMemory => Temporality::LowMemory,
        };
        let reader = ManualReader::builder().with_temporality(temporality);
        let reader = Reader(Arc::new(reader.build()));
        let builder = SdkMeterProvider::builder().with_resource(resource);
        Self {
            provider: builder.with_reader(reader.clone()).build(),
            reader,
            durations: Arc::new(Durations::new(how.series)),
            temporality: how.temporality,
        }
    }

    /// Where the spans of the pipeline are measured.
    pub(crate) fn durations(&self) -> Arc<Durations> {
        self.durations.clone()
    }

    /// Is what is lost on the way lost for good, of the SDK's meters?
    pub(super) fn is_delta(&self) -> bool {
        self.temporality != MetricTemporality::Cumulative
    }

    /// The toolkit's own meter.
    pub(super) fn meter(&self) -> Meter {
        let scope = InstrumentationScope::builder(super::SCOPE)
            .with_version(env!("CARGO_PKG_VERSION"))
            .build();
        self.provider.meter_with_scope(scope)
    }

    /// Exports them from the exporting thread, the account of its pipeline among them.
    pub(crate) fn start(self, export: MetricsExport) -> Start {
        Box::new(move |pipeline, beside| {
            instruments::register(&self.meter(), Source::Of(Arc::downgrade(pipeline)));
            #[cfg(feature = "prometheus")]
            if let MetricsTarget::Prometheus(at) = export.target {
                let server = super::prometheus::Server::new(at);
                return Box::pin(server.run(self, export.how.timeout, beside));
            }
            let export = Export::new(self, export, pipeline, beside);
            Box::pin(export.run())
        })
    }

    /// Makes the provider the global one of the process, unless the program has installed another.
    pub(crate) fn install(&self) -> Option<Installed> {
        // The one that stands there at first is empty, and takes no memory; one that leads anywhere does.
        if size_of_val(&*global::meter_provider()) != size_of::<NoopMeterProvider>() {
            return None;
        }
        global::set_meter_provider(self.provider.clone());
        Some(Installed(global::meter_provider()))
    }

    pub(super) fn collect(&self, into: &mut ResourceMetrics) -> OTelSdkResult {
        self.reader.collect(into)
    }

    /// What was measured of requests and operations.
    pub(super) fn collect_durations(&self) -> Snapshot {
        self.durations.collect(self.is_delta())
    }

    /// What was collected last has arrived.
    #[cfg(feature = "otlp")]
    pub(super) fn taken(&self) {
        self.durations.taken();
    }

    /// What is recorded from now on goes nowhere. Not to be called while they are collected, for which it would wait.
    pub(super) fn shutdown(&self) {
        // It has nothing to say but that it was shut down before.
        let _ = self.provider.shutdown();
    }
}

/// The global meter provider is ours. Dropped, it is so no longer.
pub(crate) struct Installed(Arc<dyn MeterProvider + Send + Sync>);

impl Drop for Installed {
    fn drop(&mut self) {
        if Arc::ptr_eq(&self.0, &global::meter_provider()) {
            global::set_meter_provider(NoopMeterProvider::new());
        }
    }
}

impl fmt::Debug for Installed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Installed")
    }
}

/// The SDK's reader, shared: its provider owns one.
#[derive(Clone, Debug)]
struct Reader(Arc<ManualReader>);

impl MetricReader for Reader {
    fn register_pipeline(&self, pipeline: Weak<SdkPipeline>) {
        self.0.register_pipeline(pipeline);
    }

    fn collect(&self, into: &mut ResourceMetrics) -> OTelSdkResult {
        self.0.collect(into)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.0.force_flush()
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.0.shutdown_with_timeout(timeout)
    }

    fn temporality(&self, kind: InstrumentKind) -> Temporality {
        self.0.temporality(kind)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Those of a program with these attributes of its resource.
    pub(in super::super) fn meters(resource: Resource) -> Meters {
        let how = Aggregation {
            timeout: Duration::from_secs(20),
            temporality: MetricTemporality::Cumulative,
            series: 100,
        };
        Meters::new(resource, how)
    }
}
