//! A client's signals: messages for tasks that wait for them.
use std::time::{Duration, SystemTime};

use asyncgate_proto::asyncgate::v1 as proto;
use proto::send_signal_request::To;

use crate::client::calls::{call, keyed};
use crate::client::{Client, Created};
use crate::content::Content;
use crate::error::Error;
use crate::ids::next_request_id;
use crate::times::{duration_to, time_from};

/// Where a signal goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignalTarget {
    /// To the tasks that wait on a channel.
    Channel(String),
    /// To a task.
    Task(String),
}

/// A text is a channel.
impl From<&str> for SignalTarget {
    fn from(channel: &str) -> Self {
        Self::Channel(channel.to_owned())
    }
}

impl From<&Created> for SignalTarget {
    fn from(created: &Created) -> Self {
        Self::Task(created.task_id().to_owned())
    }
}

/// A signal to send.
#[derive(Clone, Debug, Default, PartialEq)]
#[must_use]
pub struct Signal {
    payload: Option<Content>,
    broadcast: bool,
    ttl: Option<Duration>,
}

impl Signal {
    /// That carries nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// That carries this. At most 64 KiB.
    pub fn of(payload: impl Into<Content>) -> Self {
        Self { payload: Some(payload.into()), ..Self::default() }
    }

    /// Meets all that wait now, instead of one.
    pub fn broadcast(mut self) -> Self {
        self.broadcast = true;
        self
    }

    /// How long it is kept for a task that waits for it. If absent, 7 days.
    pub fn ttl(mut self, ttl: Duration) -> Self {
        self.ttl = Some(ttl);
        self
    }
}

/// What became of a signal at once.
#[derive(Clone, Debug, PartialEq)]
pub struct SentSignal {
    /// Its id.
    pub signal_id: String,
    /// The task that took it; empty if none has yet, and for a broadcast.
    pub taken_by_task_id: String,
    /// How long it is kept, unless it was taken.
    pub keep_until: Option<SystemTime>,
    /// How many conditions waited for a broadcast.
    pub waiting: i32,
}

impl Client {
    /// Sends a signal on a channel or to a task: to the one that has waited longest for it, or to the next that waits.
    pub async fn send_signal(&self, to: impl Into<SignalTarget>, signal: Signal) -> Result<SentSignal, Error> {
        let request_id = next_request_id();
        let name = keyed(&request_id);
        let request = proto::SendSignalRequest {
            to: Some(match to.into() {
                SignalTarget::Channel(channel) => To::Channel(channel),
                SignalTarget::Task(task_id) => To::TaskId(task_id),
            }),
            payload: signal.payload.map(Content::into_payload),
            broadcast: signal.broadcast,
            ttl: signal.ttl.map(duration_to),
            request_id,
        };
        let sent = call!(self, signals.send_signal(request)).await.map_err(name)?;
        Ok(SentSignal {
            signal_id: sent.signal_id,
            taken_by_task_id: sent.taken_by_task_id,
            keep_until: time_from(sent.keep_until.as_ref()),
            waiting: sent.waiting,
        })
    }
}
