//! The spans that annotated code records, as whole trees.

mod asked;
mod capture;
mod failures;
mod functions;
mod hostile;
mod impls;
mod keys;
mod operations;
mod panics;
mod place;
mod ret;
mod services;
mod size;
mod skip_if;

use std::future::Future;

use phoenix_trace::testing::Capture;

/// The trees that `future` leaves.
async fn tree_of<F: Future>(future: F) -> String {
    let capture = Capture::new();
    capture.future(future).await;
    capture.tree()
}

/// The attributes of the span `name` that the annotation gave it, in the order of their keys.
pub(crate) fn attributes(capture: &Capture, name: &str) -> String {
    const OWN: [&str; 3] = ["code.", "phoenix.sampling.", "phoenix.correlation."];
    let spans = capture.exported();
    let span = spans.iter().find(|span| span.name == name);
    let attributes = span
        .map(|span| span.attributes.iter())
        .into_iter()
        .flatten();
    let mut written: Vec<String> = attributes
        .filter(|attribute| {
            !OWN.iter()
                .any(|own| attribute.key.as_str().starts_with(own))
        })
        .map(|attribute| format!("{}={}", attribute.key, attribute.value))
        .collect();
    written.sort();
    written.join(" ")
}
