//! The rows of the table: what of ours is compared with what, and the budget of the comparison. Budgets are those of the
//! project's design record.

use crate::args::{Measurement, Shape};
use crate::stacks::Name;

/// One comparison.
pub(crate) struct Row {
    pub(crate) group: String,
    pub(crate) ours: Measurement,
    pub(crate) cost: Cost,
    pub(crate) against: Against,
    pub(crate) budget: Option<Budget>,
}

/// Which cost is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cost {
    /// Wall time per span, the workload's own included.
    Foreground,
    /// What tracing adds to the untraced workload, per span.
    Added,
    /// The same, as if the children alone had caused it.
    AddedPerChild,
    /// What a span costs more when its child yields once than when it does not.
    PerSuspension,
    /// CPU time of the whole process per span.
    Cpu,
}

/// What ours is compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Against {
    /// Two readings of the recorder's clock.
    Floor,
    /// The same workload without annotations.
    Untraced,
    Rival(Measurement),
}

/// A promise.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Budget {
    /// Ours is at most so many times the other.
    AtMost(f64),
    /// The other is at least so many times ours.
    Cheaper(f64),
    /// Ours is at most so many nanoseconds.
    Nanoseconds(f64),
    /// Ours takes at most so many nanoseconds more.
    Within(f64),
}

/// The rows whose name contains `filter`.
pub(crate) fn rows(filter: Option<&str>) -> Vec<Row> {
    let mut rows = Vec::new();
    dropped(&mut rows);
    rules(&mut rows);
    measured(&mut rows);
    exported(&mut rows);
    threads(&mut rows);
    contexts(&mut rows);
    bridge(&mut rows);
    off(&mut rows);
    otlp(&mut rows);
    logs(&mut rows);
    rows.retain(|row| filter.is_none_or(|text| row.name().contains(text)));
    rows
}

/// Every measurement that the rows need, each once.
pub(crate) fn tasks(rows: &[Row]) -> Vec<Measurement> {
    let mut tasks: Vec<Measurement> = Vec::new();
    for needed in rows.iter().flat_map(Row::measurements) {
        if !tasks.contains(&needed) {
            tasks.push(needed);
        }
    }
    tasks
}

impl Row {
    pub(crate) fn name(&self) -> String {
        let rival = match &self.against {
            Against::Floor => "two clock reads".to_owned(),
            Against::Untraced => "untraced".to_owned(),
            Against::Rival(rival) => rival.stack.to_string(),
        };
        format!("{} vs {rival}", self.group)
    }

    /// What has to be measured for the row.
    pub(crate) fn measurements(&self) -> Vec<Measurement> {
        let rival = match &self.against {
            Against::Rival(rival) => Some(rival.clone()),
            Against::Floor | Against::Untraced => None,
        };
        let unsuspended = (self.cost == Cost::PerSuspension).then(|| self.ours.unsuspended());
        [Some(self.ours.clone()), unsuspended, rival]
            .into_iter()
            .flatten()
            .collect()
    }
}

impl Measurement {
    fn new(stack: Name, shape: Shape) -> Self {
        Self {
            stack,
            shape,
            threads: 1,
        }
    }

    /// The same without suspensions.
    pub(crate) fn unsuspended(&self) -> Self {
        Self {
            shape: Shape::Async,
            ..*self
        }
    }
}

/// Adds rows of one group.
struct Group<'a> {
    rows: &'a mut Vec<Row>,
    name: String,
    ours: Measurement,
    cost: Cost,
}

impl Group<'_> {
    fn floor(&mut self, cost: Cost, budget: Option<Budget>) {
        self.row(cost, Against::Floor, budget);
    }

    fn rival(&mut self, stack: Name, budget: Option<Budget>) {
        let rival = Measurement {
            stack,
            ..self.ours.clone()
        };
        self.row(self.cost, Against::Rival(rival), budget);
    }

    fn row(&mut self, cost: Cost, against: Against, budget: Option<Budget>) {
        self.rows.push(Row {
            group: self.name.clone(),
            ours: self.ours.clone(),
            cost,
            against,
            budget,
        });
    }
}

/// How the shapes are called in the table, and which cost of them is compared with rivals.
fn shapes() -> [(Shape, &'static str, Cost); 4] {
    [
        (Shape::Sync, "sync", Cost::Foreground),
        (Shape::Async, "async in one task", Cost::Foreground),
        (Shape::Yielding, "async, each child yields", Cost::Added),
        (Shape::Spawned, "spawned children", Cost::AddedPerChild),
    ]
}

fn dropped(rows: &mut Vec<Row>) {
    for (shape, name, cost) in shapes() {
        let mut group = Group {
            rows,
            name: format!("dropped, {name}"),
            ours: Measurement::new(Name::OursDropped, shape),
            cost,
        };
        match shape {
            Shape::Sync | Shape::Async => group.floor(cost, Some(Budget::AtMost(2.5))),
            Shape::Yielding => group.floor(Cost::PerSuspension, Some(Budget::AtMost(1.5))),
            Shape::Spawned => group.floor(cost, Some(Budget::AtMost(6.0))),
        }
        let promised = (shape == Shape::Sync).then_some(Budget::Cheaper(25.0));
        group.rival(Name::TracingOtelTenth, promised);
        group.rival(Name::TracingOtelOff, None);
        group.rival(Name::FastraceCancelled, None);
    }
}

/// What a decision costs by how many sampling rules there are, against the one rule of a ratio.
fn rules(rows: &mut Vec<Row>) {
    for (stack, name) in [(Name::OursTenRules, "10"), (Name::OursManyRules, "200")] {
        let mut group = Group {
            rows,
            name: format!("dropped by one of {name} rules, sync"),
            ours: Measurement::new(stack, Shape::Sync),
            cost: Cost::Foreground,
        };
        group.rival(Name::OursDropped, Some(Budget::Within(5.0)));
    }
}

/// The same while metrics are exported: each span is counted in a histogram.
fn measured(rows: &mut Vec<Row>) {
    let mut group = Group {
        rows,
        name: "dropped, sync, with metrics".to_owned(),
        ours: Measurement::new(Name::OursMeasured, Shape::Sync),
        cost: Cost::Foreground,
    };
    group.floor(Cost::Foreground, None);
    group.rival(Name::OursDropped, None);
}

fn exported(rows: &mut Vec<Row>) {
    for (shape, name, cost) in shapes() {
        let promised = |times| (shape != Shape::Spawned).then_some(Budget::Cheaper(times));
        let mut group = Group {
            rows,
            name: format!("exported, {name}"),
            ours: Measurement::new(Name::OursExported, shape),
            cost,
        };
        group.floor(cost, None);
        group.rival(Name::TracingOtelOn, promised(10.0));
        group.rival(Name::FastraceReported, promised(3.0));
        group.rival(Name::OtelSdk, None);
    }
}

fn threads(rows: &mut Vec<Row>) {
    let shapes = [
        (Shape::Sync, "sync", Cost::Foreground),
        (Shape::Yielding, "async, each child yields,", Cost::Added),
    ];
    for (shape, name, cost) in shapes {
        for threads in [2, 8] {
            let on = |stack| Measurement {
                stack,
                shape,
                threads,
            };
            let mut group = Group {
                rows,
                name: format!("dropped, {name} on {threads} threads"),
                ours: on(Name::OursDropped),
                cost,
            };
            group.floor(cost, None);
            group.rival(Name::TracingOtelTenth, None);
            group.rival(Name::FastraceCancelled, None);
            let mut group = Group {
                rows,
                name: format!("exported, {name} on {threads} threads"),
                ours: on(Name::OursExported),
                cost,
            };
            group.rival(Name::TracingOtelOn, None);
            group.rival(Name::FastraceReported, None);
            group.rival(Name::OtelSdk, None);
        }
    }
}

/// What it costs that OpenTelemetry's context is attached, at local roots or at every span, beside a program that does not use
/// that API.
fn contexts(rows: &mut Vec<Row>) {
    for (shape, name, cost) in shapes() {
        for (stack, at) in [
            (Name::OursEverySpan, "at every span"),
            (Name::OursLocalRoots, "at local roots"),
        ] {
            let mut group = Group {
                rows,
                name: format!("OpenTelemetry context {at}, dropped, {name}"),
                ours: Measurement::new(stack, shape),
                cost,
            };
            group.rival(Name::OursDropped, None);
        }
    }
}

/// Spans of `tracing` by `tracing-opentelemetry`, on our tracer and on the SDK's.
fn bridge(rows: &mut Vec<Row>) {
    for (shape, name, cost) in shapes() {
        for (ours, rival, kept) in [
            (Name::BridgeDropped, Name::TracingOtelTenth, "10 %"),
            (Name::BridgeExported, Name::TracingOtelOn, "all"),
        ] {
            let mut group = Group {
                rows,
                name: format!("tracing bridge, {kept}, {name}"),
                ours: Measurement::new(ours, shape),
                cost,
            };
            group.rival(rival, None);
        }
    }
}

fn off(rows: &mut Vec<Row>) {
    for (shape, name) in [(Shape::Sync, "sync"), (Shape::Async, "async in one task")] {
        let mut group = Group {
            rows,
            name: format!("off, {name}"),
            ours: Measurement::new(Name::OursOff, shape),
            cost: Cost::Added,
        };
        group.row(
            Cost::Added,
            Against::Untraced,
            Some(Budget::Nanoseconds(2.0)),
        );
        group.rival(Name::InstrumentOff, None);
    }
}

fn logs(rows: &mut Vec<Row>) {
    let mut group = Group {
        rows,
        name: "a log line with ids".to_owned(),
        ours: Measurement::new(Name::OurLines, Shape::Sync),
        cost: Cost::AddedPerChild,
    };
    group.rival(Name::JsonLines, None);
}

fn otlp(rows: &mut Vec<Row>) {
    let mut group = Group {
        rows,
        name: "OTLP/gRPC, process CPU".to_owned(),
        ours: Measurement::new(Name::OursOtlp, Shape::Sync),
        cost: Cost::Cpu,
    };
    group.rival(Name::TracingOtelOtlp, Some(Budget::Cheaper(3.0)));
}
