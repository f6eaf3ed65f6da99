//! An empty request, to see whether a receiver would take one that is not.

use super::super::destination::Answer;
use super::transport::{Seen, Transport};
use crate::config::Settings;

/// What a receiver made of an empty request.
#[derive(Debug)]
pub(crate) enum Probe {
    /// It took it, and perhaps said something.
    Taken(String),
    /// It did not take the credentials, or there are none.
    Denied(String),
    /// It answered something else.
    Failed(String),
    /// It was reached, and said nothing that can be read: perhaps it speaks another protocol.
    Unheard(String),
}

impl Probe {
    /// `Err`: it could not be sent.
    pub(crate) async fn send(settings: Settings) -> Result<Self, String> {
        let transport = Transport::new(settings)?;
        // A message without fields has no bytes.
        let empty = |free: usize, out: &mut Vec<u8>| {
            out.resize(free, 0);
            Ok(free)
        };
        let body = match transport.body(empty) {
            Ok(body) => body,
            Err(answer) => return Ok(Self::of(answer, Seen::Answered)),
        };
        let (answer, seen) = transport.send_once(body, 0).await;
        Ok(Self::of(answer, seen))
    }

    fn of(answer: Answer, seen: Seen) -> Self {
        match answer {
            Answer::Taken { message, .. } => Self::Taken(message),
            Answer::Later { why, .. }
            | Answer::Refused { why }
            | Answer::TooLarge { why }
            | Answer::Hopeless { why }
            | Answer::Unknown { why, .. } => match seen {
                Seen::Denied => Self::Denied(why),
                Seen::Answered => Self::Failed(why),
                Seen::Nothing => Self::Unheard(why),
            },
        }
    }
}
