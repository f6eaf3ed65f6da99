//! The rules in force: immutable, and replaced as a whole. Which of them can be for a local root is found once for each call
//! site, name and route, and remembered by each thread.

use std::cell::RefCell;
use std::hash::Hasher as _;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::Sample;
use super::control::Control;
use super::head::Told;
use super::layer::{Entry, Layer};
use super::root::Root;
use super::storm::Storm;
use crate::hash::Words;
use crate::record::clock::Ticks;
use crate::record::context::Context;
use crate::record::site::Site;

#[derive(Debug)]
pub(super) struct InForce {
    /// No other set of rules of this process has the same.
    pub(super) generation: u64,
    /// The one whose rules come first has the last word.
    pub(super) layers: Vec<Arc<Layer>>,
    /// When the first override has had its time.
    pub(super) until: Ticks,
    pub(super) storm: Option<Arc<Storm>>,
    /// Is one of the rules for routes?
    looks_at_route: bool,
    /// The first rule, where there is nothing to look at.
    always: Option<Place>,
}

/// A rule, by its layer and its number there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    layer: u32,
    entry: u32,
}

impl InForce {
    pub(super) fn new(
        generation: u64,
        layers: Vec<Arc<Layer>>,
        until: Ticks,
        storm: Option<Arc<Storm>>,
    ) -> Self {
        let mut in_force = Self {
            generation,
            layers,
            until,
            storm,
            looks_at_route: false,
            always: None,
        };
        let looks_at_route = in_force.entries().any(|(_, entry)| entry.looks_at_route());
        let first = in_force.entries().find(|(_, entry)| entry.applies());
        let always = first.filter(|(_, entry)| {
            entry.is_for_all_kinds_and_names() && !entry.looks_at_attributes()
        });
        let always = always.map(|(place, _)| place);
        (in_force.looks_at_route, in_force.always) = (looks_at_route, always);
        in_force
    }

    fn entries(&self) -> impl Iterator<Item = (Place, &Entry)> {
        self.layers.iter().zip(0..).flat_map(|(layer, number)| {
            layer.entries.iter().zip(0..).map(move |(entry, index)| {
                let place = Place {
                    layer: number,
                    entry: index,
                };
                (place, entry)
            })
        })
    }

    /// The rules that can be for a local root, up to the first that is, whatever its attributes.
    fn candidates(&self, site: &Site, name: &str, route: Option<&str>) -> Box<[Place]> {
        let mut candidates = Vec::new();
        for (place, entry) in self.entries() {
            if entry.may_match(site.kind, name, route) {
                candidates.push(place);
                if !entry.looks_at_attributes() {
                    break;
                }
            }
        }
        candidates.into()
    }

    fn at(&self, place: Place) -> Option<(&Layer, &Entry)> {
        let layer = self.layers.get(place.layer as usize)?;
        Some((layer, layer.entries.get(place.entry as usize)?))
    }

    fn matching(&self, candidates: &[Place], root: Root<'_>) -> Option<Place> {
        candidates.iter().copied().find(|place| {
            self.at(*place).is_some_and(|(_, entry)| {
                !entry.looks_at_attributes() || entry.attributes_match(root)
            })
        })
    }
}

/// What a thread remembers of the rules in force.
struct Remembered {
    in_force: Arc<InForce>,
    /// By a hash of what was looked at; one that falls on the same place takes it over, so that there are never more.
    seen: Box<[Option<Seen>]>,
}

/// What was looked at, and what was found.
struct Seen {
    site: *const Site,
    name: Box<str>,
    route: Option<Box<str>>,
    candidates: Box<[Place]>,
}

/// How many names a thread remembers.
const SEEN: usize = 256;

thread_local! {
    static REMEMBERED: RefCell<Option<Remembered>> = const { RefCell::new(None) };
}

impl Remembered {
    #[inline]
    fn find(&mut self, root: Root<'_>) -> Option<Place> {
        if let Some(always) = self.in_force.always {
            return Some(always);
        }
        let (site, name) = (root.record.site, root.own_name());
        let route = match self.in_force.looks_at_route {
            true => root.text_of(ROUTE),
            false => None,
        };
        if self.seen.is_empty() {
            self.seen = std::iter::repeat_with(|| None).take(SEEN).collect();
        }
        let place = hash(site, name, route) as usize % SEEN;
        // An empty text may be at no address, where the C library's comparison takes a fault that it hides: 100 cycles.
        let is_name = |seen: &str| seen.len() == name.len() && (name.is_empty() || seen == name);
        let is_same = |seen: &Seen| {
            std::ptr::eq(seen.site, site) && is_name(&seen.name) && seen.route.as_deref() == route
        };
        if !self.seen[place].as_ref().is_some_and(is_same) {
            let called = root.name();
            self.seen[place] = Some(Seen {
                site,
                name: name.into(),
                route: route.map(Into::into),
                candidates: self.in_force.candidates(site, called, route),
            });
        }
        let seen = self.seen[place].as_ref()?;
        match *seen.candidates {
            [only] if !self.in_force.at(only)?.1.looks_at_attributes() => Some(only),
            ref candidates => self.in_force.matching(candidates, root),
        }
    }
}

const ROUTE: &str = "http.route";

#[inline]
fn hash(site: &Site, name: &str, route: Option<&str>) -> u64 {
    let mut hash = Words::default();
    hash.write_usize(std::ptr::from_ref(site).addr());
    for text in [name, route.unwrap_or_default()] {
        hash.write_usize(text.len());
        hash.write(text.as_bytes());
    }
    hash.finish()
}

/// Finds the rule for a local root, and starts its segment under it. Gives the sampler that is to be asked, if there is one.
#[inline]
pub(super) fn start(
    control: &Control,
    context: &mut Context,
    root: Root<'_>,
    now: Ticks,
    told: &Told,
) -> Option<Arc<dyn Sample>> {
    let on_this_thread = REMEMBERED.try_with(|remembered| {
        let mut remembered = remembered.try_borrow_mut().ok()?;
        let valid = remembered.as_ref().is_some_and(|remembered| {
            remembered.in_force.generation == control.generation.load(Ordering::Acquire)
                && now < remembered.in_force.until
        });
        if !valid {
            *remembered = Some(Remembered {
                in_force: control.in_force(now),
                seen: Box::default(),
            });
        }
        let remembered = remembered.as_mut()?;
        let place = remembered.find(root);
        Some(start_at(
            &remembered.in_force,
            place,
            context,
            root,
            now,
            told,
        ))
    });
    match on_this_thread {
        Ok(Some(custom)) => custom,
        // The thread is ending.
        _ => {
            let in_force = control.in_force(now);
            let route = root.text_of(ROUTE);
            let candidates = in_force.candidates(root.record.site, root.name(), route);
            let place = in_force.matching(&candidates, root);
            start_at(&in_force, place, context, root, now, told)
        }
    }
}

#[inline]
fn start_at(
    in_force: &InForce,
    place: Option<Place>,
    context: &mut Context,
    root: Root<'_>,
    now: Ticks,
    told: &Told,
) -> Option<Arc<dyn Sample>> {
    // There is a preset for everything.
    let place = place?;
    let (layer, entry) = in_force.at(place)?;
    layer.count(place.entry as usize);
    if in_force.storm.is_some() {
        context.storm.clone_from(&in_force.storm);
    }
    entry.start(context, root, now, told)
}
