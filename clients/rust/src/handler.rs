//! Handlers: async functions and closures, types that implement the trait, and functions that block.
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

use tokio::runtime::Handle;
use tokio::task::AbortHandle;

use crate::ending::Ending;
use crate::failure::Failure;
use crate::job::Job;
use crate::session::state::{Core, Held};
use crate::traces::HandlerSpan;

/// What a handler returns.
pub type HandlerResult<T = Ending> = Result<T, Failure>;

/// Does tasks of one type. Every `async fn(Job) -> HandlerResult<T>` is one whose `T` becomes an [`Ending`], and so is
/// every closure that returns such a future. Implement it for a type that has more than a function.
pub trait Handler: Send + Sync + 'static {
    /// Does one task.
    fn handle(&self, job: Job) -> impl Future<Output = HandlerResult> + Send;
}

impl<F, Fut, T> Handler for F
where
    F: Fn(Job) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = HandlerResult<T>> + Send,
    T: Into<Ending>,
{
    async fn handle(&self, job: Job) -> HandlerResult {
        self(job).await.map(Into::into)
    }
}

type BoxedResult = Pin<Box<dyn Future<Output = HandlerResult> + Send>>;

/// A handler of any type.
#[derive(Clone)]
pub(crate) enum Handling {
    Async(Arc<dyn Fn(Job) -> BoxedResult + Send + Sync>),
    Blocking(Arc<dyn Fn(Job) -> HandlerResult + Send + Sync>),
}

impl Handling {
    pub(crate) fn of_async(handler: impl Handler) -> Self {
        let handler = Arc::new(handler);
        Self::Async(Arc::new(move |job| {
            let handler = Arc::clone(&handler);
            Box::pin(async move { handler.handle(job).await })
        }))
    }

    pub(crate) fn of_blocking<T: Into<Ending>>(
        handler: impl Fn(Job) -> HandlerResult<T> + Send + Sync + 'static,
    ) -> Self {
        Self::Blocking(Arc::new(move |job| handler(job).map(Into::into)))
    }
}

/// Starts the handler of an offer in the program's runtime, or in a thread of it.
pub(crate) fn launch(core: &Arc<Core>, handling: Option<&Handling>, runtime: &Handle, held: Arc<Held>) -> AbortHandle {
    let run = Run { core: Arc::clone(core), held, is_finished: false };
    match handling.cloned() {
        Some(Handling::Async(handler)) => {
            let task = async move {
                if let Some((run, job)) = run.begin() {
                    let span = HandlerSpan::begin(job.task());
                    let result = span.around(caught(|| handler(job))).await;
                    span.end(&result);
                    run.finish(result);
                }
            };
            runtime.spawn(task).abort_handle()
        }
        Some(Handling::Blocking(handler)) => {
            let work = move || {
                if let Some((run, job)) = run.begin() {
                    let span = HandlerSpan::begin(job.task());
                    let active = span.enter();
                    let result = catch_unwind(AssertUnwindSafe(|| handler(job)));
                    drop(active);
                    let result = result.unwrap_or_else(|panic| Err(Failure::of_panic(&*panic)));
                    span.end(&result);
                    run.finish(result);
                }
            };
            runtime.spawn_blocking(work).abort_handle()
        }
        // The hello has named the types that there are handlers for.
        None => {
            let missing = async move {
                if let Some((run, job)) = run.begin() {
                    run.finish(Err(Failure::new(format!("there is no handler for {}", job.task().r#type))));
                }
            };
            runtime.spawn(missing).abort_handle()
        }
    }
}

/// The result of a handler; that of one that panics is a failure.
async fn caught(start: impl FnOnce() -> BoxedResult) -> HandlerResult {
    let mut future = match catch_unwind(AssertUnwindSafe(start)) {
        Ok(future) => future,
        Err(panic) => return Err(Failure::of_panic(&*panic)),
    };
    let poll = poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
        Ok(poll) => poll,
        Err(panic) => Poll::Ready(Err(Failure::of_panic(&*panic))),
    });
    poll.await
}

/// One run of a handler. It says that it has ended, even if it is dropped.
struct Run {
    core: Arc<Core>,
    held: Arc<Held>,
    is_finished: bool,
}

impl Run {
    fn begin(self) -> Option<(Self, Job)> {
        let may_begin = self.core.change(|state| state.begin(&self.held));
        let job = Job::new(Arc::clone(&self.core), Arc::clone(&self.held));
        may_begin.then_some((self, job))
    }

    fn finish(mut self, result: HandlerResult) {
        self.is_finished = true;
        self.core.change(|state| state.finish(&self.held, Some(result)));
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        if !self.is_finished {
            self.core.change(|state| state.finish(&self.held, None));
        }
    }
}
