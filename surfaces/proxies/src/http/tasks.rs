//! What runs beside each other in one session, and ends with it.

use std::sync::{Arc, Mutex, PoisonError};

use hyper::rt::Executor;
use tokio::task::JoinSet;

/// The tasks of a session.
#[derive(Clone, Default)]
pub(super) struct Tasks(Arc<Mutex<Running>>);

#[derive(Default)]
struct Running {
    set: JoinSet<()>,
    over: bool,
}

impl Tasks {
    /// Begins one; after the end it is dropped.
    pub(super) fn begin(&self, task: impl Future<Output = ()> + Send + 'static) {
        let mut running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while running.set.try_join_next().is_some() {}
        if !running.over {
            running.set.spawn(task);
        }
    }

    /// Ends all of them, and returns when none runs any more.
    pub(super) async fn end(&self) {
        let mut set = {
            let mut running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            running.over = true;
            std::mem::take(&mut running.set)
        };
        set.shutdown().await;
    }
}

impl<F> Executor<F> for Tasks
where
    F: Future + Send + 'static,
    F::Output: Send,
{
    fn execute(&self, task: F) {
        self.begin(async move {
            let _done = task.await;
        });
    }
}
