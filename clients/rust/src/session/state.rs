//! The state of a worker, which its session and its handlers share. It is a state machine without IO: the session
//! calls it with what comes in, and takes from it what is to be sent. Handlers call it from any thread, for moments
//! only.
use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use asyncgate_proto::asyncgate::v1 as proto;
use proto::{ErrorReason, LeaseLoss, Payload, Task, WorkRequest};
use tokio::runtime::Handle;
use tokio::sync::Notify;
use tokio::task::AbortHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::client::LazyClient;
use crate::error::Error;
use crate::events::{Event, Stats};
use crate::failure::StopCause;
use crate::handler::Handling;
use crate::session::outbox::{Item, Outbox};
use crate::session::output::Log;
use crate::session::timers::{Timer, Timers};

/// Reports beyond this are refused: a handler that does not await them would fill the memory while a server is away.
pub(crate) const WAITING_MAX: usize = 10_000;
/// No more tasks are asked for while more items than this, beside one for each slot, are unanswered.
const UNANSWERED_MAX: usize = 2_000;
/// For temporary refusals that do not say how long to wait.
const RETRY_DEFAULT: Duration = Duration::from_millis(250);

pub(crate) struct Options {
    pub(crate) slots: usize,
    /// Whether each task is reported as started.
    pub(crate) start: bool,
    pub(crate) handlers: HashMap<String, Handling>,
    pub(crate) client: LazyClient,
}

/// A task that this worker holds, as its handler sees it.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) task: Arc<Task>,
    pub(crate) lease_id: String,
    pub(crate) lease_token: String,
    pub(crate) wait_results: Vec<proto::WaitResult>,
    pub(crate) hand_off: Option<proto::HandOff>,
    pub(crate) review: Option<proto::Review>,
    pub(crate) stop: CancellationToken,
    /// The first cause is the one that the handler sees.
    pub(crate) cause: OnceLock<StopCause>,
    pub(crate) is_over_budget: AtomicBool,
}

/// The same task as its session sees it, from its offer until its settlement is answered.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) held: Arc<Held>,
    /// Whether its handler runs or has run: only then is its offer accepted.
    pub(crate) has_begun: bool,
    pub(crate) is_running: bool,
    /// Whether its settlement has been put into the outbox.
    pub(crate) is_settling: bool,
    pub(crate) loss: Option<LeaseLoss>,
    /// The last one that was saved.
    pub(crate) checkpoint: Option<Payload>,
    /// The latest report, into which the next one is merged while it waits.
    pub(crate) report_key: Option<String>,
    pub(crate) logs: HashMap<String, Log>,
    pub(crate) abort: Option<AbortHandle>,
}

/// The stream that is open.
#[derive(Debug)]
pub(crate) struct OpenStream {
    pub(crate) accept_window: Option<Duration>,
    /// Credits that the server has and has not used.
    pub(crate) credits: usize,
    /// Whether the server wants nothing more to be taken.
    pub(crate) is_server_draining: bool,
    /// The least time between two frames, as the server asked for.
    pub(crate) frame_interval: Duration,
    pub(crate) last_frame_at: Option<Instant>,
    /// Whether the server has asked for a new hello.
    pub(crate) must_reconnect: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    Working,
    Draining,
    /// The bye is put: no stream follows this one, which is cut if it has not ended by then.
    Closing {
        until: Instant,
    },
}

pub(crate) struct State {
    pub(crate) options: Arc<Options>,
    pub(crate) runtime: Handle,
    pub(crate) outbox: Outbox,
    pub(crate) held: HashMap<String, Entry>,
    pub(crate) stream: Option<OpenStream>,
    pub(crate) phase: Phase,
    pub(crate) timers: Timers,
    pub(crate) events: VecDeque<Event>,
    pub(crate) counts: Stats,
}

/// The state behind its lock, and the call that wakes the session.
pub(crate) struct Core {
    state: Mutex<State>,
    pub(crate) wake: Notify,
}

impl Core {
    pub(crate) fn new(options: Options, runtime: Handle) -> Arc<Self> {
        let state = State {
            options: Arc::new(options),
            runtime,
            outbox: Outbox::new(),
            held: HashMap::new(),
            stream: None,
            phase: Phase::Working,
            timers: Timers::default(),
            events: VecDeque::new(),
            counts: Stats::default(),
        };
        Arc::new(Self { state: Mutex::new(state), wake: Notify::new() })
    }

    /// For what a session does itself.
    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// For what comes from elsewhere: the session then sends what is to be sent.
    pub(crate) fn change<Answer>(&self, change: impl FnOnce(&mut State) -> Answer) -> Answer {
        let answer = change(&mut self.lock());
        self.wake.notify_one();
        answer
    }
}

impl State {
    pub(crate) fn emit(&mut self, event: Event) {
        self.events.push_back(event);
    }

    /// Puts what a handler sends, unless it is too large or too much waits.
    pub(crate) fn put_checked(&mut self, item: Item) -> Result<(), Error> {
        if self.outbox.waiting() >= WAITING_MAX {
            let message = "too many items wait to be sent: await the reports";
            return Err(Error::of_kit(ErrorReason::LimitExceeded, message));
        }
        if !item.fits() {
            return Err(too_large());
        }
        self.outbox.put(item);
        Ok(())
    }

    /// An item that was refused for a moment is sent again under the same request id. Returns those that were not.
    pub(crate) fn retry_later(&mut self, item: Item, error: &Error) -> Option<Item> {
        if !error.is_retryable() {
            return Some(item);
        }
        let at = Instant::now() + error.retry_after().unwrap_or(RETRY_DEFAULT);
        self.timers.add(at, Timer::Retry(Box::new(item)));
        None
    }

    /// Runs what is due.
    pub(crate) fn run_timers(&mut self, now: Instant) {
        while let Some(timer) = self.timers.take_due(now) {
            match timer {
                Timer::Retry(item) => self.outbox.put(*item),
                Timer::Window { lease_id } => self.decline_if_waiting(&lease_id),
                Timer::Flush { lease_id, stream } => self.flush_due(&lease_id, &stream),
                Timer::StopHandlers => self.stop_handlers(now),
                Timer::GiveUp => self.give_up(now),
                Timer::Close => self.close(now),
            }
        }
    }

    /// The next frame; `None` if there is nothing to send, or not yet.
    pub(crate) fn next_frame(&mut self, now: Instant) -> Option<WorkRequest> {
        let credits = self.free_credits();
        let has_items = self.outbox.waiting() > 0;
        let stream = self.stream.as_mut()?;
        if (credits == 0 && !has_items) || send_at(stream).is_some_and(|at| at > now) {
            return None;
        }
        stream.credits += credits;
        stream.last_frame_at = Some(now);
        let mut frame = self.outbox.next_frame();
        frame.credit = (credits > 0).then(|| proto::Credit { tasks: i32::try_from(credits).unwrap_or(i32::MAX) });
        Some(frame)
    }

    /// When the next frame may be sent, if one waits for that.
    pub(crate) fn next_send_at(&self) -> Option<Instant> {
        let stream = self.stream.as_ref()?;
        let has_frame = self.outbox.waiting() > 0 || self.free_credits() > 0;
        send_at(stream).filter(|_| has_frame)
    }

    /// The slots that are neither busy nor covered by credits that the server already has.
    fn free_credits(&self) -> usize {
        let Some(stream) = &self.stream else { return 0 };
        let slots = self.options.slots;
        let is_full = self.outbox.unanswered() > UNANSWERED_MAX + slots;
        if self.phase != Phase::Working || stream.is_server_draining || is_full {
            return 0;
        }
        slots.saturating_sub(self.counts.running + stream.credits)
    }

    pub(crate) fn stats(&self) -> Stats {
        Stats {
            connected: self.stream.is_some(),
            credits: self.stream.as_ref().map_or(0, |stream| stream.credits),
            unanswered: self.outbox.unanswered(),
            waiting: self.outbox.waiting(),
            ..self.counts
        }
    }

    /// The leases that are held, for a hello.
    pub(crate) fn held_tokens(&self) -> Vec<String> {
        let held = self.held.values().filter(|entry| entry.loss.is_none());
        held.map(|entry| entry.held.lease_token.clone()).collect()
    }

    /// Tells the handler to stop.
    pub(crate) fn stop_task(&mut self, lease_id: &str, cause: StopCause) {
        let Some(entry) = self.held.get(lease_id) else { return };
        let held = Arc::clone(&entry.held);
        if held.cause.set(cause.clone()).is_ok() {
            self.emit(Event::Stopping { task: Arc::clone(&held.task), cause });
        }
        held.stop.cancel();
    }

    pub(crate) fn lose(&mut self, lease_id: &str, loss: LeaseLoss) {
        let Some(entry) = self.held.get_mut(lease_id) else { return };
        // If its settlement is on its way, the answer to that counts.
        if entry.loss.is_some() || entry.is_settling {
            return;
        }
        entry.loss = Some(loss);
        let task = Arc::clone(&entry.held.task);
        self.counts.lost += 1;
        self.emit(Event::Lost { task, loss });
        self.stop_task(lease_id, StopCause::LeaseLost(loss));
    }

    pub(crate) fn lose_all(&mut self) {
        let ids: Vec<_> = self.held.keys().cloned().collect();
        for lease_id in ids {
            self.lose(&lease_id, LeaseLoss::Expired);
        }
    }

    pub(crate) fn over_budget(&mut self, lease_id: &str) {
        let Some(entry) = self.held.get(lease_id) else { return };
        entry.held.is_over_budget.store(true, Ordering::Relaxed);
        let task = Arc::clone(&entry.held.task);
        self.emit(Event::OverBudget { task });
    }
}

fn send_at(stream: &OpenStream) -> Option<Instant> {
    let last = stream.last_frame_at?;
    (stream.frame_interval > Duration::ZERO).then(|| last + stream.frame_interval)
}

pub(crate) fn too_large() -> Error {
    let message = "this is larger than a message may be: store it elsewhere and pass a reference to it";
    Error::of_kit(ErrorReason::LimitExceeded, message)
}

#[cfg(test)]
pub(crate) mod testing {
    //! A state without a session, and a task that it holds.
    use super::*;
    use crate::connection::{Config, Tls};

    pub(crate) fn state() -> State {
        let config = Config { key: String::new(), tls: Tls::new() };
        let client = LazyClient::new(String::new(), config);
        let options = Options { slots: 1, start: false, handlers: HashMap::new(), client };
        let core = Core::new(options, Handle::current());
        Arc::into_inner(core).expect("it is not shared yet").state.into_inner().expect("no holder has panicked")
    }

    pub(crate) fn hold(state: &mut State) -> Arc<Held> {
        let held = Arc::new(Held {
            task: Arc::new(Task::default()),
            lease_id: "lease".to_owned(),
            lease_token: "token".to_owned(),
            wait_results: Vec::new(),
            hand_off: None,
            review: None,
            stop: CancellationToken::new(),
            cause: OnceLock::new(),
            is_over_budget: AtomicBool::new(false),
        });
        let entry = Entry {
            held: Arc::clone(&held),
            has_begun: true,
            is_running: true,
            is_settling: false,
            loss: None,
            checkpoint: None,
            report_key: None,
            logs: HashMap::new(),
            abort: None,
        };
        state.held.insert(held.lease_id.clone(), entry);
        held
    }
}
