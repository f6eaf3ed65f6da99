//! Who decides: the rules of all sources in their order, put together anew whenever one of them changes. Segments that have
//! started keep the rules that they started under.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use arc_swap::ArcSwap;

use super::in_force::InForce;
use super::layer::{Layer, Origin};
use super::rule::NoRate;
use super::storm::Storm;
use super::{JaegerRemote, Rule, RuleStats, Sampler, SamplingRules, SamplingStats};
use crate::config::FileSampling;
use crate::diag;
use crate::record::clock::{self, Ticks};
use crate::record::segment::lock;

/// How many overrides there may be at once, set from code, and in a file.
pub(crate) const OVERRIDES: usize = 64;

/// So often it is looked whether an override of a file has ended: the clock on the wall, by which it does, may be set, and goes
/// on while a machine is suspended.
const LOOK: Duration = Duration::from_secs(60);

/// The rules of a pipeline.
#[derive(Debug)]
pub(crate) struct Control {
    service: String,
    /// Of the rules in force.
    pub(super) generation: AtomicU64,
    in_force: ArcSwap<InForce>,
    sources: Mutex<Sources>,
    /// Segments that failed, and were not kept since there were too many.
    pub(super) errors_cut: AtomicU64,
    #[cfg_attr(
        not(feature = "watch"),
        expect(dead_code, reason = "nobody watches it")
    )]
    pub(super) path: Option<PathBuf>,
    /// Whom to ask, and whether the callers of this service are followed.
    #[cfg_attr(
        not(feature = "jaeger-remote"),
        expect(dead_code, reason = "nobody asks it")
    )]
    pub(super) remote: Option<(Arc<JaegerRemote>, bool)>,
}

/// What a configuration says, by where it says it.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) code: Option<Sampler>,
    pub(crate) environment: Option<Sampler>,
    pub(crate) preset: SamplingRules,
    /// The configuration file, which is watched.
    pub(crate) path: Option<PathBuf>,
    /// What is wrong with it from the start on, and is told already.
    pub(crate) problem: Option<String>,
}

#[derive(Debug)]
struct Sources {
    overrides: Vec<Override>,
    /// Those of the file, which come and go with it, and when it was looked last whether one has ended.
    file_overrides: Vec<Override>,
    looked: Ticks,
    code: Option<Arc<Layer>>,
    remote: Option<Arc<Layer>>,
    /// The file, as it was said last, and compiled.
    file_says: Option<FileSampling>,
    file: Option<Arc<Layer>>,
    /// `OTEL_TRACES_SAMPLER`, or what holds until the collector that code names has answered.
    last: Option<Arc<Layer>>,
    preset: Arc<Layer>,
    /// What is wrong with a source now.
    problems: Vec<(Origin, String)>,
}

#[derive(Clone, Debug)]
struct Override {
    rule: Rule,
    until: Until,
    layer: Arc<Layer>,
}

/// When something ends, on the clock of the recorder, and for people.
#[derive(Clone, Copy, Debug)]
struct Until {
    ticks: Ticks,
    wall: SystemTime,
}

impl Until {
    fn after(time_to_live: Duration) -> Self {
        // The end of the year 9999, the last that RFC 3339 can write.
        let last = SystemTime::UNIX_EPOCH + Duration::from_secs(253_402_300_799);
        let wall = SystemTime::now().checked_add(time_to_live);
        Self {
            ticks: clock::now().saturating_add(clock::ticks(time_to_live)),
            wall: wall.map_or(last, |wall| wall.min(last)),
        }
    }
}

impl Control {
    pub(crate) fn new(service: impl Into<String>, settings: &Settings) -> Self {
        let service = service.into();
        let layer =
            |origin, sampler: &Sampler| Arc::new(Layer::of_sampler(origin, sampler, &service));
        let by = |origin, sampler: &Option<Sampler>| {
            sampler.as_ref().map(|sampler| layer(origin, sampler))
        };
        let remote_of = |sampler: &Sampler| {
            let remote = sampler.remote().cloned();
            remote.map(|remote| (remote, sampler.is_parent_based()))
        };
        let in_code = settings.code.as_ref().and_then(remote_of);
        // Rules of code may leave something open, which goes to the collector.
        let remote = match &settings.code {
            Some(code) if !code.leaves_open() => in_code.clone(),
            _ => settings.environment.as_ref().and_then(remote_of),
        };
        // What a collector is asked for is less than what it, or the file, says.
        let (code, last) = match in_code {
            Some(_) => (None, by(Origin::Code, &settings.code)),
            None => (
                by(Origin::Code, &settings.code),
                by(Origin::Environment, &settings.environment),
            ),
        };
        let problem = settings.problem.clone().into_iter();
        let sources = Sources {
            overrides: Vec::new(),
            file_overrides: Vec::new(),
            looked: 0,
            code,
            remote: None,
            file_says: None,
            file: None,
            last,
            preset: layer(Origin::Preset, &Sampler::from(settings.preset.clone())),
            problems: problem.map(|what| (Origin::File, what)).collect(),
        };
        let in_force = sources.in_force(None);
        Self {
            service,
            generation: AtomicU64::new(in_force.generation),
            in_force: ArcSwap::from_pointee(in_force),
            sources: Mutex::new(sources),
            errors_cut: AtomicU64::new(0),
            path: settings.path.clone(),
            remote,
        }
    }

    /// Where nothing is recorded.
    pub(crate) fn off() -> Self {
        Self::of_code("", Sampler::always_off())
    }

    /// With nothing but what code says.
    pub(crate) fn of_code(service: &str, sampler: Sampler) -> Self {
        let settings = Settings {
            code: Some(sampler),
            environment: None,
            preset: super::preset(super::Environment::Development),
            path: None,
            problem: None,
        };
        Self::new(service, &settings)
    }

    pub(super) fn service(&self) -> &str {
        &self.service
    }

    /// Follows the sources that change by themselves, as long as this is polled.
    pub(crate) async fn follow(&self) {
        #[cfg(feature = "watch")]
        let watch = self.watch();
        #[cfg(not(feature = "watch"))]
        let watch = std::future::pending::<()>();
        #[cfg(feature = "jaeger-remote")]
        let poll = self.poll();
        #[cfg(not(feature = "jaeger-remote"))]
        let poll = std::future::pending::<()>();
        tokio::join!(watch, poll);
    }

    /// The rules in force at `now`. Overrides that have had their time by then are taken away first.
    pub(super) fn in_force(&self, now: Ticks) -> Arc<InForce> {
        let in_force = self.in_force.load_full();
        if now < in_force.until {
            return in_force;
        }
        let is_over = |overriding: &Override| overriding.until.ticks <= now;
        let wall = SystemTime::now();
        self.change(|sources| {
            sources.overrides.retain(|one| !is_over(one));
            let overrides = &mut sources.file_overrides;
            overrides.retain(|one| !is_over(one) && one.until.wall > wall);
            sources.looked = now;
        });
        self.in_force.load_full()
    }

    /// Changes sources; the next root starts under what results.
    fn change(&self, change: impl FnOnce(&mut Sources)) {
        let mut sources = lock(&self.sources);
        change(&mut sources);
        let before = self.in_force.load_full();
        let in_force = sources.in_force(Some(&before));
        let generation = in_force.generation;
        self.in_force.store(Arc::new(in_force));
        self.generation.store(generation, Ordering::Release);
    }

    /// Puts a rule before all others for a time. One for the same local roots takes the place of the one before.
    pub(super) fn override_for(&self, time_to_live: Duration, rule: Rule) -> bool {
        for problem in rule.wrong.iter().map(NoRate::problem) {
            diag::line(format_args!("an override: {problem}"));
        }
        let mut there_is_room = true;
        self.change(|sources| {
            let overriding = self.overriding(Until::after(time_to_live), rule);
            let now = clock::now();
            sources
                .overrides
                .retain(|one| one.until.ticks > now && !one.rule.has_scope_of(&overriding.rule));
            there_is_room = sources.overrides.len() < OVERRIDES;
            if there_is_room {
                // The last one that was said has the last word.
                sources.overrides.insert(0, overriding);
            }
        });
        there_is_room
    }

    pub(super) fn clear_overrides(&self) {
        self.change(|sources| sources.overrides.clear());
    }

    fn overriding(&self, until: Until, rule: Rule) -> Override {
        let rules = SamplingRules::new().rule(rule.clone());
        let layer = Layer::of_rules(Origin::Override, &rules, false, &self.service);
        Override {
            rule,
            until,
            layer: Arc::new(layer),
        }
    }

    /// Are there rules, or whatever a file may say of sampling, from the file?
    #[cfg(feature = "watch")]
    pub(super) fn has_file_rules(&self) -> bool {
        let sources = lock(&self.sources);
        let said = sources.file_says.as_ref();
        said.is_some_and(|said| *said != FileSampling::default())
    }

    /// The file says this now. What it has said before stays as it is.
    pub(crate) fn set_file(&self, said: &FileSampling) {
        if lock(&self.sources).file_says.as_ref() == Some(said) {
            self.clear_problem(Origin::File);
            return;
        }
        let now = SystemTime::now();
        let overriding = |(wall, rule): &(SystemTime, Rule)| {
            let left = wall.duration_since(now).ok()?;
            let until = Until {
                wall: *wall,
                ..Until::after(left)
            };
            Some(self.overriding(until, rule.clone()))
        };
        let overrides = said.overrides.iter().filter_map(overriding).collect();
        let layer = Layer::of_rules(Origin::File, &said.rules, false, &self.service);
        self.change(|sources| {
            sources.file = Some(Arc::new(layer));
            sources.file_overrides = overrides;
            sources.looked = clock::now();
            sources.file_says = Some(said.clone());
            sources.clear_problem(Origin::File);
        });
    }

    /// The collector says this now.
    #[cfg(feature = "jaeger-remote")]
    pub(super) fn set_remote(&self, rules: &SamplingRules, parent_based: bool) {
        let layer = Layer::of_rules(Origin::Remote, rules, parent_based, &self.service);
        self.change(|sources| {
            sources.remote = Some(Arc::new(layer));
            sources.clear_problem(Origin::Remote);
        });
    }

    /// A source cannot be used: what it said last stays in force. Could it be used before?
    #[cfg(any(feature = "jaeger-remote", feature = "watch"))]
    pub(super) fn set_problem(&self, origin: Origin, problem: String) -> bool {
        let mut sources = lock(&self.sources);
        let mut there = sources.problems.iter_mut();
        if let Some((_, before)) = there.find(|(at, _)| *at == origin) {
            *before = problem;
            return false;
        }
        sources.problems.push((origin, problem));
        true
    }

    /// A source that could not be used says again what it has said before.
    fn clear_problem(&self, origin: Origin) {
        lock(&self.sources).clear_problem(origin);
    }

    /// The collector says again what it has said before.
    #[cfg(feature = "jaeger-remote")]
    pub(super) fn remote_says_the_same(&self) {
        self.clear_problem(Origin::Remote);
    }

    pub(crate) fn stats(&self) -> SamplingStats {
        let in_force = self.in_force(clock::now());
        let sources = lock(&self.sources);
        let overrides = sources.overrides.iter().chain(&sources.file_overrides);
        let ends: Vec<_> = overrides.collect();
        let rules = in_force.layers.iter().flat_map(|layer| {
            let end = ends.iter().find(|one| Arc::ptr_eq(&one.layer, layer));
            let until = end.map(|one| one.until.wall);
            let shown = |(number, entry): (usize, &super::layer::Entry)| RuleStats {
                rule: entry.text(),
                origin: layer.origin,
                matched: layer.matched(number),
                until,
            };
            layer
                .entries
                .iter()
                .enumerate()
                .map(shown)
                .collect::<Vec<_>>()
        });
        SamplingStats {
            rules: rules.collect(),
            problems: sources
                .problems
                .iter()
                .map(|(origin, problem)| format!("{origin}: {problem}"))
                .collect(),
            errors_cut: self.errors_cut.load(Ordering::Relaxed),
        }
    }
}

impl Sources {
    fn clear_problem(&mut self, origin: Origin) {
        self.problems.retain(|(at, _)| *at != origin);
    }

    /// What they give together. A limit on errors that stays the same goes on from where it was.
    fn in_force(&self, before: Option<&InForce>) -> InForce {
        static GENERATION: AtomicU64 = AtomicU64::new(1);
        let overrides = self.overrides.iter().chain(&self.file_overrides);
        let ends = overrides.clone().map(|one| one.until.ticks);
        let look = || self.looked.saturating_add(clock::ticks(LOOK));
        let look = (!self.file_overrides.is_empty()).then(look);
        let until = ends.chain(look).min();
        let sources = [
            self.code.as_ref(),
            self.remote.as_ref(),
            self.file.as_ref(),
            self.last.as_ref(),
            Some(&self.preset),
        ];
        let layers: Vec<Arc<Layer>> = overrides
            .map(|one| one.layer.clone())
            .chain(sources.into_iter().flatten().cloned())
            .collect();
        let limit = layers.iter().find_map(|layer| layer.error_limit);
        let storm_before = before.and_then(|before| before.storm.as_ref());
        let same = storm_before.filter(|storm| Some(storm.per_second) == limit);
        let storm = match same {
            Some(same) => Some(same.clone()),
            None => limit.map(|limit| Arc::new(Storm::new(limit))),
        };
        let generation = GENERATION.fetch_add(1, Ordering::Relaxed);
        InForce::new(generation, layers, until.unwrap_or(Ticks::MAX), storm)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_override_of_a_file_ends_by_the_wall_clock_also_when_that_is_set() {
        let control = Control::of_code("shop", Sampler::always_on());
        let end = SystemTime::now() + Duration::from_secs(3600);
        control.set_file(&FileSampling {
            rules: SamplingRules::new(),
            overrides: vec![(end, Rule::new().never())],
        });
        let after = |seconds| {
            let now = clock::now() + clock::ticks(Duration::from_secs(seconds));
            control.in_force(now).layers.len()
        };
        let [with, without] = [4, 3];
        assert_eq!((after(0), after(61)), (with, with));
        // Whoever set the clock an hour ahead finds it in the past.
        control.change(|sources| {
            sources.file_overrides[0].until.wall = SystemTime::now();
        });
        assert_eq!((after(120), after(122)), (with, without));
    }
}
