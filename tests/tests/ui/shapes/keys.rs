//! Declared keys, and every form of value.

#![deny(warnings, missing_docs)]

use std::borrow::Cow;
use std::sync::Arc;

use phoenix_trace::{attribute_keys, event, record, traced_operation};

attribute_keys! {
    /// Keys owned by this service.
    pub mod keys {
        /// The task being scheduled.
        TASK_ID: "phoenix.task.id" => string,
        QUEUE_DEPTH: "phoenix.queue.depth" => int,
        /// Somebody's address.
        USER_EMAIL: "phoenix.user.email" => string, sensitive,
        pub(crate) SHARES: "phoenix.shares" => double[],
        /// Bounded.
        NOTE: "phoenix.note" => string, max_length = 64, sensitive,
        NOTES: "phoenix.notes" => string[], max_length = 64,
        /// Where the task stands.
        pub(crate) PLACEMENT: "phoenix.placement" => enum Placement {
            /// It waits.
            Queued,
            #[doc = "It runs."]
            Placed = "placed",
            OutOfRoom,
        }, sensitive,
        FLAGS: "phoenix.flags" => bool[]
    }

    mod more {
        RATIO: "phoenix.ratio" => double,
        DONE: "phoenix.done" => bool, sensitive
    }
}

attribute_keys! {
    NAMES: "phoenix.names" => string[],
    STATE: "phoenix.state" => enum State {
        On,
        #[cfg(any())]
        Off,
    },
    #[cfg(any())]
    GONE: "phoenix.gone" => enum Gone { Never },
    /// Numbers.
    pub(crate) NUMBERS: "phoenix.numbers" => int[],
}

mod team {
    phoenix_trace::attribute_keys! {
        /// Keys of a team.
        pub mod keys {
            /// For the team alone.
            pub(super) LOCAL: "phoenix.team.local" => string, sensitive,
            /// For everybody.
            SHARED: "phoenix.team.shared" => string, sensitive,
        }
    }

    pub fn work() {
        phoenix_trace::record!(keys::LOCAL = "a", keys::SHARED = "b");
    }
}

struct Task {
    id: u64,
    model: Option<String>,
}

#[traced_operation(
    name = "schedule task",
    kind = producer,
    attributes(
        keys::TASK_ID = %task.id,
        "gen_ai.request.model" = task.model,
        "gen_ai.request.temperature" = 1,
        "gen_ai.request.top_p" = -0.5,
        "http.response.status_code" = 3_000_000_000,
        "http.request.method" = "GET",
        "http.request.header.accept" = ["a", "b"],
        "http.response.header.accept" = names,
        "rpc.response.status_code" = "OK",
        "rpc.status_code" = "OK",
        "url.full" = Cow::Borrowed("x"),
        "url.path" = &format!("{}/{}", task.id, 1),
        "url.query" = Arc::<str>::from("x"),
        "error.type" = ?task.model,
        "gen_ai.tool.call.arguments" = "{}",
        "gen_ai.tool.call.result" = 5,
        keys::QUEUE_DEPTH = names.len() as u8 + 1,
        keys::SHARES = [0.5, 0.25],
        keys::FLAGS = vec![true],
        more::RATIO = if task.id > 3 { 0.5 } else { 1.0 },
        NAMES = names,
        NUMBERS = &[1, 2][..],
    ),
)]
fn schedule(task: &Task, names: &[String]) -> u64 {
    record!(keys::QUEUE_DEPTH = names.len());
    team::work();
    assert_eq!(team::keys::SENSITIVE, ["phoenix.team.local", "phoenix.team.shared"]);
    // The registry lists `_OTHER` for it and nothing else.
    record!("error.type" = "timeout");
    record!(more::DONE = true, keys::USER_EMAIL = "a@b.c", "user.id" = Some("me"),);
    record!(keys::PLACEMENT = keys::Placement::OutOfRoom, keys::NOTE = ?task.id, STATE = &State::On);
    record!(keys::PLACEMENT = Some(keys::Placement::Queued), keys::NOTES = names);
    record!(phoenix_trace::keys::HTTP_REQUEST_METHOD = "GET", phoenix_trace::keys::URL_PATH = %task.id);
    record!(NAMES = Arc::<[String]>::from(names), NUMBERS = Some(Box::<[u8]>::from([1])));
    event!("placed");
    event!("placed", keys::TASK_ID = %task.id);
    if task.id == 0 {
        record! { "user.id" = None::<&str> }
    }
    task.id
}

fn main() {
    schedule(&Task { id: 1, model: None }, &[]);
    let _ = keys::Placement::Placed.as_str();
}
