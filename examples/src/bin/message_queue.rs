//! `message-queue`: one context through a message queue, in the three ways that there are to follow a message.
//!
//! Headers of a message are a list of names and bytes, as Kafka has them. `inject` writes them inside the PRODUCER span;
//! whoever takes the message out reads them with `extract`, whenever that is, and then
//!
//! - goes on with the sender's trace: `parent = &sender`, for work that somebody waits for;
//! - starts a trace for each message: `root, link = &sender`, for work that is done some time;
//! - starts a trace for a batch: `root` and a `link` to each sender.
//!
//! The correlation id is the sender's in the first two. Names and attributes follow the conventions for messaging spans.

use std::collections::VecDeque;
use std::io::{self, Write as _};

use phoenix_trace::{
    CorrelationId, RemoteContext, current_correlation_id, extract, inject, phoenix_main,
    traced_operation, with_correlation_id,
};

/// A message as a client of Kafka gives it.
struct Message {
    headers: Vec<(String, Vec<u8>)>,
    order: String,
}

/// What stands for the broker.
type Topic = VecDeque<Message>;

/// Takes an order in, and leaves the work to others.
#[traced_operation(name = "place order")]
fn place(topic: &mut Topic, order: &str) {
    send(topic, order);
}

#[traced_operation(
    name = "send orders",
    kind = producer,
    attributes(
        "messaging.system" = "kafka",
        "messaging.operation.name" = "send",
        "messaging.operation.type" = "send",
        "messaging.destination.name" = "orders",
    ),
)]
fn send(topic: &mut Topic, order: &str) {
    let mut headers = Vec::new();
    inject(&mut headers);
    let order = order.to_owned();
    topic.push_back(Message { headers, order });
}

/// In the trace of the sender.
#[traced_operation(
    name = "process orders",
    kind = consumer,
    parent = extract(&message.headers),
    attributes(
        "messaging.system" = "kafka",
        "messaging.operation.name" = "process",
        "messaging.operation.type" = "process",
        "messaging.destination.name" = "orders",
    ),
)]
fn bill(message: &Message) -> String {
    describe("billed", &message.order)
}

/// In a trace of its own: within [`RemoteContext::run`], so that the correlation id is the sender's.
#[traced_operation(
    name = "process orders",
    kind = consumer,
    root,
    link = sender,
    attributes(
        "messaging.system" = "kafka",
        "messaging.operation.name" = "process",
        "messaging.operation.type" = "process",
        "messaging.destination.name" = "orders",
    ),
)]
fn pack(sender: &RemoteContext, message: &Message) -> String {
    describe("packed", &message.order)
}

/// In one trace for all of them.
#[traced_operation(
    name = "process orders",
    kind = consumer,
    root,
    link = messages.iter().map(|message| extract(&message.headers)),
    attributes(
        "messaging.system" = "kafka",
        "messaging.operation.name" = "process",
        "messaging.operation.type" = "process",
        "messaging.destination.name" = "orders",
        "messaging.batch.message_count" = messages.len(),
    ),
)]
fn count(messages: &[Message]) -> usize {
    messages.len()
}

#[traced_operation]
fn describe(what: &str, order: &str) -> String {
    let id = current_correlation_id().map_or_else(String::new, |id| id.to_string());
    format!("{what} {order} for {id}")
}

/// Two orders, sent by two requests, and what becomes of them.
fn orders() -> Result<String, phoenix_trace::propagation::InvalidCorrelationId> {
    let mut topic = Topic::new();
    for (id, order) in [("customer-1", "a book"), ("customer-2", "a lamp")] {
        let id: CorrelationId = id.parse()?;
        with_correlation_id(Some(id), || place(&mut topic, order));
    }
    let messages = topic.make_contiguous();
    let mut told = Vec::new();
    for message in &*messages {
        told.push(bill(message));
        let sender = extract(&message.headers);
        told.push(sender.run(|| pack(&sender, message)));
    }
    told.push(format!("{} in all", count(messages)));
    Ok(told.join("\n"))
}

#[phoenix_main(service = "message-queue")]
async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    writeln!(io::stdout(), "{}", orders()?)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use phoenix_trace::phoenix_test;
    use phoenix_trace::testing::Capture;

    use super::*;

    #[phoenix_test]
    fn each_message_is_followed_in_three_ways(capture: &Capture) {
        assert_eq!(
            orders().expect("valid ids"),
            "\
billed a book for customer-1
packed a book for customer-1
billed a lamp for customer-2
packed a lamp for customer-2
2 in all"
        );
        assert_eq!(
            capture.tree(),
            "\
trace · test · 4 spans · kept: head
place order
└╴send orders · producer
  └╴process orders · consumer
    └╴describe

trace · test · 4 spans · kept: head
place order
└╴send orders · producer
  └╴process orders · consumer
    └╴describe

trace · test · 2 spans · kept: head
process orders · consumer
└╴describe

trace · test · 2 spans · kept: head
process orders · consumer
└╴describe

trace · test · 1 span · kept: head
process orders · consumer
"
        );
        // Links stand beside the tree: those that did not go on with a trace name the spans that sent.
        let mut spans = capture.exported();
        spans.sort_by_key(|span| span.start_time);
        let sent: Vec<_> = spans
            .iter()
            .filter(|span| span.name == "send orders")
            .map(|span| span.span_context.span_id())
            .collect();
        let mut linked: Vec<Vec<_>> = spans
            .iter()
            .map(|span| {
                let links = span.links.iter();
                links.map(|link| link.span_context.span_id()).collect()
            })
            .filter(|links: &Vec<_>| !links.is_empty())
            .collect();
        linked.sort_by_key(Vec::len);
        assert_eq!(linked, [vec![sent[0]], vec![sent[1]], sent]);
    }
}
