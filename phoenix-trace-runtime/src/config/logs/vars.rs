//! The variables that say what is logged, in what form, and where to.

use super::*;
use crate::config::otlp::Whose;
use crate::config::vars::Vars;

impl Vars<'_> {
    pub(in crate::config) fn logs(&mut self) -> Logs {
        let mut limits = Limits::default();
        self.number("OTEL_ATTRIBUTE_COUNT_LIMIT", &mut limits.fields);
        self.number(COUNT, &mut limits.fields);
        self.number(
            "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT",
            &mut limits.value_length,
        );
        self.number(LENGTH, &mut limits.value_length);
        Logs {
            chosen: self.logs_exporter(),
            own: self.otlp(Whose::Own(Signal::Logs)),
            environment: self.otlp(Whose::OwnElseAll(Signal::Logs)),
            format: self.log_format(),
            filter: self.log_filter(),
            span_fields: self.flag(SPAN_FIELDS),
            of_dropped: self.logs_of_dropped(),
            room: Room::default(),
            limits,
            batches: self.log_batches(),
            output: None,
        }
    }

    fn log_batches(&mut self) -> Batches {
        let mut batches = Batches::default();
        self.size("OTEL_BLRP_MAX_QUEUE_SIZE", &mut batches.records);
        self.size("OTEL_BLRP_MAX_EXPORT_BATCH_SIZE", &mut batches.batch);
        self.milliseconds("OTEL_BLRP_SCHEDULE_DELAY", &mut batches.delay);
        self.export_timeout("OTEL_BLRP_EXPORT_TIMEOUT", &mut batches.timeout);
        batches
    }

    fn logs_exporter(&mut self) -> Option<Chosen> {
        let listed = self.exporters(EXPORTER, &["otlp", "console"], "the default")?;
        Some(match listed.contains(&"otlp") {
            true => Chosen::Otlp,
            false => Chosen::None,
        })
    }

    fn log_filter(&mut self) -> Option<Targets> {
        let value = self.first(&[FILTER])?;
        let filter = parse_filter(&value);
        if filter.is_none() {
            self.problem(FILTER, &value, LEVELS, "info");
        }
        filter
    }

    fn log_format(&mut self) -> LogFormat {
        self.word(&[FORMAT], &FORMATS, "auto").unwrap_or_default()
    }

    fn logs_of_dropped(&mut self) -> LogsOfDropped {
        self.word(&[OF_DROPPED], &LOGS_OF_DROPPED, "all")
            .unwrap_or_default()
    }
}
