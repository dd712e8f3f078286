//! How a worker ends: it takes nothing new, lets running tasks finish for a while, then stops their handlers, releases
//! the tasks that are left, and says bye.
use std::sync::Arc;
use std::time::Duration;

use asyncgate_proto::asyncgate::v1 as proto;
use tokio::time::Instant;

use crate::events::{DrainReason, Event};
use crate::failure::StopCause;
use crate::session::outbox::{Body, Item};
use crate::session::state::{Phase, State};
use crate::session::timers::Timer;
use crate::times::duration_to;

/// For handlers to end after they were told, for answers to come, for the stream to end.
const STOP_GRACE: Duration = Duration::from_secs(2);
const ANSWERS_GRACE: Duration = Duration::from_secs(5);
const BYE_GRACE: Duration = Duration::from_secs(2);

impl State {
    /// A second call may only shorten the time.
    pub(crate) fn drain(&mut self, within: Duration) {
        let now = Instant::now();
        if self.phase == Phase::Working {
            self.phase = Phase::Draining;
            self.emit(Event::Draining { reason: DrainReason::Stop });
            if self.stream.is_some() {
                let drain = proto::Drain { within: Some(duration_to(within)) };
                self.outbox.put(Item::unanswered(Body::Drain(drain)));
            }
        }
        // A time that a clock cannot express is no limit.
        if let Some(at) = now.checked_add(within) {
            self.timers.add(at, Timer::StopHandlers);
        }
        self.close_when_done(now);
    }

    pub(crate) fn stop_handlers(&mut self, now: Instant) {
        let running: Vec<_> =
            self.held.iter().filter(|(_, entry)| entry.is_running).map(|(id, _)| id.clone()).collect();
        for lease_id in running {
            self.stop_task(&lease_id, StopCause::Drain);
        }
        self.timers.add(now + STOP_GRACE, Timer::GiveUp);
    }

    /// Releases the tasks whose handlers have not ended, and drops these: an async function ends at its `await`.
    pub(crate) fn give_up(&mut self, now: Instant) {
        let is_left = |entry: &&super::state::Entry| !entry.is_settling && entry.loss.is_none();
        let left: Vec<_> = self.held.values().filter(is_left).map(|entry| Arc::clone(&entry.held)).collect();
        for held in left {
            self.release(&held, StopCause::Drain.why());
            if let Some(abort) = self.held.get(&held.lease_id).and_then(|entry| entry.abort.as_ref()) {
                abort.abort();
            }
        }
        self.timers.add(now + ANSWERS_GRACE, Timer::Close);
    }

    /// Closes a worker that is draining as soon as nothing is held and everything is answered.
    pub(crate) fn close_when_done(&mut self, now: Instant) {
        if self.phase == Phase::Draining && self.held.is_empty() && self.outbox.unanswered() == 0 {
            self.close(now);
        }
    }

    pub(crate) fn close(&mut self, now: Instant) {
        if matches!(self.phase, Phase::Closing { .. }) {
            return;
        }
        let grace = if let Some(stream) = &mut self.stream {
            // The last frame does not wait.
            stream.frame_interval = Duration::ZERO;
            let bye = proto::Bye { reason: "drained".to_owned() };
            self.outbox.put(Item::unanswered(Body::Bye(bye)));
            BYE_GRACE
        } else {
            Duration::ZERO
        };
        self.phase = Phase::Closing { until: now + grace };
    }
}
