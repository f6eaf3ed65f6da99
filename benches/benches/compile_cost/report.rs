//! What the rounds gave in, the table out: medians, and ratios beside the budgets of the project's design record.

use serde::Serialize;

use crate::args::{Calls, Options};
use crate::build::Took;
use crate::future;
use crate::rounds::Measured;
use crate::source::Annotation;

/// One row; the fields of `--json`.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    name: String,
    #[serde(skip)]
    group: String,
    #[serde(flatten)]
    values: Values,
    rival: &'static str,
    /// Ours ÷ rival; of CPU times, since other processes slow down a build.
    ratio: f64,
    budget: Option<String>,
    met: Option<bool>,
}

#[derive(Clone, Copy, Debug, Serialize)]
#[serde(untagged)]
enum Values {
    Seconds {
        ours_s: f64,
        rival_s: f64,
        ours_cpu_s: f64,
        rival_cpu_s: f64,
    },
    Bytes {
        ours_bytes: f64,
        rival_bytes: f64,
    },
}

impl Values {
    fn seconds(ours: Took, rival: Took) -> Self {
        Self::Seconds {
            ours_s: ours.wall,
            rival_s: rival.wall,
            ours_cpu_s: ours.cpu,
            rival_cpu_s: rival.cpu,
        }
    }

    /// Ours and the rival's, as they are compared.
    fn compared(self) -> [f64; 2] {
        match self {
            Self::Seconds {
                ours_cpu_s,
                rival_cpu_s,
                ..
            } => [ours_cpu_s, rival_cpu_s],
            Self::Bytes {
                ours_bytes,
                rival_bytes,
            } => [ours_bytes, rival_bytes],
        }
    }
}

/// A promise.
#[derive(Clone, Copy)]
enum Budget {
    /// Ours is at most so many times the rival's.
    AtMost(f64),
    /// Ours is at most so many bytes.
    Bytes(f64),
    /// Ours is at most so many seconds more than the rival's.
    SecondsMore(f64),
}

const RIVALS: [Annotation; 3] = [
    Annotation::Instrument,
    Annotation::InstrumentErr,
    Annotation::Fastrace,
];

pub(crate) fn evaluate(measured: &Measured, functions: usize) -> Vec<Row> {
    let mut rows = Vec::new();
    // Budgets are against `#[instrument]` as it comes.
    let budget = |rival, budget| (rival == Annotation::Instrument).then_some(budget);
    for rival in RIVALS {
        let values = Values::seconds(
            added_time(measured, Annotation::Ours),
            added_time(measured, rival),
        );
        let group = "release build (s added to plain)".to_owned();
        let budget = budget(rival, Budget::AtMost(0.25));
        rows.push(row(group, values, rival.label(), budget));
    }
    for rival in RIVALS {
        let [ours_bytes, rival_bytes] =
            [Annotation::Ours, rival].map(|of| added_text(measured, of) / functions as f64);
        let values = Values::Bytes {
            ours_bytes,
            rival_bytes,
        };
        let group = "code (bytes added per function)".to_owned();
        let budget = budget(rival, Budget::AtMost(0.4));
        rows.push(row(group, values, rival.label(), budget));
    }
    for rival in RIVALS {
        let values = Values::Bytes {
            ours_bytes: future::growth(Annotation::Ours),
            rival_bytes: future::growth(rival),
        };
        let group = "future (bytes added per annotated layer)".to_owned();
        let budget = budget(rival, Budget::Bytes(64.0));
        rows.push(row(group, values, rival.label(), budget));
    }
    let [ours, bare] = [0, 1].map(|crate_| median(&measured.macros[crate_]));
    let group = "cold build of the macro crate (s)".to_owned();
    let budget = Some(Budget::SecondsMore(1.0));
    let values = Values::seconds(ours, bare);
    rows.push(row(group, values, "an empty macro crate", budget));
    rows
}

fn row(group: String, values: Values, rival: &'static str, budget: Option<Budget>) -> Row {
    let [ours, theirs] = values.compared();
    let ratio = ours / theirs;
    let met = budget.map(|budget| match budget {
        Budget::AtMost(times) => ratio <= times,
        Budget::Bytes(most) => ours <= most,
        Budget::SecondsMore(most) => ours - theirs <= most,
    });
    let budget = budget.map(|budget| match budget {
        Budget::AtMost(times) => format!("≤ {times} ×"),
        Budget::Bytes(most) => format!("≤ {most} B"),
        Budget::SecondsMore(most) => format!("≤ {most} s more"),
    });
    let what = group.split(" (").next().unwrap_or(&group);
    Row {
        name: format!("{what} vs {rival}"),
        group,
        values,
        rival,
        ratio,
        budget,
        met,
    }
}

/// What the annotations add to the build of the plain crate: the median of the rounds' own differences, since the machine's
/// speed differs less within a round.
fn added_time(measured: &Measured, annotation: Annotation) -> Took {
    let (plain, annotated) = (
        took(measured, Annotation::Nothing),
        took(measured, annotation),
    );
    let pairs = annotated.iter().zip(plain);
    let added: Vec<Took> = pairs
        .map(|(annotated, plain)| Took {
            cpu: annotated.cpu - plain.cpu,
            wall: annotated.wall - plain.wall,
        })
        .collect();
    median(&added)
}

fn took(measured: &Measured, annotation: Annotation) -> &[Took] {
    let mut builds = measured.builds.iter();
    let found = builds.find(|builds| builds.annotation == annotation);
    found.map_or(&[], |builds| &builds.took)
}

fn added_text(measured: &Measured, annotation: Annotation) -> f64 {
    text(measured, annotation) - text(measured, Annotation::Nothing)
}

fn text(measured: &Measured, annotation: Annotation) -> f64 {
    let mut builds = measured.builds.iter();
    let found = builds.find(|builds| builds.annotation == annotation);
    found.map_or(f64::NAN, |builds| builds.text as f64)
}

fn median(of: &[Took]) -> Took {
    let median = |value: fn(&Took) -> f64| {
        let mut values: Vec<f64> = of.iter().map(value).collect();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
    };
    Took {
        cpu: median(|took| took.cpu),
        wall: median(|took| took.wall),
    }
}

pub(crate) fn print_json(rows: &[Row]) {
    for row in rows {
        match serde_json::to_string(row) {
            Ok(line) => println!("{line}"),
            Err(error) => eprintln!("{}: {error}", row.name),
        }
    }
}

pub(crate) fn print_table(rows: &[Row], measured: &Measured, options: &Options) {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    println!("{cores} cores, {}", std::env::consts::ARCH);
    let plain = median(took(measured, Annotation::Nothing));
    println!(
        "plain: {} functions, {}: {:.1} s CPU time ({:.1} s wall), {:.0} bytes of code per function",
        options.functions,
        match options.calls {
            Calls::Chains => "in chains of ten",
            Calls::Flat => "all called by one",
        },
        plain.cpu,
        plain.wall,
        text(measured, Annotation::Nothing) / options.functions as f64,
    );
    println!("\nseconds: CPU time of the build (wall time); ratio: ours ÷ rival, of CPU times\n");
    let mut group = "";
    for row in rows {
        if row.group != group {
            group = &row.group;
            println!("{group}");
        }
        let verdict = match row.met {
            None => "",
            Some(true) => "met",
            Some(false) => "MISSED",
        };
        let [ours, theirs] = row.values.compared().map(|value| match row.values {
            Values::Seconds { .. } => format!("{value:.2}"),
            Values::Bytes { .. } => format!("{value:.0}"),
        });
        let [ours_wall, rival_wall] = match row.values {
            Values::Seconds {
                ours_s, rival_s, ..
            } => [ours_s, rival_s].map(|wall| format!("({wall:.2})")),
            Values::Bytes { .. } => [String::new(), String::new()],
        };
        let line = format!(
            "  {ours:>8} {ours_wall:>8}  {:<30} {theirs:>8} {rival_wall:>8} {:>8.2}  {:<15} {verdict}",
            row.rival,
            row.ratio,
            row.budget.as_deref().unwrap_or_default(),
        );
        println!("{}", line.trim_end());
    }
}

/// Did everything yield a number?
pub(crate) fn check(rows: &[Row]) -> Result<(), String> {
    let odd = |row: &&Row| !row.values.compared().iter().all(|value| value.is_finite());
    match rows.iter().find(odd) {
        Some(row) => Err(format!("`{}` yields no number", row.name)),
        None => Ok(()),
    }
}
