//! A new task.
use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use asyncgate_proto::asyncgate::v1 as proto;
use proto::{OnExceeded, OnNameTaken, OnParentEnd, Preflight, Principal};

use crate::amounts::Amounts;
use crate::content::Content;
use crate::times::{duration_to, time_to};
use crate::verification::Verification;
use crate::wait::Wait;

/// A task to create: `NewTask::new("greet").payload(json!({"name": "Ada"})).priority(3)`. Each method sets the field
/// of that name of the contract's CreateTaskRequest, which has the whole meaning; from that, one is made by `into()`.
#[derive(Clone, Debug, Default, PartialEq)]
#[must_use]
pub struct NewTask(pub(crate) proto::CreateTaskRequest);

/// How failed attempts are retried.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RetryPolicy {
    /// The pause after the first failure.
    pub initial_interval: Option<Duration>,
    /// By how much the next pause is longer.
    pub multiplier: Option<f64>,
    /// The longest pause.
    pub max_interval: Option<Duration>,
    /// How much of a pause is random, from 0 to 1.
    pub jitter: Option<f64>,
}

impl NewTask {
    /// A task of this type.
    pub fn new(task_type: impl Into<String>) -> Self {
        Self(proto::CreateTaskRequest { r#type: task_type.into(), ..Default::default() })
    }

    fn set(mut self, set: impl FnOnce(&mut proto::CreateTaskRequest)) -> Self {
        set(&mut self.0);
        self
    }

    /// What the worker gets: a JSON value, bytes or a reference.
    pub fn payload(self, payload: impl Into<Content>) -> Self {
        self.set(|task| task.payload = Some(payload.into().into_payload()))
    }

    /// If absent, `default`.
    pub fn queue(self, queue: impl Into<String>) -> Self {
        self.set(|task| task.queue = queue.into())
    }

    /// Your key for this task: creating it again with the same key returns the task that exists.
    pub fn idempotency_key(self, key: impl Into<String>) -> Self {
        self.set(|task| task.idempotency_key = key.into())
    }

    /// The id of the call, to repeat that of another process. If absent, one is made.
    pub fn request_id(self, id: impl Into<String>) -> Self {
        self.set(|task| task.request_id = id.into())
    }

    /// A label, by which tasks are listed.
    pub fn label(self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.set(|task| {
            task.labels.insert(name.into(), value.into());
        })
    }

    /// What a worker must be able to do.
    pub fn capabilities<Name: Into<String>>(self, names: impl IntoIterator<Item = Name>) -> Self {
        let capabilities = names.into_iter().map(Into::into).collect();
        self.set(|task| task.requirements = Some(proto::Requirements { capabilities }))
    }

    /// Higher is sooner.
    pub fn priority(self, priority: i32) -> Self {
        self.set(|task| task.priority = Some(priority))
    }

    /// How many attempts may fail.
    pub fn max_attempts(self, count: i32) -> Self {
        self.set(|task| task.max_attempts = Some(count))
    }

    /// How failed attempts are retried.
    pub fn retry(self, policy: RetryPolicy) -> Self {
        let RetryPolicy { initial_interval, multiplier, max_interval, jitter } = policy;
        self.set(|task| {
            task.retry = Some(proto::RetryPolicy {
                initial_interval: initial_interval.map(duration_to),
                multiplier,
                max_interval: max_interval.map(duration_to),
                jitter,
                non_retryable_types: Vec::new(),
            });
        })
    }

    /// No worker gets it before.
    pub fn not_before(self, moment: SystemTime) -> Self {
        self.set(|task| task.not_before = Some(time_to(moment)))
    }

    /// No worker gets it before this time has passed.
    pub fn delay(self, delay: Duration) -> Self {
        self.set(|task| task.delay = Some(duration_to(delay)))
    }

    /// It fails if no worker has taken it by then.
    pub fn start_deadline(self, moment: SystemTime) -> Self {
        self.set(|task| task.start_deadline = Some(time_to(moment)))
    }

    /// It fails if it has not ended by then.
    pub fn deadline(self, moment: SystemTime) -> Self {
        self.set(|task| task.deadline = Some(time_to(moment)))
    }

    /// How long one attempt may take.
    pub fn attempt_timeout(self, timeout: Duration) -> Self {
        self.set(|task| task.attempt_timeout = Some(duration_to(timeout)))
    }

    /// How long its leases last without a heartbeat.
    pub fn lease_ttl(self, ttl: Duration) -> Self {
        self.set(|task| task.lease_ttl = Some(duration_to(ttl)))
    }

    /// How many lost leases it survives.
    pub fn max_lease_losses(self, count: i32) -> Self {
        self.set(|task| task.max_lease_losses = Some(count))
    }

    /// What must come of it.
    pub fn expected_outcome(self, outcome: proto::ExpectedOutcome) -> Self {
        self.set(|task| task.expected_outcome = Some(outcome))
    }

    /// The only principal that may lease it.
    pub fn addressee(self, principal: Principal) -> Self {
        self.set(|task| task.addressee = Some(principal))
    }

    /// The principal that owes its outcome.
    pub fn obligated(self, principal: Principal) -> Self {
        self.set(|task| task.obligated = Some(principal))
    }

    /// The receipts that it follows from.
    pub fn parent_receipts<Id: Into<String>>(self, ids: impl IntoIterator<Item = Id>) -> Self {
        let ids = ids.into_iter().map(Into::into).collect();
        self.set(|task| task.parent_receipts = ids)
    }

    /// The trace that it belongs to, in the form of W3C.
    pub fn traceparent(self, traceparent: impl Into<String>) -> Self {
        let context = proto::TraceContext { traceparent: traceparent.into(), tracestate: String::new() };
        self.set(|task| task.trace_context = Some(context))
    }

    /// The failed task that it does again.
    pub fn redrive_of(self, task_id: impl Into<String>) -> Self {
        self.set(|task| task.redrive_of = task_id.into())
    }

    /// No worker gets it before this is over.
    pub fn wait(self, wait: impl Into<Wait>) -> Self {
        self.set(|task| task.wait = Some(wait.into().into_contract()))
    }

    /// What happens to a child when its parent ends. If absent, it is canceled.
    pub fn on_parent_end(self, what: OnParentEnd) -> Self {
        self.set(|task| task.on_parent_end = what.into())
    }

    /// A name, which at most one live task of the tenant bears. Calls find the task by it: [`named`].
    pub fn name(self, name: impl Into<String>) -> Self {
        self.set(|task| task.name = name.into())
    }

    /// What happens if a live task bears the name. If absent, the creation is refused.
    pub fn on_name_taken(self, what: OnNameTaken) -> Self {
        self.set(|task| task.on_name_taken = what.into())
    }

    /// How its work is checked before it counts as done.
    pub fn verification(self, verification: Verification) -> Self {
        self.set(|task| task.verification = Some(verification.0))
    }

    /// What it works on. While it is leased, no task is leased whose scopes overlap these, unless both read.
    pub fn scopes(self, scopes: impl IntoIterator<Item = Scope>) -> Self {
        let scopes = scopes.into_iter().map(|one| one.0).collect();
        self.set(|task| task.scopes = scopes)
    }

    /// What it may spend, and what happens beyond that.
    pub fn budget(self, amounts: Amounts, on_exceeded: OnExceeded) -> Self {
        let amounts: BTreeMap<_, _> = amounts.into_contract();
        self.set(|task| task.budget = Some(proto::Budget { amounts, on_exceeded: on_exceeded.into() }))
    }

    /// Whether the agents that it is for must be well before it is leased. If absent, they need not be.
    pub fn preflight(self, preflight: Preflight) -> Self {
        self.set(|task| task.preflight = preflight.into())
    }
}

impl From<proto::CreateTaskRequest> for NewTask {
    fn from(request: proto::CreateTaskRequest) -> Self {
        Self(request)
    }
}

/// The live task that bears a name, wherever a call takes the id of a task.
pub fn named(name: &str) -> String {
    format!("name:{name}")
}

/// A resource that a task works on, as `repo:shop/api`. It covers everything below it.
#[derive(Clone, Debug, PartialEq)]
pub struct Scope(pub(crate) proto::Scope);

impl Scope {
    /// To write.
    pub fn write(resource: impl Into<String>) -> Self {
        Self(proto::Scope { resource: resource.into(), mode: proto::ScopeMode::Write.into() })
    }

    /// To read.
    pub fn read(resource: impl Into<String>) -> Self {
        Self(proto::Scope { resource: resource.into(), mode: proto::ScopeMode::Read.into() })
    }
}
