//! The rules of one source, compiled for a service: what can be known of a rule before a span starts is known when it loads.

use std::fmt;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use crossbeam_utils::CachePadded;

use super::head::Told;
use super::root::Root;
use super::rule::Errors;
use super::sampler::Base;
use super::{Pattern, RateLimit, Rule, Sample, Sampler, SamplingRules};
use crate::pipeline::{SHARDS, thread_number};
use crate::propagation::{Randomness, Threshold};
use crate::record::clock::{self, Ticks};
use crate::record::context::Context;
use crate::record::site::SpanKind;

/// Who a rule comes from, the first one having the last word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Origin {
    /// An override with a time to live.
    Override,
    /// [`Config::sampler`](crate::Config::sampler).
    Code,
    /// A Jaeger collector.
    Remote,
    /// The configuration file.
    File,
    /// `OTEL_TRACES_SAMPLER`.
    Environment,
    /// The preset of the environment ([`configure_sampler`](super::configure_sampler)).
    Preset,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Override => "override",
            Self::Code => "code",
            Self::Remote => "remote",
            Self::File => "file",
            Self::Environment => "environment",
            Self::Preset => "preset",
        })
    }
}

/// The rules of one source, with how often each was matched.
#[derive(Debug)]
pub(super) struct Layer {
    pub(super) origin: Origin,
    pub(super) entries: Vec<Entry>,
    /// In each shard a number for each entry, so that threads that count do not meet.
    matched: [CachePadded<Box<[AtomicU64]>>; SHARDS],
    pub(super) error_limit: Option<f64>,
}

/// What becomes of the local roots that a rule is for.
#[derive(Debug)]
pub(super) struct Entry {
    rule: Rule,
    /// Is the rule for this service?
    applies: bool,
    /// In place of a ratio.
    custom: Option<Arc<dyn Sample>>,
    parent_based: bool,
    /// Are segments kept for what is found in them?
    tail: bool,
    threshold: Option<Threshold>,
    at_most: Option<RateLimit>,
    at_least: Option<AtLeast>,
    slow: Ticks,
    errors: Option<Arc<Errors>>,
}

impl Layer {
    pub(super) fn of_sampler(origin: Origin, sampler: &Sampler, service: &str) -> Self {
        let parent_based = sampler.parent_based;
        match &sampler.base {
            Base::Rules(rules) => Self::of_rules(origin, rules, parent_based, service),
            Base::Custom(custom) => {
                let mut entry = Entry::new(Rule::new(), parent_based, service);
                entry.custom = Some(custom.clone());
                Self::new(origin, vec![entry], None)
            }
            // Until it has answered.
            Base::Remote(remote) => {
                let rule = Rule::new().ratio(remote.initial_ratio());
                let entry = Entry::new(rule, parent_based, service);
                Self::new(origin, vec![entry], None)
            }
        }
    }

    pub(super) fn of_rules(
        origin: Origin,
        rules: &SamplingRules,
        parent_based: bool,
        service: &str,
    ) -> Self {
        let entry = |rule: &Rule| Entry::new(rule.clone(), parent_based, service);
        let entries = rules.rules.iter().map(entry).collect();
        Self::new(origin, entries, rules.error_limit)
    }

    fn new(origin: Origin, entries: Vec<Entry>, error_limit: Option<f64>) -> Self {
        let row = || entries.iter().map(|_| AtomicU64::new(0)).collect();
        Self {
            origin,
            matched: std::array::from_fn(|_| CachePadded::new(row())),
            entries,
            error_limit,
        }
    }

    #[inline]
    pub(super) fn count(&self, entry: usize) {
        if let Some(matched) = self.matched[thread_number() % SHARDS].get(entry) {
            matched.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// How many local roots a rule has decided about.
    pub(super) fn matched(&self, entry: usize) -> u64 {
        let rows = self.matched.iter();
        rows.filter_map(|row| Some(row.get(entry)?.load(Ordering::Relaxed)))
            .sum()
    }
}

/// What is to be kept of each operation, if there is as much.
#[derive(Debug)]
struct AtLeast(Box<[OfOperation]>);

/// The share of one operation, which takes its place when it is first seen.
#[derive(Debug)]
struct OfOperation {
    /// A hash of its name; zero: nobody's yet.
    name: AtomicU64,
    limit: RateLimit,
}

impl AtLeast {
    /// So many operations of one rule have each their own; beyond, some share one.
    const OPERATIONS: usize = 256;

    fn new(rate: f64, rule: &Rule) -> Self {
        let number = match rule.operation.as_ref().is_some_and(Pattern::is_one_text) {
            true => 1,
            false => Self::OPERATIONS,
        };
        let places = std::iter::repeat_with(|| OfOperation {
            name: AtomicU64::new(0),
            limit: RateLimit::per_second(rate),
        });
        Self(places.take(number).collect())
    }

    fn admits(&self, operation: &str, now: Instant) -> bool {
        let mut hasher = DefaultHasher::new();
        operation.hash(&mut hasher);
        let name = hasher.finish().max(1);
        let (before, from) = self.0.split_at(name as usize % self.0.len());
        let mine = from.iter().chain(before).find(|place| place.is_of(name));
        let mine = mine.or_else(|| from.first());
        mine.is_some_and(|place| place.limit.admits(now))
    }
}

impl OfOperation {
    /// Is it that of this operation, or, from now on, will it be?
    fn is_of(&self, name: u64) -> bool {
        match self.name.load(Ordering::Relaxed) {
            0 => match self
                .name
                .compare_exchange(0, name, Ordering::Relaxed, Ordering::Relaxed)
            {
                Ok(_) => true,
                Err(taken) => taken == name,
            },
            taken => taken == name,
        }
    }
}

impl Entry {
    fn new(rule: Rule, parent_based: bool, service: &str) -> Self {
        let threshold = Threshold::from_probability(rule.ratio.unwrap_or(1.0));
        Self {
            applies: rule.is_of_service(service),
            custom: None,
            parent_based,
            // Who follows the caller is not off: only nothing is sampled at the root of a trace.
            tail: !rule.never || parent_based,
            threshold: threshold.filter(|_| !rule.never),
            at_most: rule.at_most.map(RateLimit::per_second),
            at_least: rule
                .at_least
                .filter(|_| !rule.never)
                .map(|rate| AtLeast::new(rate, &rule)),
            slow: rule.slow.map_or(Ticks::MAX, clock::ticks),
            errors: rule.errors.clone(),
            rule,
        }
    }

    /// Can it be for a local root of this kind, name and route?
    pub(super) fn may_match(&self, kind: SpanKind, name: &str, route: Option<&str>) -> bool {
        let Rule {
            operation,
            route: routes,
            kinds,
            ..
        } = &self.rule;
        self.applies
            && (kinds.is_empty() || kinds.contains(&kind))
            && operation.as_ref().is_none_or(|names| names.matches(name))
            && routes
                .as_ref()
                .is_none_or(|routes| route.is_some_and(|route| routes.matches(route)))
    }

    pub(super) fn is_for_all_kinds_and_names(&self) -> bool {
        let rule = &self.rule;
        rule.kinds.is_empty() && rule.operation.is_none() && rule.route.is_none()
    }

    pub(super) fn looks_at_route(&self) -> bool {
        self.applies && self.rule.route.is_some()
    }

    pub(super) fn looks_at_attributes(&self) -> bool {
        !self.rule.attributes.is_empty()
    }

    pub(super) fn applies(&self) -> bool {
        self.applies
    }

    pub(super) fn attributes_match(&self, root: Root<'_>) -> bool {
        let mut wanted = self.rule.attributes.iter();
        wanted.all(|(key, pattern)| root.prints(key, |text| pattern.matches(text)))
    }

    /// Starts a segment under this rule: from here on the segment knows what it is kept for, and, unless a sampler of the
    /// program's is to be asked, the head decision is made.
    #[inline]
    pub(super) fn start(
        &self,
        context: &mut Context,
        root: Root<'_>,
        started: Ticks,
        told: &Told,
    ) -> Option<Arc<dyn Sample>> {
        context.tail = self.tail;
        context.slow_at = started.saturating_add(self.slow);
        if self.errors.is_some() {
            context.errors.clone_from(&self.errors);
        }
        if told.forced && context.tail {
            context.forced = true;
            context.set_sampled(true);
            // All that were asked for are kept.
            context.threshold = Some(Threshold::ALWAYS);
        } else if self.parent_based && context.has_parent() {
            // A threshold that would have dropped the trace is not what it was sampled with.
            let is_honest = |at: &Threshold| context.is_sampled() && at.keeps(told.randomness);
            context.threshold = told.threshold.filter(is_honest);
        } else if self.custom.is_some() {
            return self.custom.clone();
        } else {
            self.decide(context, root, told.randomness);
        }
        None
    }

    #[inline]
    fn decide(&self, context: &mut Context, root: Root<'_>, randomness: Randomness) {
        let kept = self.threshold.filter(|at| at.keeps(randomness));
        context.threshold = kept;
        context.set_sampled(kept.is_some());
        if self.at_most.is_some() || self.at_least.is_some() {
            self.decide_limited(context, root);
        }
    }

    #[cold]
    fn decide_limited(&self, context: &mut Context, root: Root<'_>) {
        let now = Instant::now();
        // What the ratio keeps takes its share of the least that is to be kept.
        let at_least = self.at_least.as_ref();
        let is_due = at_least.is_some_and(|least| least.admits(root.name(), now));
        let mut sampled = context.is_sampled() || is_due;
        if let Some(limit) = &self.at_most {
            sampled = sampled && limit.admits(now);
            if limit.is_cutting(now) {
                context.threshold = None;
            }
        }
        context.set_sampled(sampled);
        context.threshold = context.threshold.filter(|_| sampled);
    }

    /// The rule, as people read it.
    pub(super) fn text(&self) -> String {
        let text = match &self.custom {
            Some(custom) => format!("everything: {}, errors always", custom.description()),
            None => self.rule.to_string(),
        };
        match self.parent_based {
            true => format!("{text}, parent based"),
            false => text,
        }
    }
}
