//! What a task waits for: conditions, groups of which one is enough, and waits that need all of their groups.
//!
//! ```
//! use std::time::Duration;
//! use asyncgate::wait;
//!
//! let wait = wait::all_of([
//!     wait::task("a task's id").into(),
//!     wait::any_of([wait::signal("weather"), wait::after(Duration::from_secs(600))]),
//! ]);
//! # let _ = wait;
//! ```
use std::time::{Duration, SystemTime};

use asyncgate_proto::asyncgate::v1 as proto;
use proto::{OnImpossible, TaskState, condition, task_condition, time_condition};

use crate::times::{duration_to, time_to};

/// One condition. By its name a handler finds what became of it: [`crate::Job::wait_result`].
#[derive(Clone, Debug, PartialEq)]
pub struct Condition(proto::Condition);

/// Conditions of which one is enough.
#[derive(Clone, Debug, PartialEq)]
pub struct Group(proto::ConditionGroup);

/// Groups of which each must hold. A condition or a group is one as well, by `into()`.
#[derive(Clone, Debug, PartialEq)]
pub struct Wait(proto::Wait);

/// Met when the task has succeeded.
pub fn task(task_id: impl Into<String>) -> Condition {
    of_task(task_condition::Of::TaskId(task_id.into()))
}

/// Met when the task has succeeded that the caller has created with this key.
pub fn task_by_key(idempotency_key: impl Into<String>) -> Condition {
    of_task(task_condition::Of::IdempotencyKey(idempotency_key.into()))
}

/// Met when an earlier task of the same batch has succeeded, which is named by its place, from 0.
pub fn item(place: i32) -> Condition {
    of_task(task_condition::Of::Item(place))
}

/// Met after this time.
pub fn after(time: Duration) -> Condition {
    of_time(time_condition::Of::After(duration_to(time)))
}

/// Met at this moment.
pub fn at(moment: SystemTime) -> Condition {
    of_time(time_condition::Of::At(time_to(moment)))
}

/// Met by a signal on a channel. What was sent before counts.
pub fn signal(channel: impl Into<String>) -> Condition {
    signals(channel, 1)
}

/// Met by so many signals on a channel, which it takes all at once. An empty channel is the task's own.
pub fn signals(channel: impl Into<String>, count: i32) -> Condition {
    let signal = proto::SignalCondition { channel: channel.into(), count: Some(count) };
    Condition::of(condition::Condition::Signal(signal))
}

/// Met by any of these. With a time among them, the group has a time-out.
pub fn any_of(conditions: impl IntoIterator<Item = Condition>) -> Group {
    Group(proto::ConditionGroup { any_of: conditions.into_iter().map(|one| one.0).collect() })
}

/// Over when each of these groups holds.
pub fn all_of(groups: impl IntoIterator<Item = Group>) -> Wait {
    Wait(proto::Wait { all_of: groups.into_iter().map(|one| one.0).collect(), on_impossible: 0 })
}

fn of_task(of: task_condition::Of) -> Condition {
    Condition::of(condition::Condition::Task(proto::TaskCondition { of: Some(of), ..Default::default() }))
}

fn of_time(of: time_condition::Of) -> Condition {
    Condition::of(condition::Condition::Time(proto::TimeCondition { of: Some(of) }))
}

impl Condition {
    fn of(condition: condition::Condition) -> Self {
        Self(proto::Condition { name: String::new(), condition: Some(condition) })
    }

    /// Gives it a name.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.0.name = name.into();
        self
    }

    /// Of a task: met when it has ended in one of these states.
    #[must_use]
    pub fn accepting(mut self, states: impl IntoIterator<Item = TaskState>) -> Self {
        if let Some(condition::Condition::Task(task)) = &mut self.0.condition {
            task.accept_states = states.into_iter().map(i32::from).collect();
        }
        self
    }

    /// Of a task: a success counts before it says where its result is.
    #[must_use]
    pub fn undischarged(mut self) -> Self {
        if let Some(condition::Condition::Task(task)) = &mut self.0.condition {
            task.discharged = Some(false);
        }
        self
    }

    /// Of a task: met when it has ended, in whatever way. The result says how.
    #[must_use]
    pub fn ended(self) -> Self {
        self.accepting([TaskState::Succeeded, TaskState::Failed, TaskState::Canceled]).undischarged()
    }
}

impl Wait {
    /// What happens to the task if a group can no longer hold. Without this, it fails.
    #[must_use]
    pub fn on_impossible(mut self, what: OnImpossible) -> Self {
        self.0.on_impossible = what.into();
        self
    }

    pub(crate) fn into_contract(self) -> proto::Wait {
        self.0
    }
}

impl From<Condition> for Group {
    fn from(condition: Condition) -> Self {
        any_of([condition])
    }
}

impl From<Condition> for Wait {
    fn from(condition: Condition) -> Self {
        all_of([condition.into()])
    }
}

impl From<Group> for Wait {
    fn from(group: Group) -> Self {
        all_of([group])
    }
}

/// A wait that was read can be used again.
impl From<proto::Wait> for Wait {
    fn from(wait: proto::Wait) -> Self {
        Self(wait)
    }
}
