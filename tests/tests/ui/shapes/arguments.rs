//! An annotated `async fn` holds its arguments, and drops them, as the same function without annotation.

#![deny(warnings, unused, refining_impl_trait, unsafe_op_in_unsafe_fn)]

use std::cell::RefCell;
use std::future::Future;
use std::rc::Rc;

use phoenix_trace::traced_operation;

struct Told(&'static str, Log);
type Log = Rc<RefCell<Vec<&'static str>>>;

impl Drop for Told {
    fn drop(&mut self) {
        self.1.borrow_mut().push(self.0);
    }
}

macro_rules! both {
    ($(async fn $plain:ident, $traced:ident($($arguments:tt)*) $body:block)*) => {$(
        async fn $plain($($arguments)*) $body
        #[traced_operation]
        async fn $traced($($arguments)*) $body
    )*};
}

both! {
    async fn used_plain, used(a: Told, mut b: Told, c: (Told, Told), d: Told) {
        tokio::task::yield_now().await;
        b.0 = "b, changed";
        drop(a);
        tokio::task::yield_now().await;
        assert_eq!((c.1.0, d.0), ("c1", "d"));
    }
    async fn unused_plain, unused(_: Told, _b: Told, (c, _): (Told, Told), ref d: Told) {
        tokio::task::yield_now().await;
        assert_eq!((c.0, d.0), ("c0", "d"));
    }
}

impl Told {
    async fn taken_plain(self, _more: Told) {
        tokio::task::yield_now().await;
    }

    #[traced_operation]
    async fn taken(self, _more: Told) {
        tokio::task::yield_now().await;
    }
}

/// What is dropped in which order, by futures that are polled so many times; then comes `end`.
fn dropped<F: Future>(polls: usize, start: impl FnOnce(&dyn Fn(&'static str) -> Told) -> F) -> Vec<&'static str> {
    let log = Log::default();
    let mut future = Box::pin(start(&|name| Told(name, Rc::clone(&log))));
    let mut task = std::task::Context::from_waker(std::task::Waker::noop());
    for _ in 0..polls {
        if future.as_mut().poll(&mut task).is_ready() {
            break;
        }
        log.borrow_mut().push("suspended");
    }
    log.borrow_mut().push("end");
    drop(future);
    log.take()
}

trait Look {
    async fn look(&self, at: &str) -> usize;
    fn send(&self, at: &str) -> impl Future<Output = usize> + Send;
}

impl Look for String {
    #[traced_operation(attributes("user.id" = self))]
    async fn look(&self, at: &str) -> usize {
        tokio::task::yield_now().await;
        self.len() + at.len()
    }

    #[traced_operation]
    async fn send(&self, at: &str) -> usize {
        self.len() + at.len()
    }
}

#[traced_operation]
async fn lifetimes<'a, T: ?Sized>(a: &'a str, b: &str, _: &T, more: impl Fn(&str) -> usize) -> (&'a str, impl Sized) {
    tokio::task::yield_now().await;
    (a, more(b))
}

#[traced_operation]
async fn changed(ref mut a: Vec<u8>, (ref mut b, c): (Vec<u8>, u8)) -> usize {
    a.push(c);
    b.push(1);
    a.len() + b.len()
}

#[traced_operation]
async fn lints_of_arguments(
    #[allow(unused_variables)] a: u8,
    #[allow(unused_mut)] mut b: u8,
    #[expect(unused_variables)] c: u8,
    #[expect(unused_variables)] (d, _): (u8, u8),
) -> u8 {
    b
}

/// Names in the body are no business of what is around it.
#[traced_operation]
#[expect(non_snake_case, unused_variables, reason = "it is the name of a constant")]
async fn items(K: u8, (lo, _): (u8, u8)) -> Result<u8, Error> {
    use std::io::{Error, Result};
    const K: u8 = 3;
    #[expect(non_upper_case_globals, reason = "it is the name of an argument")]
    const lo: u8 = 4;
    let read: Result<u8> = Err(Error::other("no more"));
    Ok(read.unwrap_or(K + lo))
}

#[derive(Debug)]
struct Error;

#[traced_operation(err(if = |error: &u8| *error > limit), ret("server.port" = |port: &u8| *port + limit))]
async fn compared(limit: u8, given: u8) -> Result<u8, u8> {
    if given > limit { Err(given) } else { Ok(given) }
}

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        for polls in 0..4 {
            let [plain, traced] = [
                dropped(polls, |t| used_plain(t("a"), t("b"), (t("c0"), t("c1")), t("d"))),
                dropped(polls, |t| used(t("a"), t("b"), (t("c0"), t("c1")), t("d"))),
            ];
            assert_eq!(plain, traced, "{polls} polls");
            let [plain, traced] = [
                dropped(polls, |t| unused_plain(t("a"), t("b"), (t("c0"), t("c1")), t("d"))),
                dropped(polls, |t| unused(t("a"), t("b"), (t("c0"), t("c1")), t("d"))),
            ];
            assert_eq!(plain, traced, "{polls} polls");
            let [plain, traced] = [
                dropped(polls, |t| t("self").taken_plain(t("more"))),
                dropped(polls, |t| t("self").taken(t("more"))),
            ];
            assert_eq!(plain, traced, "{polls} polls");
        }
        assert_eq!(changed(vec![], (vec![], 1)).await, 2);
        assert_eq!(lints_of_arguments(1, 2, 3, (4, 5)).await, 2);
        assert_eq!(items(1, (2, 3)).await.unwrap(), 7);
        assert_eq!((compared(1, 2).await, compared(2, 1).await), (Err(2), Ok(1)));
        assert_eq!(String::from("ab").look("c").await, 3);
        assert_eq!(String::from("ab").send("c").await, 3);
        assert_eq!(lifetimes("a", "b", "c", str::len).await.0, "a");
    });
}
