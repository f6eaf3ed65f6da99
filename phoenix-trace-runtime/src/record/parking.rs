//! Parking: how others reach what a suspended task owns. It is parked while its task is suspended; while it runs elsewhere,
//! it gets mail. Each piece of mail is read by somebody, or given back because it came too late.
//!
//! This file knows neither strands nor segments: its model runs it with loom's locks and atomics.

use super::sync::{AtomicBool, AtomicOptionBox, Mutex, Ordering, PoisonError, lock, yield_now};

/// What is parked.
pub(super) trait Parked {
    type Mail: Mailbox;

    /// Takes notice of everything that was in the mail.
    fn read(&mut self, mail: <Self::Mail as Mailbox>::All);

    /// Is its owner done with it, and has all come that it waited for?
    fn is_complete(&self) -> bool;
}

/// What is written to something that is parked, until somebody has it at hand.
pub(super) trait Mailbox {
    type Piece;
    type All;

    fn put(&mut self, piece: Self::Piece);
    fn is_empty(&self) -> bool;
    /// Gives out everything, in the order in which it came.
    fn take(&mut self) -> Self::All;
}

pub(super) struct Parking<T: Parked> {
    /// None while it runs.
    parked: AtomicOptionBox<T>,
    mail: Mutex<T::Mail>,
    /// Is there mail? Ordered by the swaps of `parked`: who parks after a delivery found nothing sees it.
    has_mail: AtomicBool,
    /// Nobody reads the mail any more. Changes under the lock of the mail.
    closed: AtomicBool,
}

/// What became of a piece of mail.
#[must_use]
pub(super) enum Delivered<T: Parked> {
    /// It was read, or will be.
    Taken,
    /// It was what was waited for: nobody else has what is complete now.
    Completed(Box<T>),
    /// Nobody reads it.
    TooLate(<T::Mail as Mailbox>::Piece),
}

impl<T: Parked> Parking<T> {
    pub(super) fn new() -> Self
    where
        T::Mail: Default,
    {
        Self {
            parked: AtomicOptionBox::new(None),
            mail: Mutex::new(T::Mail::default()),
            has_mail: AtomicBool::new(false),
            closed: AtomicBool::new(false),
        }
    }

    /// Puts it where others can reach it. It comes back if it is complete by now, which only something is that was left.
    #[inline]
    #[must_use]
    pub(super) fn park(&self, parked: Box<T>) -> Option<Box<T>> {
        self.put(parked);
        if self.has_mail.load(Ordering::Relaxed) {
            self.collect()
        } else {
            None
        }
    }

    fn put(&self, parked: Box<T>) {
        // A swap, not a store: see `has_mail`.
        drop(self.parked.swap(Some(parked), Ordering::AcqRel));
    }

    /// Takes it back. Others have it for moments only, and its owner alone waits for it.
    #[inline]
    pub(super) fn unpark(&self) -> Box<T> {
        loop {
            if let Some(parked) = self.parked.take(Ordering::AcqRel) {
                return parked;
            }
            yield_now();
        }
    }

    /// Takes it if it is parked. It is to be parked again, or the mail to be [closed](Self::close).
    pub(super) fn take(&self) -> Option<Box<T>> {
        self.parked.take(Ordering::AcqRel)
    }

    /// Brings a piece of mail to it, wherever it is.
    pub(super) fn deliver(&self, piece: <T::Mail as Mailbox>::Piece) -> Delivered<T> {
        {
            let mut mail = lock(&self.mail);
            if self.closed.load(Ordering::Relaxed) {
                return Delivered::TooLate(piece);
            }
            mail.put(piece);
        }
        self.has_mail.store(true, Ordering::Relaxed);
        match self.collect() {
            Some(complete) => Delivered::Completed(complete),
            None => Delivered::Taken,
        }
    }

    /// Has it read its mail if it is parked. If it runs elsewhere, that is done when it is parked or complete.
    #[must_use]
    fn collect(&self) -> Option<Box<T>> {
        while !lock(&self.mail).is_empty() {
            let mut parked = self.parked.take(Ordering::AcqRel)?;
            self.read(&mut parked);
            if parked.is_complete() {
                return Some(parked);
            }
            self.put(parked);
        }
        None
    }

    /// Is there any that it has not read?
    pub(super) fn has_mail(&self) -> bool {
        self.has_mail.load(Ordering::Relaxed)
    }

    /// Has `parked`, which was taken from here, read its mail.
    pub(super) fn read(&self, parked: &mut T) {
        let mail = {
            let mut mail = lock(&self.mail);
            self.has_mail.store(false, Ordering::Relaxed);
            mail.take()
        };
        parked.read(mail);
    }

    /// Gives out what is to be read for the last time: what comes now is too late.
    #[must_use]
    pub(super) fn close(&self) -> <T::Mail as Mailbox>::All {
        let mut mail = lock(&self.mail);
        self.closed.store(true, Ordering::Relaxed);
        self.has_mail.store(false, Ordering::Relaxed);
        mail.take()
    }

    /// The same where nobody else can write to it: from here on it serves the next one.
    #[inline]
    #[must_use]
    pub(super) fn reset(&mut self) -> <T::Mail as Mailbox>::All {
        self.has_mail.store(false, Ordering::Relaxed);
        self.closed.store(false, Ordering::Relaxed);
        let mail = self.mail.get_mut();
        mail.unwrap_or_else(PoisonError::into_inner).take()
    }
}
