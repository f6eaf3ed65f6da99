//! Which span of ours a span in a context is. The API has no way to ask for that: it hides a span behind `dyn`, and its ids do
//! not tell where its record is. So the question goes through `is_recording`, which has no effect on spans of others; ours
//! answer beside it, on the same thread.

use std::cell::RefCell;

use opentelemetry::trace::SpanRef;

use crate::record::free::Reach;

enum Question {
    None,
    Asked,
    Answered(Reach),
}

thread_local! {
    static QUESTION: RefCell<Question> = const { RefCell::new(Question::None) };
}

/// Where the record of `span` is, if it is one of ours.
pub(super) fn ask(span: &SpanRef<'_>) -> Option<Reach> {
    replace(Question::Asked)?;
    span.is_recording();
    match replace(Question::None)? {
        Question::Answered(reach) => Some(reach),
        Question::None | Question::Asked => None,
    }
}

fn replace(question: Question) -> Option<Question> {
    // `None`: the thread is ending.
    QUESTION.try_with(|cell| cell.replace(question)).ok()
}

/// Tells who asks.
#[inline]
pub(super) fn answer(reach: Option<&Reach>) {
    // Where the thread is ending, nobody asks.
    let _ = QUESTION.try_with(|cell| {
        let mut question = cell.borrow_mut();
        if let (Question::Asked, Some(reach)) = (&*question, reach) {
            *question = Question::Answered(reach.clone());
        }
    });
}
