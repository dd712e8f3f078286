//! What a handler gets: its task, the token that tells it to stop, and the calls that report.
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use asyncgate_proto::asyncgate::v1 as proto;
use proto::Task;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::amounts::Amounts;
use crate::client::{Client, Created, SentSignal, Signal, SignalTarget};
use crate::content::Content;
use crate::error::Error;
use crate::failure::{Failure, StopCause, Stopped};
use crate::new_task::{NewTask, Scope};
use crate::question::Answer;
use crate::session::reports::{Report, Sent};
use crate::session::state::{Core, Held};
use crate::verification::RejectedReport;
use crate::wait_result::WaitResult;

/// The name under which an answer is found if the question has none.
const QUESTION_NAME_DEFAULT: &str = "input";

/// The task of one handler. It is cheap to clone.
#[derive(Clone)]
pub struct Job {
    core: Arc<Core>,
    held: Arc<Held>,
}

/// A note about the progress of a task.
#[derive(Clone, Debug, Default, PartialEq)]
#[must_use]
pub struct Note {
    progress: proto::Progress,
    receipted: bool,
}

impl Note {
    /// From 0 to 100.
    pub fn percent(percent: f64) -> Self {
        let progress = proto::Progress { percent: Some(percent), ..Default::default() };
        Self { progress, receipted: false }
    }

    /// Without a percentage.
    pub fn of(message: impl Into<String>) -> Self {
        Self::default().message(message)
    }

    /// For people.
    pub fn message(mut self, message: impl Into<String>) -> Self {
        self.progress.message = message.into();
        self
    }

    /// For programs.
    pub fn detail(mut self, detail: &Value) -> Self {
        self.progress.detail = detail.to_string();
        self
    }

    /// Also written to the ledger. Other notes may be merged into the latest.
    pub fn receipted(mut self) -> Self {
        self.receipted = true;
        self
    }
}

impl Job {
    pub(crate) fn new(core: Arc<Core>, held: Arc<Held>) -> Self {
        Self { core, held }
    }

    /// The whole task.
    pub fn task(&self) -> &Task {
        &self.held.task
    }

    /// Its id.
    pub fn task_id(&self) -> &str {
        &self.held.task.task_id
    }

    /// From 1.
    pub fn attempt(&self) -> i32 {
        self.held.task.attempt
    }

    /// What the task was created with.
    pub fn payload(&self) -> Option<Content> {
        Content::of(self.held.task.payload.as_ref())
    }

    /// The payload as a type of the program. What cannot be read fails the task: no other attempt could read it.
    pub fn input<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        let payload = self.payload().unwrap_or(Content::Json(Value::Null));
        payload.read().map_err(|error| Failure::non_retryable(error).with_type("InvalidPayload"))
    }

    /// The last checkpoint of the previous holder.
    pub fn checkpoint(&self) -> Option<Content> {
        Content::of(self.held.task.checkpoint.as_ref())
    }

    /// The checkpoint as a type of the program; `None` if there is none, or none of this type.
    pub fn resume<T: DeserializeOwned>(&self) -> Option<T> {
        self.checkpoint()?.read().ok()
    }

    /// What became of the conditions that the task waited for last, in their order. Empty if it has not waited.
    pub fn wait_results(&self) -> Vec<WaitResult> {
        self.held.wait_results.iter().map(WaitResult::of).collect()
    }

    /// The first of these results with this name.
    pub fn wait_result(&self, name: &str) -> Option<WaitResult> {
        self.held.wait_results.iter().find(|one| one.name == name).map(WaitResult::of)
    }

    /// How the task's last question was settled.
    pub fn answer(&self) -> Option<Answer> {
        self.answer_to(QUESTION_NAME_DEFAULT)
    }

    /// How the question of this name was settled.
    pub fn answer_to(&self, name: &str) -> Option<Answer> {
        let mut results = self.held.wait_results.iter().filter(|one| one.name == name);
        results.find_map(|one| one.input.as_ref()).map(Answer::of)
    }

    /// How the task was handed over last, for this holder to go on.
    pub fn handed_over(&self) -> Option<&proto::HandOff> {
        self.held.hand_off.as_ref()
    }

    /// An earlier report on the task, which was rejected, with all findings.
    pub fn rejected(&self) -> Option<RejectedReport> {
        self.held.review.as_ref().and_then(RejectedReport::of)
    }

    /// Canceled when the handler must stop: `select!` on it, or pass it on.
    pub fn stop_token(&self) -> &CancellationToken {
        &self.held.stop
    }

    /// Why the handler must stop; `None` until it must.
    pub fn stop_cause(&self) -> Option<&StopCause> {
        self.held.cause.get()
    }

    /// An error if the handler must stop: `job.check()?` in a loop that computes.
    pub fn check(&self) -> Result<(), Stopped> {
        self.stop_cause().map_or(Ok(()), |cause| Err(Stopped(cause.clone())))
    }

    /// Awaits this, and drops it if the handler must stop: `job.unless_stopped(model.next()).await?`.
    pub async fn unless_stopped<F: Future>(&self, future: F) -> Result<F::Output, Stopped> {
        let stopped = self.held.stop.run_until_cancelled(future).await;
        stopped.ok_or_else(|| Stopped(self.stop_cause().cloned().unwrap_or(StopCause::Drain)))
    }

    /// Whether the task has spent more than its budget: the handler should end soon.
    pub fn is_over_budget(&self) -> bool {
        self.held.is_over_budget.load(Ordering::Relaxed)
    }

    /// Reports that work has begun. Seldom needed: progress implies it, and a task can be settled without it.
    pub fn start(&self) -> Sent {
        self.core.change(|state| state.start(&self.held))
    }

    /// Reports progress. Reports that come faster than they are sent are merged.
    pub fn progress(&self, note: Note) -> Sent {
        self.report(Report { progress: Some(note.progress), receipted: note.receipted, ..Report::default() })
    }

    /// State for the next holder, in case this one does not finish. At most 64 KiB.
    pub fn save_checkpoint(&self, checkpoint: impl Into<Content>) -> Sent {
        self.report(Report { checkpoint: Some(checkpoint.into().into_payload()), ..Report::default() })
    }

    /// Adds to what the task has spent, exactly. What comes faster than it is sent is added up, and all of it is
    /// counted once, whatever is sent again.
    pub fn spend(&self, spend: Amounts) -> Sent {
        self.report(Report { spend, ..Report::default() })
    }

    fn report(&self, report: Report) -> Sent {
        self.core.change(|state| state.report(&self.held, report))
    }

    /// A log of the task that others can follow while it grows.
    pub fn output(&self, stream: impl Into<String>) -> Output {
        Output { core: Arc::clone(&self.core), held: Arc::clone(&self.held), stream: stream.into() }
    }

    /// Creates a task under this one. It is canceled when this one ends, unless it says something else.
    pub async fn child(&self, mut task: NewTask) -> Result<Created, Error> {
        task.0.under.clone_from(&self.held.lease_token);
        self.client()?.create_task(task).await
    }

    /// Sends a signal to this task, to others that the worker may send to, or on a channel.
    pub async fn send_signal(&self, to: impl Into<SignalTarget>, signal: Signal) -> Result<SentSignal, Error> {
        self.client()?.send_signal(to, signal).await
    }

    /// Adds write scopes to the lease, before the handler touches what its task's scopes do not cover. Gets all of
    /// them, or is refused with SCOPE_HELD, whose facts name the holders.
    pub async fn add_scopes(&self, scopes: impl IntoIterator<Item = Scope>) -> Result<(), Error> {
        self.client()?.add_scopes(&self.held.lease_token, scopes).await
    }

    /// A client with the worker's key, over a connection beside the session. A blocking handler calls it by
    /// `tokio::runtime::Handle::current().block_on(…)`.
    pub fn client(&self) -> Result<Client, Error> {
        self.core.lock().options.client.get()
    }
}

/// A log of a task, for its handler to write to.
#[derive(Clone)]
pub struct Output {
    core: Arc<Core>,
    held: Arc<Held>,
    stream: String,
}

impl Output {
    /// Appends. What this returns is ready at once while little waits to be sent, else when there is room again: a
    /// handler that prints much awaits it. Beyond 1 MiB that waits, it is an error. What was written is sent before
    /// the task is settled.
    pub fn write(&self, bytes: impl AsRef<[u8]>) -> Sent {
        self.core.change(|state| state.write(&self.held, &self.stream, bytes.as_ref()))
    }

    /// Ready when the server has all that was written.
    pub fn flush(&self) -> Sent {
        self.core.change(|state| state.flush(&self.held, &self.stream))
    }
}

/// For blocking handlers: `writeln!(job.output("stdout"), "…")?`. Do not use it in an async function, which it would
/// block.
impl std::io::Write for Output {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        Output::write(self, bytes).wait().map_err(std::io::Error::other)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Output::flush(self).wait().map_err(std::io::Error::other)
    }
}
