//! The way of metrics to a receiver: sent again while there is time and hope, and not to one that never takes them.

use std::time::{Duration, Instant};

use tokio::time::sleep_until;

use super::complaints::Complaints;
use super::export::after;
use crate::config::Settings;
use crate::pipeline::{Answer, Pace, Receiver, Sending};

/// A receiver that takes no metrics is left alone for so long: it may have learned to by then.
const LEFT_ALONE: Duration = Duration::from_secs(60 * 60);

pub(super) struct Delivery {
    receiver: Receiver,
    pace: Pace,
    left_alone_until: Option<Instant>,
}

impl Delivery {
    /// # Errors
    /// As [`Receiver::new`].
    pub(super) fn new(settings: Settings) -> Result<Self, String> {
        Ok(Self {
            receiver: Receiver::new(settings)?,
            pace: Pace::new(&Sending::default()),
            left_alone_until: None,
        })
    }

    /// Until when nothing is sent.
    pub(super) fn left_alone_until(&self) -> Option<Instant> {
        self.left_alone_until
    }

    /// Somebody waits.
    pub(super) fn hurry(&mut self) {
        self.pace.hurry();
    }

    /// Sends an encoded request; after `patience` there is no further attempt. Has it arrived?
    pub(super) async fn deliver(
        &mut self,
        request: &[u8],
        patience: Instant,
        complaints: &mut Complaints,
    ) -> bool {
        loop {
            if let Some(pause) = self.pace.until() {
                if pause > patience {
                    return false;
                }
                sleep_until(pause.into()).await;
            }
            let (why, after) = match self.receiver.send(request, usize::MAX).await {
                Answer::Taken { rejected, message } => {
                    self.pace.taken();
                    self.left_alone_until = None;
                    complaints.taken(rejected, &message);
                    return true;
                }
                Answer::Hopeless { why } => {
                    self.left_alone_until = Some(after(LEFT_ALONE));
                    complaints.hopeless(&why);
                    return false;
                }
                Answer::Refused { why }
                | Answer::TooLarge { why }
                | Answer::Unknown { why, again: false } => {
                    complaints.failed(&why);
                    return false;
                }
                Answer::Unknown { why, again: true } => (why, None),
                Answer::Later { why, after } => (why, after),
            };
            self.pace.failed(after);
            if self.pace.until().is_some_and(|pause| pause > patience) {
                complaints.failed(&why);
            }
        }
    }
}
