//! What a handler returns: a result, or one of the ways to let its task wait or move. They are values to return and
//! nothing else: one that is made and dropped does nothing, and the compiler says so.
use std::time::Duration;

use asyncgate_proto::asyncgate::v1 as proto;
use bytes::Bytes;
use proto::{Artifact, CreateAs, DeliveryProof, Principal};
use serde::Serialize;
use serde_json::Value;

use crate::content::Content;
use crate::failure::Failure;
use crate::new_task::NewTask;
use crate::question::Question;
use crate::times::duration_to;
use crate::verification::Verdict;
use crate::wait::{self, Wait};

/// How a handler ends that has not failed. Every content and every type of this module becomes one by `into()`, which
/// the worker does itself where a handler has one type of result.
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub enum Ending {
    /// The task is done.
    Done(Done),
    /// The task waits.
    Suspended(Suspension),
    /// The task waits for an answer.
    Asked(Box<Question>),
    /// The task goes to another worker.
    HandedOff(HandOff),
    /// The task goes back to its queue.
    Released(Release),
}

/// A result with more than its content.
#[derive(Clone, Debug, Default, PartialEq)]
#[must_use = "a task is completed only if the handler returns this"]
pub struct Done {
    pub(crate) result: Option<Content>,
    pub(crate) artifacts: Vec<Artifact>,
    pub(crate) delivery_proof: Option<DeliveryProof>,
    pub(crate) next: Vec<proto::CreateTaskRequest>,
    pub(crate) verdict: Option<proto::Verdict>,
    pub(crate) contract: String,
}

impl Done {
    /// Without a result that the server stores.
    pub fn new() -> Self {
        Self::default()
    }

    /// With a result that the server stores, which anything is that serde serializes.
    pub fn json(result: &impl Serialize) -> Result<Self, Failure> {
        Ok(Self::new().result(Content::json(result)?))
    }

    /// Stored by the server.
    pub fn result(mut self, result: impl Into<Content>) -> Self {
        self.result = Some(result.into());
        self
    }

    /// Where a result is.
    pub fn artifact(mut self, artifact: Artifact) -> Self {
        self.artifacts.push(artifact);
        self
    }

    /// Evidence that the result arrived elsewhere.
    pub fn delivery_proof(mut self, proof: DeliveryProof) -> Self {
        self.delivery_proof = Some(proof);
        self
    }

    /// Hands on: a task that goes on from this one, created in the same step. At most 20. This task's owner owns it.
    /// All are created, or the completion is refused.
    pub fn next(mut self, task: NewTask) -> Self {
        self.next.push(task.0);
        self
    }

    /// The hand-off contract by which the next ones take over: the artifacts must fulfill it. Only with next ones.
    pub fn contract(mut self, name: impl Into<String>) -> Self {
        self.contract = name.into();
        self
    }
}

/// A task that waits, for its handler to return. Its lease and its slot are free; when the wait is over, the next
/// holder starts from the beginning, with the checkpoint and the results of the wait.
#[derive(Clone, Debug, PartialEq)]
#[must_use = "a task waits only if the handler returns this"]
pub struct Suspension {
    pub(crate) wait: proto::Wait,
    pub(crate) checkpoint: Option<Content>,
    pub(crate) create: Vec<proto::TaskToCreate>,
}

impl Suspension {
    /// Until this is over.
    pub fn new(wait: impl Into<Wait>) -> Self {
        Self { wait: wait.into().into_contract(), checkpoint: None, create: Vec::new() }
    }

    /// For a time.
    pub fn sleep(time: Duration) -> Self {
        Self::new(wait::after(time))
    }

    /// What the next holder needs to continue. At most 64 KiB. If absent, the last one that was saved stays.
    pub fn checkpoint(mut self, checkpoint: impl Into<Content>) -> Self {
        self.checkpoint = Some(checkpoint.into());
        self
    }

    /// A child to create in the same step, so that none is created twice or lost. A condition names it by its place:
    /// [`wait::item`].
    pub fn child(self, task: NewTask) -> Self {
        self.create(task, CreateAs::Child)
    }

    /// A task to create in the same step, which goes on beside this one.
    pub fn next(self, task: NewTask) -> Self {
        self.create(task, CreateAs::Next)
    }

    fn create(mut self, task: NewTask, create_as: CreateAs) -> Self {
        self.create.push(proto::TaskToCreate { task: Some(task.0), r#as: create_as.into() });
        self
    }
}

/// A task that goes to another worker, for its handler to return.
#[derive(Clone, Debug, Default, PartialEq)]
#[must_use = "a task is handed off only if the handler returns this"]
pub struct HandOff {
    pub(crate) to: proto::HandOffTarget,
    pub(crate) note: String,
    pub(crate) refs: Vec<Artifact>,
    pub(crate) checkpoint: Option<Content>,
    pub(crate) contract: String,
}

impl HandOff {
    /// To one principal.
    pub fn to_principal(principal: Principal) -> Self {
        Self::to(proto::HandOffTarget { principal: Some(principal), ..Default::default() })
    }

    /// To any worker with these capabilities.
    pub fn to_capabilities<Name: Into<String>>(names: impl IntoIterator<Item = Name>) -> Self {
        let capabilities = names.into_iter().map(Into::into).collect();
        let requirements = Some(proto::Requirements { capabilities });
        Self::to(proto::HandOffTarget { requirements, ..Default::default() })
    }

    /// To any worker of this queue.
    pub fn to_queue(queue: impl Into<String>) -> Self {
        Self::to(proto::HandOffTarget { queue: queue.into(), ..Default::default() })
    }

    /// To what the contract's target says.
    pub fn to(to: proto::HandOffTarget) -> Self {
        Self { to, ..Default::default() }
    }

    /// What is done and what is left. At most 4,096 bytes.
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }

    /// Where a result so far is.
    pub fn artifact(mut self, artifact: Artifact) -> Self {
        self.refs.push(artifact);
        self
    }

    /// The hand-off contract by which it is handed over: the artifacts must fulfill it.
    pub fn contract(mut self, name: impl Into<String>) -> Self {
        self.contract = name.into();
        self
    }

    /// What the next holder needs to continue. At most 64 KiB. If absent, the last one that was saved stays.
    pub fn checkpoint(mut self, checkpoint: impl Into<Content>) -> Self {
        self.checkpoint = Some(checkpoint.into());
        self
    }
}

/// A task that goes back to its queue, for its handler to return. Nothing is counted.
#[derive(Clone, Debug, Default, PartialEq)]
#[must_use = "a task is released only if the handler returns this"]
pub struct Release {
    pub(crate) reason: String,
    pub(crate) delay: Option<Duration>,
    pub(crate) checkpoint: Option<Content>,
}

impl Release {
    /// With a reason, for people.
    pub fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), ..Default::default() }
    }

    /// How long no worker gets the task.
    pub fn delay(mut self, delay: Duration) -> Self {
        self.delay = Some(delay);
        self
    }

    /// What the next holder needs to continue. At most 64 KiB. If absent, the last one that was saved stays.
    pub fn checkpoint(mut self, checkpoint: impl Into<Content>) -> Self {
        self.checkpoint = Some(checkpoint.into());
        self
    }

    pub(crate) fn duration(&self) -> Option<prost_types::Duration> {
        self.delay.map(duration_to)
    }
}

impl From<Verdict> for Done {
    fn from(verdict: Verdict) -> Self {
        Self { result: verdict.result, verdict: Some(verdict.verdict), ..Self::default() }
    }
}

impl From<Verdict> for Ending {
    fn from(verdict: Verdict) -> Self {
        Self::Done(verdict.into())
    }
}

macro_rules! endings {
    ($($variant:ident($kind:ty)),*) => {$(
        impl From<$kind> for Ending {
            fn from(ending: $kind) -> Self {
                Self::$variant(ending)
            }
        }
    )*};
}

impl From<Question> for Ending {
    fn from(question: Question) -> Self {
        Self::Asked(Box::new(question))
    }
}

endings!(Done(Done), Suspended(Suspension), HandedOff(HandOff), Released(Release));

macro_rules! results {
    ($($kind:ty),*) => {$(
        impl From<$kind> for Ending {
            fn from(result: $kind) -> Self {
                Self::Done(Done::new().result(result))
            }
        }
    )*};
}

results!(Content, Value, String, &str, bool, i32, i64, u32, u64, usize, f64, (), Vec<Value>, Bytes, Vec<u8>);
