//! Times that somebody gave by hand, as the OpenTelemetry API allows: they are exported exactly as they were given, whatever
//! the clock says. The recorder's own order of things stays that of its clock.

use std::time::{Duration, SystemTime};

use super::details::Owner;
use super::stored::NONE;
use super::strand::Strand;

/// Which of its times was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Which {
    Start,
    End,
    /// Of an event.
    At,
}

/// A time in nanoseconds since 1970 of the span, or event, that `owner` names by its place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Given {
    owner: u32,
    which: Which,
    nanos: u64,
}

impl Strand {
    /// Gives a time to an owner of attributes: a span by its number, or an event.
    pub(crate) fn give_time(&mut self, owner: u32, which: Which, time: SystemTime) {
        let owner = self.owner(owner);
        if owner == NONE {
            return;
        }
        // Times before 1970 are those of 1970: OTLP knows no others.
        let since = time.duration_since(SystemTime::UNIX_EPOCH);
        let nanos = u64::try_from(since.unwrap_or_default().as_nanos()).unwrap_or(u64::MAX);
        self.given.push(Given {
            owner,
            which,
            nanos,
        });
    }

    /// Gives a span that is open its end.
    pub(super) fn give_end(&mut self, number: u32, time: Option<SystemTime>) {
        if let Some(time) = time
            && self.is_open(number)
        {
            self.give_time(number, Which::End, time);
        }
    }

    /// The time that was given, in nanoseconds since 1970.
    #[inline]
    pub(crate) fn given_nanos(&self, owner: u32, which: Which) -> Option<u64> {
        if self.given.is_empty() {
            return None;
        }
        let given = self.given.iter().rev();
        let mut of_owner = given.filter(|given| given.owner == owner && given.which == which);
        of_owner.next().map(|given| given.nanos)
    }

    /// The same as wall time.
    pub(crate) fn given(&self, owner: u32, which: Which) -> Option<SystemTime> {
        let nanos = self.given_nanos(owner, which)?;
        SystemTime::UNIX_EPOCH.checked_add(Duration::from_nanos(nanos))
    }

    /// Forgets the times of the last span, and of the events from `events` on.
    pub(super) fn forget_given(&mut self, span: usize, events: usize) {
        self.given.retain(|given| match Owner::of(given.owner) {
            Owner::Span(place) => place as usize != span,
            Owner::Event(event) => (event as usize) < events,
            Owner::Link(_) => true,
        });
    }

    /// Copies the times of one owner to what it is called in another strand.
    pub(super) fn copy_given(&self, into: &mut Self, owner: u32, there: u32) {
        let given = self.given.iter().filter(|given| given.owner == owner);
        into.given.extend(given.map(|given| Given {
            owner: there,
            ..*given
        }));
    }
}
