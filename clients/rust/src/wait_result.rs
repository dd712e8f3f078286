//! What became of a condition that a task waited for.
use std::time::SystemTime;

use asyncgate_proto::asyncgate::v1 as proto;
use proto::{Artifact, ConditionStatus, Principal, TaskError, TaskState};

use crate::content::Content;
use crate::question::Answer;
use crate::times::time_from;

/// What became of a condition.
#[derive(Clone, Debug, PartialEq)]
pub struct WaitResult {
    /// Empty if the condition has none.
    pub name: String,
    /// `Pending` if the wait was over without it.
    pub status: ConditionStatus,
    /// The task that it waited for; empty for a time and for signals.
    pub task_id: String,
    /// How that task ended; `Unspecified` until it has.
    pub task_state: TaskState,
    /// Its result.
    pub result: Option<Content>,
    /// Where its results are.
    pub artifacts: Vec<Artifact>,
    /// Of a task that failed.
    pub error: Option<TaskError>,
    /// How the question was settled that it waited for.
    pub answer: Option<Answer>,
    /// The signals that it took, oldest first.
    pub signals: Vec<TakenSignal>,
    /// Whether result, artifacts and error, or payloads of signals, were too large to come along.
    pub omitted: bool,
    /// The time that it waited for.
    pub at: Option<SystemTime>,
    /// What met it or made it impossible. Empty for a time, and while it is pending.
    pub receipt_id: String,
}

/// A signal that a task's wait took.
#[derive(Clone, Debug, PartialEq)]
pub struct TakenSignal {
    /// Its id.
    pub signal_id: String,
    /// Its channel.
    pub channel: String,
    /// The principal that sent it.
    pub from: Option<Principal>,
    /// What it carries.
    pub payload: Option<Content>,
    /// When it was sent.
    pub sent_at: Option<SystemTime>,
    /// Whether it was for all that waited.
    pub broadcast: bool,
}

impl WaitResult {
    pub(crate) fn of(result: &proto::WaitResult) -> Self {
        Self {
            name: result.name.clone(),
            status: ConditionStatus::try_from(result.status).unwrap_or_default(),
            task_id: result.task_id.clone(),
            task_state: TaskState::try_from(result.task_state).unwrap_or_default(),
            result: Content::of(result.result.as_ref()),
            artifacts: result.artifacts.clone(),
            error: result.error.clone(),
            answer: result.input.as_ref().map(Answer::of),
            signals: result.signals.iter().map(TakenSignal::of).collect(),
            omitted: result.omitted,
            at: time_from(result.at.as_ref()),
            receipt_id: result.receipt_id.clone(),
        }
    }
}

impl TakenSignal {
    fn of(signal: &proto::Signal) -> Self {
        Self {
            signal_id: signal.signal_id.clone(),
            channel: signal.channel.clone(),
            from: signal.from.clone(),
            payload: Content::of(signal.payload.as_ref()),
            sent_at: time_from(signal.create_time.as_ref()),
            broadcast: signal.broadcast,
        }
    }
}
