//! Samples in, the table out: medians over samples that saw the machine in the same mood.

use phoenix_trace_benches::median;
use serde::Serialize;

use crate::args::{Measurement, Shape};
use crate::child::Sample;
use crate::plan::{Against, Budget, Cost, Row};
use crate::rounds::{All, Found};
use crate::stacks::{CHILDREN, Name, SPANS};

/// One row, evaluated; the fields of `--json`.
#[derive(Debug, Serialize)]
pub(crate) struct Result {
    pub(crate) name: String,
    #[serde(skip)]
    group: String,
    pub(crate) ours_ns: f64,
    rival: String,
    pub(crate) rival_ns: f64,
    ratio: f64,
    budget: Option<String>,
    met: Option<bool>,
    ours_cpu_ns: f64,
    rival_cpu_ns: Option<f64>,
    mood: Mood,
}

/// How fast the machine was, by the calibration loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Mood {
    Quiet,
    Busy,
    /// The samples of one mood are too few: all are taken.
    Mixed,
}

/// Samples of one mood that a median needs.
const ENOUGH: usize = 5;

/// Tells moods apart.
struct Moods {
    limit: f64,
}

impl Moods {
    /// Quiet is what comes near to the fastest that was seen.
    fn of(all: &All) -> Self {
        let samples = all.values().flat_map(|found| &found.samples);
        let mut loops: Vec<f64> = samples.flat_map(|sample| sample.calibration).collect();
        loops.sort_by(f64::total_cmp);
        let fastest = loops.get(loops.len() / 20).copied().unwrap_or_default();
        Self {
            limit: fastest * 1.1,
        }
    }

    fn fits(&self, mood: Mood, sample: &Sample) -> bool {
        let quiet = sample.calibration.map(|time| time <= self.limit);
        match mood {
            Mood::Quiet => quiet == [true, true],
            Mood::Busy => quiet == [false, false],
            Mood::Mixed => true,
        }
    }

    /// The mood in which each of these has enough samples.
    fn common(&self, all: &All, measurements: &[Measurement]) -> Mood {
        let enough = |mood: &Mood| {
            measurements.iter().all(|measurement| {
                let samples = all.get(measurement).map(|found| &found.samples);
                samples.is_some_and(|samples| {
                    samples.iter().filter(|s| self.fits(*mood, s)).count() >= ENOUGH
                })
            })
        };
        let moods = [Mood::Quiet, Mood::Busy];
        moods.into_iter().find(enough).unwrap_or(Mood::Mixed)
    }
}

/// The samples of one mood.
struct View<'a> {
    all: &'a All,
    moods: &'a Moods,
    mood: Mood,
}

impl View<'_> {
    fn median(&self, of: &Measurement, value: impl Fn(&Sample) -> f64) -> f64 {
        let samples = self.all.get(of).map(|found| found.samples.as_slice());
        let fitting = samples
            .unwrap_or_default()
            .iter()
            .filter(|s| self.moods.fits(self.mood, s));
        median(fitting.map(value).collect())
    }

    /// Wall time and CPU time.
    fn cost(&self, of: &Measurement, cost: Cost) -> [f64; 2] {
        let added = |of| {
            [
                self.median(of, |s| s.foreground - s.untraced),
                self.median(of, |s| s.cpu - s.untraced_cpu),
            ]
        };
        let per_child = SPANS as f64 / CHILDREN as f64;
        match cost {
            Cost::Foreground => [
                self.median(of, |s| s.foreground),
                self.median(of, |s| s.cpu),
            ],
            Cost::Cpu => [self.median(of, |s| s.cpu); 2],
            Cost::Added => added(of),
            Cost::AddedPerChild => added(of).map(|ns| ns * per_child),
            Cost::PerSuspension => {
                let (yielding, straight) = (added(of), added(&of.unsuspended()));
                [0, 1].map(|i| (yielding[i] - straight[i]) * per_child)
            }
        }
    }
}

pub(crate) fn evaluate(rows: &[Row], all: &All) -> Vec<Result> {
    let moods = Moods::of(all);
    rows.iter()
        .map(|row| evaluate_row(row, all, &moods))
        .collect()
}

fn evaluate_row(row: &Row, all: &All, moods: &Moods) -> Result {
    let mood = moods.common(all, &row.measurements());
    let view = View { all, moods, mood };
    let [ours_ns, ours_cpu_ns] = view.cost(&row.ours, row.cost);
    let (rival, rival_ns, rival_cpu_ns) = match &row.against {
        Against::Floor => {
            let floor = view.median(&row.ours, |s| s.floor);
            ("two clock reads".to_owned(), floor, None)
        }
        Against::Untraced => {
            let untraced = view.median(&row.ours, |s| s.untraced);
            ("the same, untraced".to_owned(), untraced, None)
        }
        Against::Rival(rival) => {
            let [ns, cpu] = view.cost(rival, row.cost);
            (rival.stack.to_string(), ns, Some(cpu))
        }
    };
    let over = matches!(row.against, Against::Floor | Against::Untraced);
    let ratio = if over {
        ours_ns / rival_ns
    } else {
        rival_ns / ours_ns
    };
    let met = row.budget.map(|budget| match budget {
        Budget::AtMost(times) => ratio <= times,
        Budget::Cheaper(times) => ratio >= times,
        Budget::Nanoseconds(most) => ours_ns <= most,
        Budget::Within(more) => ours_ns <= rival_ns + more,
    });
    let budget = row.budget.map(|budget| match budget {
        Budget::AtMost(times) => format!("≤ {times} ×"),
        Budget::Cheaper(times) => format!("≥ {times} × cheaper"),
        Budget::Nanoseconds(most) => format!("≤ {most} ns"),
        Budget::Within(more) => format!("≤ {more} ns more"),
    });
    Result {
        name: row.name(),
        group: format!("{}{}", row.group, explained(row.cost)),
        ours_ns,
        rival,
        rival_ns,
        ratio,
        budget,
        met,
        ours_cpu_ns,
        rival_cpu_ns,
        mood,
    }
}

/// What the numbers are, where they are not simply the wall time per span.
fn explained(cost: Cost) -> &'static str {
    match cost {
        Cost::Foreground | Cost::Cpu => "",
        Cost::Added => " (added to untraced)",
        Cost::AddedPerChild => " (added to untraced, per child)",
        Cost::PerSuspension => " (more per suspension)",
    }
}

pub(crate) fn print_json(results: &[Result]) {
    for result in results {
        match serde_json::to_string(result) {
            Ok(line) => println!("{line}"),
            Err(error) => eprintln!("{}: {error}", result.name),
        }
    }
}

pub(crate) fn print_table(results: &[Result], all: &All) {
    print_machine(all);
    println!(
        "\nns per span: wall time (CPU time of the process); ratio: ours ÷ floor or untraced, rival ÷ ours\n"
    );
    let mut group = "";
    for result in results {
        if result.group != group {
            group = &result.group;
            println!("{group}");
        }
        let verdict = match result.met {
            None => "",
            Some(true) => "met",
            Some(false) => "MISSED",
        };
        let mood = match result.mood {
            Mood::Quiet => "",
            Mood::Busy => "busy",
            Mood::Mixed => "mixed",
        };
        let cpu = result.rival_cpu_ns;
        let cpu = cpu.map_or(String::new(), |cpu| format!("({cpu:.0})"));
        let ours_cpu = format!("({:.0})", result.ours_cpu_ns);
        println!(
            "  {:>8.1} {ours_cpu:>8}  {:<30} {:>8.1} {cpu:>8} {:>8.2}  {:<15} {verdict:<6} {mood}",
            result.ours_ns,
            result.rival,
            result.rival_ns,
            result.ratio,
            result.budget.as_deref().unwrap_or_default(),
        );
    }
    print_account(all);
}

/// What the numbers are to be seen beside.
fn print_machine(all: &All) {
    let moods = Moods::of(all);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    println!("{cores} cores, {}", std::env::consts::ARCH);
    for mood in [Mood::Quiet, Mood::Busy] {
        let of = |value: fn(&Sample) -> f64| {
            let samples = all.values().flat_map(|found| &found.samples);
            median(samples.filter(|s| moods.fits(mood, s)).map(value).collect())
        };
        let calibration = of(|s| s.calibration[0]);
        if calibration.is_nan() {
            continue;
        }
        println!(
            "{}: calibration loop {calibration:.0} ns; two clock reads {:.1} ns; two `Instant::now` {:.1} ns",
            format!("{mood:?}").to_lowercase(),
            of(|s| s.floor),
            of(|s| s.instants),
        );
    }
    let untraced = [Shape::Sync, Shape::Async, Shape::Yielding, Shape::Spawned].map(|shape| {
        let found = all
            .iter()
            .filter(|(of, _)| of.shape == shape && of.threads == 1);
        let samples = found.flat_map(|(_, found)| &found.samples);
        let wall = median(samples.map(|s| s.untraced).collect());
        format!("{shape} {wall:.1}")
    });
    println!("untraced workload, ns per call: {}", untraced.join(", "));
}

/// How many spans the receiver acknowledged, and which stacks exported fewer spans than ended.
fn print_account(all: &All) {
    let told = |(of, found): &(&Measurement, &Found)| {
        of.stack.is_otlp() || is_lossy(of, found.ended, found.exported)
    };
    let mut lines: Vec<String> = all
        .iter()
        .filter(told)
        .map(|(of, found)| {
            format!(
                "{}, {}, threads: {}: {} of {} spans acknowledged",
                of.stack, of.shape, of.threads, found.exported, found.ended
            )
        })
        .collect();
    lines.sort();
    println!("\n{}", lines.join("\n"));
}

fn is_lossy(measurement: &Measurement, ended: u64, exported: u64) -> bool {
    measurement.stack.exports_all() && ended != exported
}

/// Did everything yield a number, and did every span that was to be exported arrive?
pub(crate) fn check(results: &[Result], all: &All) -> std::result::Result<(), String> {
    for (of, found) in all {
        let positive = |value: f64| value.is_finite() && value > 0.0;
        let all_positive = found.samples.iter().all(|s| {
            let [before, after] = s.calibration;
            let values = [
                before,
                after,
                s.floor,
                s.instants,
                s.foreground,
                s.cpu,
                s.untraced,
            ];
            values.into_iter().all(positive)
        });
        if found.samples.is_empty() || !all_positive {
            return Err(format!("{of:?} yields no number: {:?}", found.samples));
        }
        // What fastrace hands over late when threads meet is its own affair; the table says it.
        if of.stack != Name::FastraceReported && is_lossy(of, found.ended, found.exported) {
            let (exported, ended) = (found.exported, found.ended);
            return Err(format!(
                "{of:?}: only {exported} of {ended} spans were exported"
            ));
        }
    }
    let odd = |result: &&Result| !result.ours_ns.is_finite() || !result.rival_ns.is_finite();
    match results.iter().find(odd) {
        Some(row) => Err(format!("`{}` yields no number", row.name)),
        None => Ok(()),
    }
}
