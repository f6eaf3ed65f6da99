//! The head decision: made when a local root starts, from what its trace says of itself and from the rules in force.

use std::sync::Arc;

use opentelemetry::{KeyValue, TraceId};

use super::control::Control;
use super::root::Root;
use super::{Intent, LocalRoot, Sample, forced, in_force};
use crate::propagation::{OtState, Randomness, Threshold};
use crate::record::clock::Ticks;
use crate::record::context::Context;
use crate::record::told::unharmed;

/// What the trace of a local root says of itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct Told {
    pub(super) threshold: Option<Threshold>,
    pub(super) randomness: Randomness,
    /// Has somebody asked for it?
    pub(super) forced: bool,
}

impl Told {
    #[inline]
    fn of(context: &Context) -> Self {
        let trace_id = TraceId::from(context.trace_id);
        if context.state.is_empty() {
            return Self {
                threshold: None,
                randomness: Randomness::of_trace(trace_id),
                forced: false,
            };
        }
        let ot = OtState::of(&context.state);
        Self {
            threshold: ot.threshold,
            randomness: ot.randomness_or(trace_id),
            forced: forced::is_marked(&context.state),
        }
    }
}

impl Control {
    /// Decides about the segment of a local root that started at `now`: sets its sampled flag, its threshold, and for what it
    /// is kept besides. Gives the attributes that a sampler of the program's has for it.
    #[inline]
    pub(crate) fn decide(
        &self,
        context: &mut Context,
        root: Root<'_>,
        now: Ticks,
    ) -> Vec<KeyValue> {
        let told = Told::of(context);
        match in_force::start(self, context, root, now, &told) {
            None => Vec::new(),
            Some(custom) => self.ask(&*custom, context, root, &told),
        }
    }

    #[cold]
    fn ask(
        &self,
        custom: &dyn Sample,
        context: &mut Context,
        root: Root<'_>,
        told: &Told,
    ) -> Vec<KeyValue> {
        let local_root = LocalRoot {
            service: self.service(),
            context,
            root,
            told: told.threshold,
            randomness: told.randomness,
        };
        let intent = unharmed(|| custom.intent(&local_root));
        let Intent {
            threshold,
            reliable,
            attributes,
        } = intent.unwrap_or_else(|| Intent {
            reliable: false,
            ..Intent::always()
        });
        let kept = threshold.filter(|at| at.keeps(told.randomness));
        context.set_sampled(kept.is_some());
        context.threshold = kept.filter(|_| reliable);
        match kept {
            Some(_) => attributes,
            None => Vec::new(),
        }
    }
}

/// A sampler that others share.
impl<S: Sample + ?Sized> Sample for Arc<S> {
    fn intent(&self, root: &LocalRoot<'_>) -> Intent {
        (**self).intent(root)
    }

    fn description(&self) -> String {
        (**self).description()
    }
}
