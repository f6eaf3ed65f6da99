//! What a pipeline is made of, as a configuration says.

use std::sync::Arc;

use opentelemetry_sdk::Resource;

use crate::config::Config;
#[cfg(all(feature = "logs", feature = "otlp"))]
use crate::config::Settings;
use crate::interop::OtelContext;
#[cfg(all(feature = "logs", feature = "otlp"))]
use crate::logs;
#[cfg(feature = "logs")]
use crate::logs::Logs;
#[cfg(feature = "metrics")]
use crate::metrics::Meters;
use crate::pipeline::{Exporter, Limits, Others, Pipeline};
use crate::propagation::Propagators;
use crate::sampling::Control;

/// What a pipeline is made of.
pub(super) struct Parts {
    limits: Limits,
    sampling: Arc<Control>,
    propagators: &'static Propagators,
    contexts: OtelContext,
    resource: Resource,
    exporters: Vec<Exporter>,
    #[cfg(feature = "metrics")]
    pub(super) metrics: Option<Meters>,
    #[cfg(feature = "logs")]
    pub(super) logs: Arc<Logs>,
    #[cfg(all(feature = "logs", feature = "otlp"))]
    logs_export: Option<Settings>,
}

impl Parts {
    pub(super) fn of(mut config: Config) -> std::io::Result<Self> {
        let resource = config.sdk_resource();
        #[cfg(feature = "metrics")]
        let metrics = Meters::new(
            resource.clone(),
            config.metrics_export(&mut Vec::new()),
            &config.durations(),
        );
        Ok(Self {
            #[cfg(all(feature = "logs", feature = "otlp"))]
            logs_export: config.logs_export(&mut Vec::new()),
            #[cfg(feature = "logs")]
            logs: Logs::start(config.take_logs())?,
            sampling: config.control(),
            propagators: config.propagators.clone().for_ever(),
            contexts: config.otel_context,
            resource,
            exporters: config.take_exporters(),
            limits: config.limits,
            #[cfg(feature = "metrics")]
            metrics,
        })
    }

    pub(super) fn start(self) -> std::io::Result<Arc<Pipeline>> {
        #[cfg(feature = "metrics")]
        let durations = self.metrics.as_ref().map(Meters::durations);
        #[cfg_attr(
            not(any(feature = "logs", feature = "metrics")),
            expect(unused_mut, reason = "there is nothing beside")
        )]
        let mut others = Others::default();
        #[cfg(all(feature = "logs", feature = "otlp"))]
        others.beside.extend(
            self.logs_export
                .map(|settings| logs::export(self.logs.clone(), settings, &self.resource)),
        );
        #[cfg(feature = "metrics")]
        others
            .after
            .extend(self.metrics.into_iter().flat_map(Meters::start));
        #[cfg(feature = "logs")]
        {
            others.logs = Some(self.logs);
        }
        let pipeline = Pipeline::start(
            self.limits,
            self.sampling,
            self.propagators,
            self.contexts,
            self.resource,
            self.exporters,
            others,
        )?;
        #[cfg(feature = "metrics")]
        if let Some(durations) = durations {
            pipeline.measure_into(durations);
        }
        Ok(pipeline)
    }
}
