//! The meter provider of the toolkit: what it has been told is collected when an exporter asks for it.

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

use super::durations::{Durations, Settings, Snapshot};
use super::export::Export;
use super::instruments::{self, Source};
#[cfg(feature = "prometheus")]
use crate::config::MetricsTarget;
use crate::config::{MetricTemporality, MetricsExport};
use crate::diag;
use crate::pipeline::Start;

/// The meters of a process whose metrics are exported, and what each of its exporters reads of them.
#[derive(Debug)]
pub(crate) struct Meters {
    all: Arc<All>,
    exports: Vec<(Readings, MetricsExport)>,
}

/// What is measured, whoever reads it.
#[derive(Debug)]
struct All {
    provider: SdkMeterProvider,
    durations: Arc<Durations>,
}

/// When nobody reads any more, what is recorded goes nowhere.
impl Drop for All {
    fn drop(&mut self) {
        // It has nothing to say but that it was shut down before.
        let _ = self.provider.shutdown();
    }
}

impl Meters {
    /// `settings`: of the durations of requests and operations. `None`: nothing is exported.
    pub(crate) fn new(
        resource: Resource,
        exports: Vec<MetricsExport>,
        settings: &Settings,
    ) -> Option<Self> {
        if exports.is_empty() {
            return None;
        }
        let durations = Arc::new(Durations::new(settings, exports.len()));
        let readers = exports.iter().map(|export| Reader::new(export.temporality));
        let readers: Vec<Reader> = readers.collect();
        let builder = SdkMeterProvider::builder().with_resource(resource);
        let builder = readers
            .iter()
            .cloned()
            .fold(builder, |builder, reader| builder.with_reader(reader));
        let all = Arc::new(All {
            provider: builder.build(),
            durations,
        });
        let readings = |(number, (reader, export)): (usize, (Reader, MetricsExport))| {
            let readings = Readings {
                all: all.clone(),
                number,
                reader,
                temporality: export.temporality,
            };
            (readings, export)
        };
        let exports = readers.into_iter().zip(exports).enumerate().map(readings);
        let exports = exports.collect();
        Some(Self { all, exports })
    }

    /// Where the spans of the pipeline are measured.
    pub(crate) fn durations(&self) -> Arc<Durations> {
        self.all.durations.clone()
    }

    /// Exports them from the exporting thread, the account of its pipeline among them: a task for each exporter.
    pub(crate) fn start(self) -> Vec<Start> {
        let starts = self
            .exports
            .into_iter()
            .map(|(readings, export)| readings.start(export));
        starts.collect()
    }

    pub(crate) fn provider(&self) -> Provider {
        Provider(self.all.provider.clone())
    }
}

/// What the program's meters come from.
pub(crate) struct Provider(SdkMeterProvider);

impl Provider {
    /// Makes it the global one of the process, unless the program has installed another, which is told.
    pub(crate) fn install(self) -> Option<Installed> {
        // The one that stands there at first is empty, and takes no memory; one that leads anywhere does.
        if size_of_val(&*global::meter_provider()) != size_of::<NoopMeterProvider>() {
            diag::line(format_args!(
                "the global meter provider of `opentelemetry` stays the one that the program has installed: its meters are not \
                 exported here (without it they are); `phoenix_trace::metrics::register` adds the metrics of the toolkit to one \
                 of its meters"
            ));
            return None;
        }
        global::set_meter_provider(self.0);
        Some(Installed(global::meter_provider()))
    }
}

/// What one exporter reads: all numbers, as totals or as what came since it had them last, whatever others read.
#[derive(Clone, Debug)]
pub(super) struct Readings {
    all: Arc<All>,
    /// Among all exporters.
    number: usize,
    reader: Reader,
    temporality: MetricTemporality,
}

impl Readings {
    fn start(self, export: MetricsExport) -> Start {
        Box::new(move |pipeline, beside| {
            // Whoever reads, the account is registered once.
            if self.number == 0 {
                instruments::register(&self.meter(), Source::Of(Arc::downgrade(pipeline)));
            }
            #[cfg(feature = "prometheus")]
            if let MetricsTarget::Prometheus(at) = export.target {
                let server = super::prometheus::Server::new(at);
                return Box::pin(server.run(self, export.timeout, beside));
            }
            let export = Export::new(self, export, pipeline, beside);
            Box::pin(export.run())
        })
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
        self.all.provider.meter_with_scope(scope)
    }

    pub(super) fn collect(&self, into: &mut ResourceMetrics) -> OTelSdkResult {
        self.reader.collect(into)
    }

    /// What was measured of requests and operations.
    pub(super) fn collect_durations(&self) -> Snapshot {
        self.all.durations.collect(self.number, self.is_delta())
    }

    /// What was collected last has arrived.
    #[cfg(feature = "otlp")]
    pub(super) fn taken(&self) {
        self.all.durations.taken(self.number);
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

impl Reader {
    fn new(temporality: MetricTemporality) -> Self {
        let temporality = match temporality {
            MetricTemporality::Cumulative => Temporality::Cumulative,
            MetricTemporality::Delta => Temporality::Delta,
            MetricTemporality::LowMemory => Temporality::LowMemory,
        };
        let reader = ManualReader::builder().with_temporality(temporality);
        Self(Arc::new(reader.build()))
    }
}

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
    use crate::config::MetricsTarget;
    use crate::sensitive::Sensitive;

    /// What an exporter reads of a program with these attributes of its resource.
    pub(in super::super) fn readings(resource: Resource) -> Readings {
        let mut all = several(resource, &[MetricTemporality::Cumulative]);
        all.remove(0)
    }

    /// What several read.
    pub(in super::super) fn several(
        resource: Resource,
        temporalities: &[MetricTemporality],
    ) -> Vec<Readings> {
        let export = |temporality: &MetricTemporality| MetricsExport {
            target: MetricsTarget::Console,
            interval: Duration::from_secs(60),
            timeout: Duration::from_secs(20),
            temporality: *temporality,
        };
        let exports = temporalities.iter().map(export).collect();
        let settings = Settings {
            series: 100,
            exemplars: true,
            sensitive: Sensitive::drop(),
        };
        let meters = Meters::new(resource, exports, &settings);
        let meters = meters.expect("an exporter");
        meters.exports.into_iter().map(|(it, _)| it).collect()
    }

    impl Readings {
        pub(in super::super) fn durations(&self) -> Arc<Durations> {
            self.all.durations.clone()
        }
    }
}
