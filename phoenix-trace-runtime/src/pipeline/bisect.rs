//! Parts of a batch that still have to be sent: a part that is refused is halved until the one span is found that the
//! receiver does not take. A receiver that refuses everything does not get to see every span by itself.

use super::queue::{Entry, Range};

/// Some spans of one entry of the batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) entry: usize,
    pub(crate) range: Range,
}

pub(super) fn spans(parts: &[Part]) -> usize {
    parts.iter().map(|part| part.range.spans()).sum()
}

#[derive(Debug)]
pub(crate) struct Bisection {
    /// The last is sent next.
    todo: Vec<Vec<Part>>,
    /// Refusals since the receiver last took something of this batch.
    in_a_row: u32,
    in_all: u32,
    most_in_a_row: u32,
    taken: bool,
}

/// Beyond this many refusals nothing of a batch is halved any more.
const MOST_IN_ALL: u32 = 64;

impl Bisection {
    /// `wary`: of the last batch nothing was taken.
    pub(super) fn new(entries: &[Entry], batch: usize, wary: bool) -> Self {
        let parts = entries.iter().enumerate().flat_map(|(entry, queued)| {
            let left = queued.item.left();
            left.map(move |range| Part { entry, range })
        });
        Self::of(parts.collect(), batch, wary)
    }

    /// The same for these parts.
    pub(crate) fn of(all: Vec<Part>, batch: usize, wary: bool) -> Self {
        // As many as it takes to find one span, and some more for others beside it.
        let halvings = spans(&all).max(2).ilog2() + 2;
        let mut todo = chunks(all, batch);
        todo.reverse();
        Self {
            todo,
            in_a_row: 0,
            in_all: 0,
            most_in_a_row: if wary { halvings } else { halvings + 8 },
            taken: false,
        }
    }

    pub(crate) fn next(&mut self) -> Option<Vec<Part>> {
        self.todo.pop()
    }

    pub(crate) fn taken(&mut self) {
        self.in_a_row = 0;
        self.taken = true;
    }

    /// Was everything refused that was sent?
    pub(crate) fn nothing_taken(&self) -> bool {
        !self.taken && self.in_a_row > 0
    }

    /// Notes that these parts were refused. Those that are returned are not sent again.
    pub(crate) fn refused(&mut self, parts: Vec<Part>) -> Vec<Part> {
        self.in_all += 1;
        self.halve(parts)
    }

    /// The same for parts that are too large together: where halves of them are taken, so are as many as there are.
    pub(crate) fn too_large(&mut self, parts: Vec<Part>) -> Vec<Part> {
        self.halve(parts)
    }

    fn halve(&mut self, parts: Vec<Part>) -> Vec<Part> {
        self.in_a_row += 1;
        if self.in_a_row >= self.most_in_a_row {
            let mut rest = parts;
            rest.extend(self.rest());
            return rest;
        }
        let spans = spans(&parts);
        if spans <= 1 || self.in_all >= MOST_IN_ALL {
            return parts;
        }
        let mut halves = chunks(parts, spans.div_ceil(2));
        halves.reverse();
        self.todo.extend(halves);
        Vec::new()
    }

    /// What was not sent, and will not be now.
    pub(crate) fn rest(&mut self) -> impl Iterator<Item = Part> {
        std::mem::take(&mut self.todo).into_iter().rev().flatten()
    }
}

/// The parts in groups of at most `size` spans.
fn chunks(parts: Vec<Part>, size: usize) -> Vec<Vec<Part>> {
    let mut groups = Vec::new();
    let (mut group, mut room) = (Vec::new(), size);
    for Part { entry, mut range } in parts {
        while range.spans() > room {
            let cut = range.first + u32::try_from(room).unwrap_or(u32::MAX);
            if room > 0 {
                let (first, end) = (range.first, cut);
                let range = Range { first, end };
                group.push(Part { entry, range });
            }
            groups.push(std::mem::take(&mut group));
            range.first = cut;
            room = size;
        }
        room -= range.spans();
        group.push(Part { entry, range });
    }
    if !group.is_empty() {
        groups.push(group);
    }
    groups
}
