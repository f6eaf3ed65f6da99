//! What others have to say about the spans of a strand that runs elsewhere: kept until somebody has the strand at hand.
//! Ends are as many as there are spans; changes are bounded in bytes, those that tell a failure at twice that bound, and
//! what is given up is counted on its span.

use std::fmt;

use super::clock::Ticks;
use super::cut;
use super::details::Dropped;
use super::parking::Mailbox;
use super::strand::Strand;
use super::told::Told;

/// Something that happened to span `number`, at a time.
#[derive(Debug)]
pub(crate) struct Late {
    pub(crate) number: u32,
    pub(crate) at: Ticks,
    pub(crate) end: LateEnd,
}

#[derive(Debug)]
pub(crate) enum LateEnd {
    Finished,
    Cancelled,
    Failed {
        error_type: String,
        told: Told,
    },
    /// Not an end: a change before it.
    Edited(Edit),
    /// Changes that there was no room for.
    GaveUp {
        dropped: Dropped,
        failed: bool,
    },
}

impl LateEnd {
    /// Does it tell a failure?
    pub(super) fn is_failure(&self) -> bool {
        match self {
            Self::Finished | Self::Cancelled => false,
            Self::Failed { .. } => true,
            Self::Edited(edit) => edit.failed,
            Self::GaveUp { failed, .. } => *failed,
        }
    }
}

/// A change to a span, to be made where its strand is.
pub(crate) struct Edit {
    apply: Box<Editing>,
    /// What it holds in memory.
    bytes: usize,
    /// What is given up if there is no room for it.
    details: Dropped,
    /// Does it tell a failure?
    failed: bool,
}

type Editing = dyn FnOnce(&mut Strand, u32) + Send;

impl Edit {
    pub(crate) fn new(apply: impl FnOnce(&mut Strand, u32) + Send + 'static) -> Self {
        Self {
            apply: Box::new(apply),
            bytes: 0,
            details: Dropped::default(),
            failed: false,
        }
    }

    /// The same, holding so many bytes of `details`.
    pub(super) fn of(self, details: Dropped, bytes: usize) -> Self {
        Self {
            bytes,
            details,
            ..self
        }
    }

    /// The same, telling a failure.
    pub(super) fn failure(self) -> Self {
        Self {
            failed: true,
            ..self
        }
    }
}

impl fmt::Debug for Edit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Edit")
    }
}

#[derive(Debug, Default)]
pub(super) struct Mail {
    pieces: Vec<Late>,
    bytes: usize,
    /// How many have told a failure.
    failures: u32,
}

impl Mail {
    /// For the changes that wait, in bytes.
    const ROOM: usize = 1024 * 1024;
    /// What one change holds besides its text.
    const CHANGE: usize = 256;

    /// One piece for all that a span has lost.
    #[cold]
    fn give_up(&mut self, number: u32, at: Ticks, details: Dropped, failure: bool) {
        let there = self
            .pieces
            .iter_mut()
            .rev()
            .filter(|late| late.number == number)
            .find_map(|late| match &mut late.end {
                LateEnd::GaveUp { dropped, failed } => Some((dropped, failed)),
                _ => None,
            });
        match there {
            Some((dropped, failed)) => {
                dropped.add(details);
                *failed |= failure;
            }
            None => self.pieces.push(Late {
                number,
                at,
                end: LateEnd::GaveUp {
                    dropped: details,
                    failed: failure,
                },
            }),
        }
    }
}

impl Mailbox for Mail {
    type Piece = Late;
    /// And how many of the pieces have told a failure.
    type All = (Vec<Late>, u32);

    fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    fn put(&mut self, late: Late) {
        self.failures += u32::from(late.end.is_failure());
        if let LateEnd::Edited(edit) = &late.end {
            let room = if edit.failed { 2 } else { 1 } * Self::ROOM;
            if self.bytes >= room {
                self.give_up(late.number, late.at, edit.details, edit.failed);
                return;
            }
            self.bytes += edit.bytes + Self::CHANGE;
        }
        self.pieces.push(late);
    }

    fn take(&mut self) -> (Vec<Late>, u32) {
        self.bytes = 0;
        let failures = std::mem::take(&mut self.failures);
        (std::mem::take(&mut self.pieces), failures)
    }
}

impl Strand {
    /// Brings what was written to its spans. From here on the strand itself says what failed.
    pub(super) fn read_mail(&mut self, (mail, failures): (Vec<Late>, u32)) {
        self.read_all(mail);
        if failures > 0
            && let Some(segment) = &self.segment
        {
            segment.failing_no_more(failures);
        }
    }

    fn read_all(&mut self, mail: Vec<Late>) {
        let mut last = None;
        for Late { number, at, end } in mail {
            match end {
                LateEnd::Finished => {}
                LateEnd::Cancelled => self.set_cancelled(number),
                LateEnd::Failed { error_type, told } => {
                    self.fail(number, &error_type, &told, true, at);
                }
                LateEnd::Edited(edit) => {
                    self.as_it_was(number, at, |strand| (edit.apply)(strand, number));
                    continue;
                }
                LateEnd::GaveUp { dropped, failed } => {
                    self.as_it_was(number, at, |strand| {
                        strand.give_up(strand.owner(number), dropped);
                        if failed {
                            strand.set_error(number, "", at);
                        }
                    });
                    continue;
                }
            }
            if self.end_record(number, at) {
                last = Some(at);
            }
        }
        // Not before all is read: what goes is told nothing more.
        if let Some(at) = last
            && self.tally.is_wanted()
        {
            cut::hand_over(self, at);
        }
    }
}
