//! What happens in a worker, for programs that want to know. All of it also goes to `tracing`. In a program that
//! has set up neither, what goes wrong goes to stderr, so that no failure is silent.
use std::sync::Arc;
use std::time::Duration;

use asyncgate_proto::asyncgate::v1::{LeaseLoss, Task};
use tracing::subscriber::NoSubscriber;

use crate::error::Error;
use crate::failure::{Failure, StopCause};

/// Is told of events.
pub(crate) type Listener = Box<dyn Fn(&Event) + Send + Sync>;

/// How a lease has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndingKind {
    /// By a completion.
    Completed,
    /// By a suspension.
    Suspended,
    /// By a question.
    Asked,
    /// By a hand-off.
    HandedOff,
    /// By a failure.
    Failed,
    /// By a release.
    Released,
}

impl EndingKind {
    /// `completed`, `handed_off` and so on.
    pub fn name(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Suspended => "suspended",
            Self::Asked => "asked",
            Self::HandedOff => "handed_off",
            Self::Failed => "failed",
            Self::Released => "released",
        }
    }
}

/// Why a worker takes nothing new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DrainReason {
    /// It stops.
    Stop,
    /// The server shuts down, or an operator wants it.
    Server,
}

/// What happens in a worker.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event {
    /// A session is open.
    Connected {
        /// The server.
        endpoint: String,
        /// The session.
        session_id: String,
        /// Whether an earlier session was resumed, with its leases.
        resumed: bool,
    },
    /// The stream has ended, and is opened again.
    Disconnected {
        /// Why.
        error: Error,
        /// When.
        retry_in: Duration,
    },
    /// A task is here.
    Taken {
        /// The task.
        task: Arc<Task>,
    },
    /// A handler was told to stop.
    Stopping {
        /// Its task.
        task: Arc<Task>,
        /// Why.
        cause: StopCause,
    },
    /// A handler has returned a failure, or has panicked.
    HandlerFailed {
        /// Its task.
        task: Arc<Task>,
        /// How.
        failure: Failure,
    },
    /// A lease has ended as the handler wanted.
    Settled {
        /// Its task.
        task: Arc<Task>,
        /// How.
        ending: EndingKind,
        /// The receipt.
        receipt_id: String,
    },
    /// The server has refused how a lease should end: the lease was lost before and the result has no effect, or the
    /// result breaks a rule and the task is settled in another way.
    Refused {
        /// Its task.
        task: Arc<Task>,
        /// How it should have ended.
        ending: EndingKind,
        /// Why it was refused.
        error: Error,
    },
    /// The server took no more of what a handler printed. The task goes on.
    OutputRefused {
        /// Its task.
        task: Arc<Task>,
        /// The stream.
        stream: String,
        /// Why.
        error: Error,
    },
    /// A task has spent more than its budget.
    OverBudget {
        /// The task.
        task: Arc<Task>,
    },
    /// A lease is lost.
    Lost {
        /// Its task.
        task: Arc<Task>,
        /// How.
        loss: LeaseLoss,
    },
    /// The session has as many leases as it may: the worker has more slots than the server fills.
    LeaseLimit {
        /// So many.
        leases_max: i32,
    },
    /// Nothing new is taken.
    Draining {
        /// Why.
        reason: DrainReason,
    },
    /// The worker has stopped.
    Stopped,
}

impl Event {
    /// On stderr, if nothing else would tell of it.
    pub(crate) fn complain(&self) {
        let is_traced = tracing::dispatcher::get_default(|dispatch| !dispatch.is::<NoSubscriber>());
        if let Some(complaint) = self.complaint().filter(|_| !is_traced) {
            eprintln!("asyncgate: {complaint}");
        }
    }

    /// Writes it to `tracing`.
    pub(crate) fn trace(&self) {
        match self {
            Self::Connected { endpoint, session_id, resumed } => {
                tracing::info!(endpoint, session_id, resumed, "connected");
            }
            Self::Disconnected { error, retry_in } => {
                tracing::warn!(%error, retry_in_ms = retry_in.as_millis() as u64, "disconnected");
            }
            Self::Taken { task } => tracing::debug!(task_id = task.task_id, "taken"),
            Self::Stopping { task, cause } => tracing::info!(task_id = task.task_id, %cause, "stopping"),
            Self::HandlerFailed { task, failure } => tracing::warn!(task_id = task.task_id, %failure, "handler failed"),
            Self::Settled { task, ending, .. } => {
                tracing::debug!(task_id = task.task_id, ending = ending.name(), "settled");
            }
            Self::Refused { task, ending, error } => {
                tracing::warn!(task_id = task.task_id, ending = ending.name(), %error, "refused");
            }
            Self::OutputRefused { task, stream, error } => {
                tracing::warn!(task_id = task.task_id, stream, %error, "output refused");
            }
            Self::OverBudget { task } => tracing::warn!(task_id = task.task_id, "over budget"),
            Self::Lost { task, loss } => tracing::warn!(task_id = task.task_id, loss = loss.as_str_name(), "lost"),
            Self::LeaseLimit { leases_max } => tracing::warn!(leases_max, "lease limit"),
            Self::Draining { reason } => tracing::info!(?reason, "draining"),
            Self::Stopped => tracing::info!("stopped"),
        }
    }

    /// What a person wants to know who has set up no log. None: nothing has gone wrong.
    fn complaint(&self) -> Option<String> {
        Some(match self {
            Self::Disconnected { error, retry_in } => {
                format!("no connection, again in {} ms: {error}", retry_in.as_millis())
            }
            Self::HandlerFailed { task, failure } => {
                format!("{} {}: the handler failed: {failure}", task.r#type, task.task_id)
            }
            Self::Refused { task, ending, error } => {
                format!("{} {}: {} was refused: {error}", task.r#type, task.task_id, ending.name())
            }
            Self::OutputRefused { task, stream, error } => {
                format!("{} {}: output to {stream} was refused: {error}", task.r#type, task.task_id)
            }
            Self::Lost { task, loss } => {
                format!("{} {}: its lease is lost: {}", task.r#type, task.task_id, loss.as_str_name())
            }
            _ => return None,
        })
    }
}

/// Counts of a worker.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Whether a session is open now.
    pub connected: bool,
    /// Slots that are busy.
    pub running: usize,
    /// Tasks that the server may still offer.
    pub credits: usize,
    /// Items that were sent and are not answered yet.
    pub unanswered: usize,
    /// Items that wait to be sent.
    pub waiting: usize,
    /// Tasks that came.
    pub taken: u64,
    /// Leases that ended in this way.
    pub completed: u64,
    /// Leases that ended in this way.
    pub suspended: u64,
    /// Leases that ended in this way.
    pub asked: u64,
    /// Leases that ended in this way.
    pub handed_off: u64,
    /// Leases that ended in this way.
    pub failed: u64,
    /// Leases that ended in this way.
    pub released: u64,
    /// Endings that were refused.
    pub refused: u64,
    /// Leases that were lost.
    pub lost: u64,
    /// Streams that were opened.
    pub streams: u64,
    /// Events that were dropped because their listener was busy for too long.
    pub events_dropped: u64,
}

impl Stats {
    pub(crate) fn count(&mut self, ending: EndingKind) {
        *match ending {
            EndingKind::Completed => &mut self.completed,
            EndingKind::Suspended => &mut self.suspended,
            EndingKind::Asked => &mut self.asked,
            EndingKind::HandedOff => &mut self.handed_off,
            EndingKind::Failed => &mut self.failed,
            EndingKind::Released => &mut self.released,
        } += 1;
    }
}
