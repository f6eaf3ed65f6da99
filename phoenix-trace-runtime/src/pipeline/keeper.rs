//! The exporting thread: it sleeps until there is something to do, builds batches, sends them, tries again what failed,
//! and decides segments whose grace period is over. It has a reactor of its own, so it works the same under every
//! runtime of the service and under none.

use std::future::Future as _;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::task::Poll;
use std::time::{Duration, Instant};

use opentelemetry_sdk::Resource;
use tokio::sync::Notify;

use super::account::{Count, DropReason};
use super::destination::{Answer, Destination, Make, Piece};
use super::{Pipeline, Sending};
use crate::diag::{self, OncePerMinute};
use crate::record::registry;
use crate::record::segment::lock;
use crate::record::strand::Strand;

/// What others ask of the thread.
#[derive(Debug, Default)]
pub(super) struct Keeper {
    state: Mutex<State>,
    changed: Condvar,
    /// Ends an export that takes longer than a shutdown may.
    abort: Notify,
}

#[derive(Debug, Default)]
struct State {
    asked: u64,
    answered: u64,
    stop: bool,
    ended: bool,
    /// Was everything sent that the last answer is about?
    sent: bool,
}

impl Keeper {
    pub(super) fn flush(&self, wake: &Notify, deadline: Duration) -> bool {
        self.ask(wake, deadline, false)
    }

    pub(super) fn shutdown(&self, wake: &Notify, deadline: Duration) -> bool {
        let in_time = self.ask(wake, deadline, true);
        if !in_time {
            self.abort.notify_one();
            // The thread only has to account for what it holds.
            let state = lock(&self.state);
            let wait = self
                .changed
                .wait_timeout_while(state, Duration::from_millis(200), |s| !s.ended);
            drop(wait.unwrap_or_else(PoisonError::into_inner));
        }
        in_time
    }

    /// Has the thread accounted for all that it held?
    pub(super) fn has_ended(&self) -> bool {
        lock(&self.state).ended
    }

    fn ask(&self, wake: &Notify, deadline: Duration, stop: bool) -> bool {
        let mut state = lock(&self.state);
        state.asked += 1;
        state.stop |= stop;
        let mine = state.asked;
        drop(state);
        wake.notify_one();
        let unanswered = |s: &mut State| !s.ended && (stop || s.answered < mine);
        let (state, waited) = self
            .changed
            .wait_timeout_while(lock(&self.state), deadline, unanswered)
            .unwrap_or_else(PoisonError::into_inner);
        !waited.timed_out() && (stop || state.sent)
    }

    fn orders(&self) -> (u64, bool, bool) {
        let state = lock(&self.state);
        (state.asked, state.asked > state.answered, state.stop)
    }

    fn answer(&self, asked: u64, sent: bool) {
        let mut state = lock(&self.state);
        (state.answered, state.sent) = (asked, sent);
        drop(state);
        self.changed.notify_all();
    }

    fn end(&self) {
        lock(&self.state).ended = true;
        self.changed.notify_all();
    }
}

pub(super) fn start(
    pipeline: Arc<Pipeline>,
    sending: Sending,
    resource: Resource,
    make: Make,
) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    std::thread::Builder::new()
        .name("phoenix-trace".to_owned())
        .spawn(move || {
            let ended = EndOnDrop(pipeline.clone());
            runtime.block_on(async {
                let exporter = match make() {
                    Ok(mut exporter) => {
                        exporter.set_resource(&resource);
                        Some(Arc::from(exporter))
                    }
                    Err(why) => {
                        diag::line(format_args!("no traces are exported: {why}"));
                        None
                    }
                };
                Worker::new(&pipeline, sending, exporter).run().await;
            });
            runtime.shutdown_background();
            drop(ended);
        })?;
    Ok(())
}

/// Whatever ends the thread, nobody waits for it in vain.
struct EndOnDrop(Arc<Pipeline>);

impl Drop for EndOnDrop {
    fn drop(&mut self) {
        self.0.queue.close();
        lock(&self.0.buffers).clear();
        lock(&self.0.running).take();
        self.0.keeper.end();
    }
}

struct Worker<'a> {
    pipeline: &'a Pipeline,
    sending: Sending,
    exporter: Option<Arc<dyn Destination>>,
    /// A batch that failed and is tried again, with the time of its first attempt.
    held: Option<(Vec<Box<Strand>>, Instant)>,
    retry_at: Option<Instant>,
    backoff: Duration,
    /// When what is queued is sent, batch or not.
    due: Option<Instant>,
    failing: bool,
    failures: OncePerMinute,
}

enum Sent {
    Yes,
    Later,
}

impl<'a> Worker<'a> {
    fn new(
        pipeline: &'a Pipeline,
        sending: Sending,
        exporter: Option<Arc<dyn Destination>>,
    ) -> Self {
        Self {
            pipeline,
            sending,
            exporter,
            held: None,
            retry_at: None,
            backoff: FIRST_BACKOFF,
            due: None,
            failing: false,
            failures: OncePerMinute::default(),
        }
    }

    async fn run(mut self) {
        loop {
            self.wait().await;
            let (asked, flush, stop) = self.pipeline.keeper.orders();
            if stop {
                self.decide_open();
                self.decide_waiting(true);
                self.pipeline.queue.close();
            } else {
                self.decide_waiting(false);
            }
            self.send(flush || stop, stop).await;
            if flush {
                self.pipeline.keeper.answer(asked, self.held.is_none());
            }
            if stop {
                if let Some(exporter) = &self.exporter {
                    exporter.shutdown();
                }
                return;
            }
            self.due = match (self.pipeline.queue.spans(), self.due) {
                (0, _) => None,
                (_, Some(due)) if due > Instant::now() => Some(due),
                _ => Some(Instant::now() + self.sending.delay),
            };
        }
    }

    /// Sleeps until somebody wakes it or something is due; with nothing to do, until it is woken.
    async fn wait(&self) {
        let waiting = lock(&self.pipeline.waiting)
            .iter()
            .map(|(until, _)| *until)
            .min();
        let due = if self.held.is_some() { None } else { self.due };
        let woken = self.pipeline.queue.wake.notified();
        match [due, self.retry_at, waiting].into_iter().flatten().min() {
            Some(next) => {
                let _ = tokio::time::timeout_at(next.into(), woken).await;
            }
            None => woken.await,
        }
    }

    /// Decides segments whose grace period is over; at the end all of them.
    fn decide_waiting(&self, all: bool) {
        let now = Instant::now();
        let over: Vec<_> = lock(&self.pipeline.waiting)
            .extract_if(.., |(until, _)| all || *until <= now)
            .collect();
        for segment in over.iter().filter_map(|(_, segment)| segment.upgrade()) {
            segment.decide_now();
        }
    }

    /// At the end: what suspended strands have recorded joins, and then every segment is decided on all of it.
    fn decide_open(&self) {
        let parts = registry::parts_of(self.pipeline);
        for part in &parts {
            part.close();
        }
        for segment in parts.iter().filter_map(|part| part.segment()) {
            segment.decide_now();
        }
    }

    async fn send(&mut self, everything: bool, last: bool) {
        let now = Instant::now();
        let due = everything || self.due.is_some_and(|due| due <= now);
        if self.held.is_some() && !everything && self.retry_at.is_some_and(|at| at > now) {
            return;
        }
        if let Some((strands, since)) = self.held.take()
            && matches!(self.attempt(strands, since, last).await, Sent::Later)
        {
            return;
        }
        while self.pipeline.queue.has_batch() || due && self.pipeline.queue.spans() > 0 {
            let strands = self.pipeline.queue.take_batch();
            if strands.is_empty() {
                break;
            }
            if matches!(
                self.attempt(strands, Instant::now(), last).await,
                Sent::Later
            ) {
                return;
            }
        }
        if due {
            self.due = None;
        }
    }

    /// Sends a batch once. What failed is held for another attempt, unless this is the last or it had its time.
    async fn attempt(&mut self, strands: Vec<Box<Strand>>, since: Instant, last: bool) -> Sent {
        let batch: Vec<Piece<'_>> = strands.iter().map(|strand| whole(strand)).collect();
        let spans = strands.iter().map(|strand| strand.records.len()).sum();
        let result = match &self.exporter {
            Some(exporter) if spans > 0 => self.export(&**exporter, &batch).await,
            Some(_) => Ok(0),
            None => Err(Failed::new("there is no exporter".to_owned())),
        };
        if self.pipeline.abandoned.load(Ordering::SeqCst) {
            // An exporter that blocked its thread has come back after all: its spans are accounted for.
            return Sent::Later;
        }
        match result {
            Ok(rejected) => {
                self.pipeline
                    .account
                    .add(Count::Acknowledged, spans - rejected.min(spans));
                self.pipeline
                    .account
                    .add(Count::Failed, rejected.min(spans));
                self.backoff = FIRST_BACKOFF;
                self.retry_at = None;
                if std::mem::take(&mut self.failing) {
                    diag::line(format_args!("the collector takes traces again"));
                }
            }
            Err(failed) if failed.aborted => {
                self.pipeline.account.add(Count::InDoubt, spans);
                self.pipeline
                    .give_up_queue(Count::Dropped(DropReason::AlreadyShutdown));
            }
            Err(failed) => {
                let over = last || !failed.again || since.elapsed() >= self.sending.retry_for;
                if self.exporter.is_some() {
                    self.report(&failed, over);
                }
                if !over {
                    let jitter = 0.8 + 0.4 * rand::random::<f64>();
                    let pause = self.backoff.mul_f64(jitter);
                    let pause = failed.after.map_or(pause, |after| after.max(pause));
                    self.retry_at = Some(Instant::now() + pause);
                    self.backoff = (self.backoff * 2).min(MAX_BACKOFF);
                    self.held = Some((strands, since));
                    return Sent::Later;
                }
                self.pipeline.account.add(failed.count(), spans);
                if last {
                    self.pipeline.give_up_queue(Count::Failed);
                }
            }
        }
        self.pipeline.queue.done(&strands);
        self.recycle(strands);
        Sent::Yes
    }

    /// Gives a batch to the destination, one that panics included; tells how many of its spans were refused.
    async fn export(
        &self,
        exporter: &dyn Destination,
        batch: &[Piece<'_>],
    ) -> Result<usize, Failed> {
        let mut sending = std::pin::pin!(async { exporter.send(batch).await });
        let sending = std::future::poll_fn(|context| {
            let polled = AssertUnwindSafe(|| sending.as_mut().poll(context));
            match catch_unwind(polled) {
                Ok(polled) => polled.map(Some),
                Err(_) => Poll::Ready(None),
            }
        });
        tokio::select! {
            biased;
            answer = sending => match answer {
                Some(answer) => self.taken(answer),
                None => Err(Failed::again("the exporter panicked".to_owned())),
            },
            () = tokio::time::sleep(self.sending.timeout) => Err(Failed {
                in_doubt: true,
                ..Failed::again(format!("no answer within {:?}", self.sending.timeout))
            }),
            () = self.pipeline.keeper.abort.notified() => Err(Failed {
                in_doubt: true,
                aborted: true,
                ..Failed::new("given up at shutdown".to_owned())
            }),
        }
    }

    /// How many spans of a batch were refused by the receiver that took it.
    fn taken(&self, answer: Answer) -> Result<usize, Failed> {
        match answer {
            Answer::Taken { rejected, message } => {
                if rejected > 0 || !message.is_empty() {
                    self.failures.line(format_args!(
                        "the collector refused {rejected} spans of a batch: {message}"
                    ));
                }
                Ok(rejected)
            }
            Answer::Later { why, after } => Err(Failed {
                after,
                ..Failed::again(why)
            }),
            Answer::Unknown { why, again } => Err(Failed {
                again,
                in_doubt: true,
                ..Failed::new(why)
            }),
            Answer::Refused { why } | Answer::TooLarge { why } | Answer::Hopeless { why } => {
                Err(Failed::new(why))
            }
        }
    }

    fn report(&mut self, failed: &Failed, over: bool) {
        self.failing = true;
        let next = if over {
            "these spans are lost"
        } else {
            "it is tried again"
        };
        self.failures.line(format_args!(
            "traces cannot be exported ({failed}); {next}; requests are not affected. \
             Is the collector running, and is OTEL_EXPORTER_OTLP_ENDPOINT right?"
        ));
    }

    fn recycle(&self, strands: Vec<Box<Strand>>) {
        let cleared = strands.into_iter().map(|mut strand| {
            strand.clear();
            strand
        });
        self.pipeline.give_buffers(cleared);
    }
}

fn whole(strand: &Strand) -> Piece<'_> {
    Piece {
        strand,
        first: 0,
        end: u32::try_from(strand.records.len()).unwrap_or(u32::MAX),
    }
}

const FIRST_BACKOFF: Duration = Duration::from_secs(1);
const MAX_BACKOFF: Duration = Duration::from_secs(30);

/// Why a batch was not taken.
#[derive(Debug)]
struct Failed {
    why: String,
    again: bool,
    after: Option<Duration>,
    in_doubt: bool,
    aborted: bool,
}

impl Failed {
    fn new(why: String) -> Self {
        Self {
            why,
            again: false,
            after: None,
            in_doubt: false,
            aborted: false,
        }
    }

    fn again(why: String) -> Self {
        Self {
            again: true,
            ..Self::new(why)
        }
    }

    fn count(&self) -> Count {
        if self.in_doubt {
            Count::InDoubt
        } else {
            Count::Failed
        }
    }
}

impl std::fmt::Display for Failed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.why)
    }
}
