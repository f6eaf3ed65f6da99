//! The exporting thread. It has a reactor of its own, so it works the same under every runtime of the service and under
//! none. On it run the workers of our own exporters, who decides segments whose grace period is over, who cuts
//! those that stay open, and who follows the sources of sampling rules. What these threads log goes nowhere, since it would be
//! exported in turn. An exporter of the SDK may block: its worker has a thread of its own, and holds up nobody.

use std::io;
use std::sync::Arc;

use opentelemetry::Context;
use opentelemetry_sdk::Resource;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use super::Pipeline;
use super::Sending;
use super::beside;
use super::destination::Make;
use super::worker::Worker;
use crate::logs;
use crate::record::segment::lock;

const NAME: &str = "phoenix-trace";

/// What the worker of an exporter is started with.
pub(super) struct Export {
    pub(super) sending: Sending,
    pub(super) make: Make,
    pub(super) may_block: bool,
}

/// Starts the threads with an exporter for each lane of the pipeline.
pub(super) fn start(
    pipeline: Arc<Pipeline>,
    resource: Resource,
    exporters: Vec<Export>,
    beside: Vec<beside::Start>,
) -> io::Result<()> {
    let runtime = runtime()?;
    let ended = EndOnDrop(pipeline.clone());
    let (apart, here): (Vec<_>, Vec<_>) = exporters
        .into_iter()
        .enumerate()
        .partition(|(_, export)| export.may_block);
    let work = |(number, export): (usize, Export)| {
        let (pipeline, resource) = (pipeline.clone(), resource.clone());
        async move {
            let Export { sending, make, .. } = export;
            Worker::start(pipeline, number, sending, &resource, make)
                .run()
                .await;
        }
    };
    let apart: Vec<_> = apart
        .into_iter()
        .map(|export| Ok((export.0, work_apart(export.0, work(export))?)))
        .collect::<io::Result<_>>()?;
    let here: Vec<_> = here.into_iter().map(work).collect();
    std::thread::Builder::new()
        .name(NAME.to_owned())
        .spawn(move || {
            logs::suppress_here();
            let _untraced = Context::enter_telemetry_suppressed_scope();
            runtime.block_on(async {
                let mut workers: JoinSet<()> = here.into_iter().collect();
                for (number, worker) in apart {
                    let pipeline = pipeline.clone();
                    workers.spawn(async move {
                        // One that is blocked is not waited for once others have accounted for it.
                        tokio::select! {
                            _ = worker => {}
                            () = pipeline.lane(number).abandoned.notified() => {}
                        }
                    });
                }
                let all = pipeline.beside.iter().chain(&pipeline.after);
                let beside = beside.into_iter().zip(all);
                let beside: Vec<_> = beside
                    .map(|(start, it)| tokio::spawn(it.clone().run(start, &pipeline)))
                    .collect();
                tokio::select! {
                    () = async { while workers.join_next().await.is_some() {} } => {}
                    () = pipeline.waiting.decide() => {}
                    () = pipeline.cutting.run(&pipeline) => {}
                    () = pipeline.sampling.follow() => {}
                }
                for beside in beside {
                    // A panic has been printed; there is nothing to add.
                    let _ = beside.await;
                }
            });
            runtime.shutdown_background();
            drop(ended);
        })?;
    Ok(())
}

fn runtime() -> io::Result<Runtime> {
    Builder::new_current_thread()
        .enable_all()
        .on_thread_start(logs::suppress_here)
        .build()
}

/// Runs the worker of an exporter on a thread of its own. Its end is told, whatever it is.
fn work_apart(
    number: usize,
    work: impl Future<Output = ()> + Send + 'static,
) -> io::Result<oneshot::Receiver<()>> {
    let runtime = runtime()?;
    let (ended, end) = oneshot::channel::<()>();
    std::thread::Builder::new()
        .name(format!("{NAME}/{number}"))
        .spawn(move || {
            let _ended = ended;
            logs::suppress_here();
            let _untraced = Context::enter_telemetry_suppressed_scope();
            runtime.block_on(work);
            runtime.shutdown_background();
        })?;
    Ok(end)
}

/// Whatever ends the thread, nobody waits for it in vain.
struct EndOnDrop(Arc<Pipeline>);

impl Drop for EndOnDrop {
    fn drop(&mut self) {
        for lane in self.0.lanes() {
            lane.queue.close();
            lane.abandon();
        }
        lock(&self.0.buffers).clear();
        lock(&self.0.running).take();
    }
}
