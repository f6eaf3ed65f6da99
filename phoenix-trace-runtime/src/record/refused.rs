//! Local roots that there was no room for. Nothing is recorded of one while it is open, so that any number of them can be; one
//! that fails becomes a segment of that one span, which is decided at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::carry::with_active;
use super::clock::{self, Ticks};
use super::context::Context;
use super::details::Dropped;
use super::part::finish;
use super::site::Site;
use super::start::{Beginning, decide_head};
use super::stored::NONE;
use super::strand::{Role, Strand};
use super::thread;
use super::told::{Told, cut};
use crate::outcome::Failure;
use crate::pipeline::Pipeline;

/// A local root that there was no room for. Unless it fails, it is counted as given up when it ends.
#[derive(Debug)]
pub(crate) struct Refused {
    pipeline: Arc<Pipeline>,
    site: &'static Site,
    /// Empty: that of the site.
    name: Box<str>,
    /// Its attributes and links.
    dropped: Dropped,
    start: Ticks,
    /// What it was started under, unless that is asked for when it fails: the scope that runs.
    under: Option<Context>,
    /// Has it failed, and become a segment?
    told: AtomicBool,
}

impl Refused {
    #[cold]
    pub(super) fn new(
        pipeline: Arc<Pipeline>,
        site: &'static Site,
        beginning: Beginning<'_>,
        attributes: usize,
        start: Ticks,
    ) -> Box<Self> {
        let name = cut(&beginning.name.concat(), pipeline.limits.name_length).into();
        let attributes = u32::try_from(attributes).unwrap_or(u32::MAX);
        Box::new(Self {
            pipeline,
            site,
            name,
            dropped: Dropped {
                attributes,
                links: u32::try_from(beginning.links.len()).unwrap_or(u32::MAX),
                ..Dropped::default()
            },
            start,
            under: None,
            told: AtomicBool::new(false),
        })
    }

    /// It was started under this, whatever runs when it fails.
    pub(super) fn under(mut self: Box<Self>, context: Context) -> Box<Self> {
        self.under = Some(context);
        self
    }

    /// It has failed.
    #[cold]
    pub(super) fn fail(&self, failure: &Failure<'_>) {
        let told = Told::of(failure);
        self.edit(|strand, number| {
            strand.fail(number, failure.error_type, &told, true, clock::now());
        });
    }

    /// What would be said of the span: if that is a failure, it is all that is known of it.
    #[cold]
    pub(crate) fn edit(&self, edit: impl FnOnce(&mut Strand, u32)) {
        if self.told.load(Ordering::Relaxed) {
            return;
        }
        let mut strand = thread::take_strand(&self.pipeline);
        let of_scope = || {
            let scope =
                |scope: &mut Strand| (scope.role == Role::Scope).then(|| scope.context.clone());
            with_active(scope).flatten()
        };
        strand.context = self.under.clone().or_else(of_scope).unwrap_or_default();
        thread::with(|thread| strand.become_root(thread));
        let number = strand.start(self.site, NONE, self.start);
        strand.rename(number, &self.name);
        if let Some(link) = strand.context.link.take() {
            strand.link(number, &link);
        }
        edit(&mut strand, number);
        if !strand.failed {
            thread::recycle(strand);
            return;
        }
        self.told.store(true, Ordering::Relaxed);
        strand.give_up(number, self.dropped);
        decide_head(&mut strand, self.start);
        strand.keep_by_rule(number);
        strand.end(number, clock::now());
        finish(strand);
    }
}

impl Drop for Refused {
    fn drop(&mut self) {
        if !*self.told.get_mut() {
            self.pipeline.count_refused();
        }
    }
}
