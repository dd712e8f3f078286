//! Keeps a worker's session alive: connects, says hello, and after a break resumes the same session, at the same or
//! the next endpoint. It has a thread of its own with a runtime of its own: a handler that blocks the program's
//! runtime, for minutes, stops no heartbeat and loses no lease.
use std::sync::Arc;
use std::time::Duration;
use std::{io, thread};

use asyncgate_proto::asyncgate::v1 as proto;
use proto::{HeldLeases, Hello, StreamEndReason};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use crate::backoff::Backoff;
use crate::connection::Config;
use crate::error::Error;
use crate::events::{Event, Listener};
use crate::lease_clock::LeaseClock;
use crate::session::listener::Events;
use crate::session::state::{Core, Phase};
use crate::session::stream::{StreamEnding, run_stream};

/// How the worker has ended; `None` while it runs.
pub(crate) type Ended = Option<Result<(), Error>>;

pub(crate) struct SessionOptions {
    pub(crate) config: Config,
    /// Tried in turn.
    pub(crate) endpoints: Vec<String>,
    /// Without the fields that differ from stream to stream.
    pub(crate) hello: Hello,
    pub(crate) reconnect: Backoff,
    /// How long running tasks have to finish after SIGTERM; `None` if the signal is left to the program.
    pub(crate) drain_on_sigterm: Option<Duration>,
    pub(crate) on_event: Option<Listener>,
}

pub(crate) struct Session {
    pub(crate) core: Arc<Core>,
    pub(crate) clock: LeaseClock,
    pub(crate) resume_token: String,
    /// Streams that failed since the last acknowledged heartbeat.
    pub(crate) failures: u32,
    options: SessionOptions,
    events: Events,
}

/// Starts the thread. It ends with the session, and says how.
pub(crate) fn start_session(core: Arc<Core>, options: SessionOptions, ended: watch::Sender<Ended>) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut options = options;
    let events = Events::start(options.on_event.take())?;
    let run = move || {
        let (result, events) = runtime.block_on(async {
            if let Some(within) = options.drain_on_sigterm {
                tokio::spawn(drain_on_sigterm(Arc::clone(&core), within));
            }
            let mut session = Session {
                core: Arc::clone(&core),
                clock: LeaseClock::default(),
                resume_token: String::new(),
                failures: 0,
                options,
                events,
            };
            let result = session.keep().await;
            core.change(|state| {
                state.stream = None;
                state.lose_all();
                state.emit(Event::Stopped);
            });
            session.tell_events();
            (result, session.events)
        });
        events.finish();
        ended.send_replace(Some(result));
    };
    thread::Builder::new().name("asyncgate-session".to_owned()).spawn(run)?;
    Ok(())
}

/// A second signal stops the handlers at once.
#[cfg(unix)]
async fn drain_on_sigterm(core: Arc<Core>, within: Duration) {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut signals) = signal(SignalKind::terminate()) else {
        tracing::warn!("SIGTERM cannot be listened to: it ends the program at once");
        return;
    };
    let mut within = within;
    while signals.recv().await.is_some() {
        core.change(|state| state.drain(within));
        within = Duration::ZERO;
    }
}

#[cfg(not(unix))]
async fn drain_on_sigterm(_core: Arc<Core>, _within: Duration) {}

impl Session {
    /// Stream after stream, until the worker closes or a failure is final.
    async fn keep(&mut self) -> Result<(), Error> {
        for endpoint in (0..self.options.endpoints.len()).cycle() {
            let endpoint = self.options.endpoints[endpoint].clone();
            let StreamEnding { error, reason } = match self.options.config.connect(&endpoint) {
                Ok(connection) => run_stream(self, connection, self.hello()).await,
                Err(error) => return Err(error),
            };
            self.core.lock().stream = None;
            self.clock.disconnected(Instant::now());
            if self.is_closing() {
                return Ok(());
            }
            if reason == Some(StreamEndReason::Bye) || error.is_final() {
                return Err(error);
            }
            if reason == Some(StreamEndReason::Expired) {
                self.expire();
            }
            self.failures = self.failures.saturating_add(1);
            let retry_in = error.retry_after().unwrap_or_default() + self.options.reconnect.pause(self.failures);
            self.core.lock().emit(Event::Disconnected { error, retry_in });
            self.pause(retry_in).await;
            if self.is_closing() {
                return Ok(());
            }
        }
        Ok(())
    }

    fn hello(&self) -> Hello {
        let mut hello = self.options.hello.clone();
        if !self.resume_token.is_empty() {
            hello.resume_token.clone_from(&self.resume_token);
            hello.held = Some(HeldLeases { lease_tokens: self.core.lock().held_tokens() });
        }
        hello
    }

    fn is_closing(&self) -> bool {
        matches!(self.core.lock().phase, Phase::Closing { .. })
    }

    /// Between two streams. Time goes on for leases, and for what is done later.
    async fn pause(&mut self, time: Duration) {
        let core = Arc::clone(&self.core);
        let until = Instant::now() + time;
        while Instant::now() < until && !self.is_closing() {
            self.tick();
            self.expire_if_due();
            self.tell_events();
            let timer_at = core.lock().timers.next_at();
            let at = [Some(until), self.clock.until(), timer_at].into_iter().flatten().min().unwrap_or(until);
            tokio::select! {
                () = sleep_until(at) => {}
                () = core.wake.notified() => {}
            }
        }
        self.tell_events();
    }

    pub(crate) fn tell_events(&self) {
        let mut state = self.core.lock();
        while let Some(event) = state.events.pop_front() {
            if !self.events.tell(event) {
                state.counts.events_dropped += 1;
            }
        }
    }

    pub(crate) fn tick(&self) {
        self.core.lock().run_timers(Instant::now());
    }

    /// No heartbeat was acknowledged for so long that other workers may hold the leases by now.
    pub(crate) fn expire_if_due(&mut self) {
        if self.clock.until().is_some_and(|until| until <= Instant::now()) {
            self.expire();
        }
    }

    fn expire(&mut self) {
        self.clock.expired();
        self.core.lock().lose_all();
    }
}
