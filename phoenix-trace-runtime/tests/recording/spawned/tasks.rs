//! What the program spawns, and what becomes of it.

use std::future::pending;
use std::panic::resume_unwind;
use std::pin::Pin;
use std::sync::Arc;

use phoenix_trace_runtime::{current_span, spawn, spawn_blocking, spawn_thread};
use tokio::runtime::Handle;
use tokio::task::{JoinHandle, yield_now};

use super::LATE;
use super::program::{Dice, Here, Program};
use crate::support::{fallible, traced};

type Work = Pin<Box<dyn Future<Output = ()> + Send>>;

impl Program {
    /// Spawns something, and waits for it later or never.
    pub(super) fn spawn(self: &Arc<Self>, here: &Here, dice: &mut Dice, depth: u32) {
        let (program, inner, own) = (self.clone(), here.clone(), dice.another());
        let task = match dice.roll(8) {
            0 => spawn_blocking(move || program.run_now(&inner, own, depth - 1)),
            1 => {
                let runtime = Handle::current();
                let thread = spawn_thread(move || {
                    let _inside = runtime.enter();
                    program.run_now(&inner, own, depth - 1);
                });
                tokio::task::spawn_blocking(move || thread.join().expect("it ends"))
            }
            2 => self.spawn_aborted(inner, own),
            3 if self.kind.fails => self.spawn_panicking(inner, own),
            4 if self.kind.fails => spawn(program.fail(inner, own)),
            5 => tokio::spawn(current_span().carry(program.work(inner.alone(), own, depth - 1))),
            _ => spawn(program.work(inner, own, depth - 1)),
        };
        self.add_task(task);
    }

    fn spawn_aborted(self: &Arc<Self>, here: Here, mut dice: Dice) -> JoinHandle<()> {
        let program = self.clone();
        let task = spawn(async move {
            let (name, text) = program.next();
            let never = async {
                program.started(name, &here, &mut dice);
                program.edit(name, |it| it.cancelled = true);
                pending::<()>().await;
            };
            traced(text, never).await;
        });
        tokio::spawn(async move {
            yield_now().await;
            task.abort();
            assert!(task.await.is_err());
        })
    }

    fn spawn_panicking(self: &Arc<Self>, here: Here, mut dice: Dice) -> JoinHandle<()> {
        let program = self.clone();
        let task = spawn(async move {
            let (name, text) = program.next();
            let panics = async {
                program.started(name, &here, &mut dice);
                program.will_fail(name);
                if dice.one_in(2) {
                    yield_now().await;
                }
                resume_unwind(Box::new(()));
            };
            traced(text, panics).await;
        });
        tokio::spawn(async move { assert!(task.await.is_err()) })
    }

    async fn fail(self: Arc<Self>, here: Here, mut dice: Dice) {
        let (name, text) = self.next();
        let fails = async {
            self.started(name, &here, &mut dice);
            self.will_fail(name);
            "x".parse::<u8>()
        };
        assert!(fallible(text, fails).await.is_err());
    }

    fn will_fail(&self, name: usize) {
        self.edit(name, |span| {
            span.failed = true;
            span.events += 1;
        });
    }

    /// A part of the program that waits now and then.
    pub(super) fn work(self: Arc<Self>, here: Here, mut dice: Dice, depth: u32) -> Work {
        Box::pin(async move {
            for _ in 0..1 + dice.roll(3) {
                match dice.roll(6) {
                    0 => yield_now().await,
                    1 | 2 => self.clone().wait(&here, dice.another(), depth).await,
                    // Those that spawn it wait for nothing.
                    3 if depth > 3 => {
                        if let Some(task) = self.take_task() {
                            task.await.expect("it ends");
                        }
                    }
                    _ => self.run_now(&here, dice.another(), depth),
                }
                self.looks(&here);
            }
        })
    }

    async fn wait(self: Arc<Self>, here: &Here, mut dice: Dice, depth: u32) {
        let (name, text) = self.next();
        let body = async {
            let inner = self.started(name, here, &mut dice);
            if depth > 0 {
                let (program, inner) = (self.clone(), inner.clone());
                program.work(inner, dice.another(), depth - 1).await;
            }
            if dice.one_in(3) {
                let span = current_span();
                let tells = tokio::spawn(async move { span.record(&LATE, true) });
                tells.await.expect("it ends");
                self.edit(name, |span| span.late = true);
            }
            self.looks(&inner);
        };
        traced(text, body).await;
    }
}
