//! Limits set in code: what a span and a segment may hold.

use std::time::Duration;

use super::Config;

/// More would take the numbers that mark events and links.
pub(super) const MOST_SPANS: usize = 1 << 24;

impl Config {
    /// How many attributes a span holds; further keys are counted as dropped. What the recorder itself has to say, such
    /// as `error.type`, always fits. Default 128 (`OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT`, else `OTEL_ATTRIBUTE_COUNT_LIMIT`).
    ///
    /// ```
    /// use phoenix_trace::Config;
    ///
    /// let config = Config::from_env().max_attributes(64).max_value_length(1024);
    /// # drop(config);
    /// ```
    #[must_use]
    pub fn max_attributes(mut self, number: u16) -> Self {
        self.limits.attributes = number;
        self.origins
            .code("tracer_provider.limits.attribute_count_limit");
        self
    }

    /// How many events a span holds; further ones are counted as dropped. Default 128 (`OTEL_SPAN_EVENT_COUNT_LIMIT`).
    #[must_use]
    pub fn max_events(mut self, number: u16) -> Self {
        self.limits.events = number;
        self.origins
            .code("tracer_provider.limits.event_count_limit");
        self
    }

    /// How many links a span holds; further ones are counted as dropped. Default 128 (`OTEL_SPAN_LINK_COUNT_LIMIT`).
    #[must_use]
    pub fn max_links(mut self, number: u16) -> Self {
        self.limits.links = number;
        self.origins.code("tracer_provider.limits.link_count_limit");
        self
    }

    /// How many attributes an event holds; further ones are counted as dropped, but for those of an exception. Default 128
    /// (`OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT`).
    #[must_use]
    pub fn max_attributes_per_event(mut self, number: u16) -> Self {
        self.limits.attributes_per_event = number;
        self.origins
            .code("tracer_provider.limits.event_attribute_count_limit");
        self
    }

    /// How many attributes a link holds; further ones are counted as dropped. Default 128
    /// (`OTEL_LINK_ATTRIBUTE_COUNT_LIMIT`).
    #[must_use]
    pub fn max_attributes_per_link(mut self, number: u16) -> Self {
        self.limits.attributes_per_link = number;
        self.origins
            .code("tracer_provider.limits.link_attribute_count_limit");
        self
    }

    /// How much of a text is kept as the value of an attribute, in bytes; it is cut where a character ends. Default 4096
    /// (`OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT`, else `OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT`).
    #[must_use]
    pub fn max_value_length(mut self, bytes: usize) -> Self {
        self.limits.value_length = bytes;
        self.origins
            .code("tracer_provider.limits.attribute_value_length_limit");
        self
    }

    /// How many spans a strand of a segment holds, and how many of them wait together for its decision, with failures
    /// twice as many; at least one, at most 16 777 216. What starts beyond is given up when it ends well, and is counted as
    /// [`DropReason::SegmentFull`](crate::DropReason::SegmentFull); of what fails beyond, 128 spans are kept, and any further
    /// failure still keeps the segment. Default 10 000.
    #[must_use]
    pub fn max_spans_per_segment(mut self, number: usize) -> Self {
        self.limits.spans_per_segment = number.clamp(1, MOST_SPANS);
        self.origins
            .code("distribution.phoenix_trace.limits.spans_per_segment");
        self
    }

    /// After which time a segment that is still open is cut: what has ended is decided then, what is open goes on in a new
    /// part with an outcome of its own. So streams and jobs that last for days can be seen while they run. Default 60 s.
    #[must_use]
    pub fn cut_after(mut self, period: Duration) -> Self {
        self.limits.cut = period;
        self.origins
            .code("distribution.phoenix_trace.limits.cut_after");
        self
    }

    /// How many segments may be open. From half of it on, those that are not sampled keep little more than what fails, from
    /// three quarters on all. Beyond it none is recorded, which is counted as
    /// [`DropReason::TooMuchOpen`](crate::DropReason::TooMuchOpen), but for local roots that fail: each becomes a segment of that one
    /// span, without the attributes that it had before. Default 100 000.
    #[must_use]
    pub fn max_open_segments(mut self, number: usize) -> Self {
        self.limits.open_segments = number;
        self.origins
            .code("distribution.phoenix_trace.limits.open_segments");
        self
    }

    /// How many bytes all segments may hold until they are decided, in steps of some kilobytes for each; beyond it the same
    /// is given up as by [`max_open_segments`](Self::max_open_segments). Default 256 MiB.
    #[must_use]
    pub fn max_undecided_bytes(mut self, bytes: usize) -> Self {
        self.limits.undecided_bytes = bytes;
        self.origins
            .code("distribution.phoenix_trace.limits.undecided_bytes");
        self
    }

    /// How long a segment waits, after its local root has ended, for spans that outlive it. Default 5 s.
    #[must_use]
    pub fn grace_period(mut self, period: Duration) -> Self {
        self.limits.grace = period;
        self.origins
            .code("distribution.phoenix_trace.limits.grace_period");
        self
    }
}
