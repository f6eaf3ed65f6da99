//! The exporting thread. It has a reactor of its own, so it works the same under every runtime of the service and under
//! none. On it run a worker for each exporter, who decides segments whose grace period is over, and who cuts
//! those that stay open.

use std::io;
use std::sync::Arc;

use opentelemetry_sdk::Resource;
use tokio::task::JoinSet;

use super::Pipeline;
use super::Sending;
use super::beside;
use super::destination::Make;
use super::worker::Worker;
use crate::record::segment::lock;

/// Starts the thread with an exporter for each lane of the pipeline.
pub(super) fn start(
    pipeline: Arc<Pipeline>,
    resource: Resource,
    exporters: Vec<(Sending, Make)>,
    beside: Option<beside::Start>,
) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    std::thread::Builder::new()
        .name("phoenix-trace".to_owned())
        .spawn(move || {
            let ended = EndOnDrop(pipeline.clone());
            runtime.block_on(async {
                let mut workers = JoinSet::new();
                for (number, (sending, make)) in exporters.into_iter().enumerate() {
                    let (pipeline, resource) = (pipeline.clone(), resource.clone());
                    workers.spawn(async move {
                        Worker::start(pipeline, number, sending, &resource, make)
                            .run()
                            .await;
                    });
                }
                let beside = beside.zip(pipeline.beside.as_ref());
                let beside =
                    beside.map(|(start, it)| tokio::spawn(it.clone().run(start, &pipeline)));
                tokio::select! {
                    () = async { while workers.join_next().await.is_some() {} } => {}
                    () = pipeline.waiting.decide() => {}
                    () = pipeline.cutting.run(&pipeline) => {}
                }
                if let Some(beside) = beside {
                    // A panic has been printed; there is nothing to add.
                    let _ = beside.await;
                }
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
        for lane in self.0.lanes() {
            lane.queue.close();
            lane.abandon();
        }
        lock(&self.0.buffers).clear();
        lock(&self.0.running).take();
    }
}
