//! What a session does later.
use std::collections::BTreeMap;

use tokio::time::Instant;

use crate::session::outbox::Item;

#[derive(Debug)]
pub(crate) enum Timer {
    /// An item that was refused for a moment is put again.
    Retry(Box<Item>),
    /// The window of an offer ends: it is declined if no handler has begun.
    Window {
        lease_id: String,
    },
    /// What was written to a log is sent, although it is little.
    Flush {
        lease_id: String,
        stream: String,
    },
    /// Three steps of a drain.
    StopHandlers,
    GiveUp,
    Close,
}

#[derive(Debug, Default)]
pub(crate) struct Timers {
    /// Two may be due at the same time.
    timers: BTreeMap<(Instant, u64), Timer>,
    count: u64,
}

impl Timers {
    pub(crate) fn add(&mut self, at: Instant, timer: Timer) {
        self.count += 1;
        self.timers.insert((at, self.count), timer);
    }

    pub(crate) fn next_at(&self) -> Option<Instant> {
        self.timers.keys().next().map(|(at, _)| *at)
    }

    pub(crate) fn take_due(&mut self, now: Instant) -> Option<Timer> {
        self.next_at().filter(|at| *at <= now)?;
        self.timers.pop_first().map(|(_, timer)| timer)
    }
}
