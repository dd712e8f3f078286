//! One stream of a worker's session, from its hello to its end: frames in both directions, and the heartbeats. A
//! stream whose heartbeats are not acknowledged is dead and ends itself.
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use asyncgate_proto::asyncgate::v1 as proto;
use proto::worker_service_client::WorkerServiceClient;
use proto::{Heartbeat, Hello, StreamEndReason, Welcome, WorkRequest, WorkResponse};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Response, Status, Streaming};

use crate::connection::Connection;
use crate::error::Error;
use crate::session::keeper::Session;
use crate::session::state::{Core, Phase};
use crate::times::duration_from;

/// A server that accepts the connection and does not answer the hello is given up.
const WELCOME_TIMEOUT: Duration = Duration::from_secs(15);
/// This many unacknowledged heartbeats end the stream, with time left to reconnect before the TTL is over.
const UNACKNOWLEDGED_MAX: usize = 2;
/// One waits while one is written; items that come meanwhile make the next one larger.
const FRAMES_WAITING_MAX: usize = 1;

pub(crate) struct StreamEnding {
    pub(crate) error: Error,
    /// The reason of the server's `stream_end`, if there was one.
    pub(crate) reason: Option<StreamEndReason>,
}

type Opening = Pin<Box<dyn Future<Output = Result<Response<Streaming<WorkResponse>>, Status>> + Send>>;

/// The frames of the server. The stream opens when the server answers.
enum Incoming {
    Opening(Opening),
    Open(Box<Streaming<WorkResponse>>),
}

impl Incoming {
    /// It may be dropped at any `await`, and loses nothing.
    async fn next(&mut self) -> Result<WorkResponse, Error> {
        loop {
            match self {
                Self::Opening(opening) => {
                    let response = opening.await?;
                    *self = Self::Open(Box::new(response.into_inner()));
                }
                Self::Open(frames) => {
                    let frame = frames.message().await?;
                    return frame.ok_or_else(|| Error::unavailable("the server has ended the stream"));
                }
            }
        }
    }
}

struct Stream<'a> {
    session: &'a mut Session,
    endpoint: &'a str,
    outgoing: mpsc::Sender<WorkRequest>,
    hello_at: Instant,
    heartbeat_interval: Option<Duration>,
    heartbeat_at: Option<Instant>,
    heartbeats: i64,
    /// When each heartbeat that is not acknowledged was sent, by its sequence.
    unacknowledged: BTreeMap<i64, Instant>,
    end_reason: Option<StreamEndReason>,
}

pub(crate) async fn run_stream(session: &mut Session, connection: Connection, hello: Hello) -> StreamEnding {
    let (outgoing, frames) = mpsc::channel(FRAMES_WAITING_MAX);
    let endpoint = connection.endpoint().to_owned();
    let opening = Box::pin(async move {
        let mut stub = WorkerServiceClient::new(connection.transport());
        stub.work(ReceiverStream::new(frames)).await
    });
    // There is room: it is the first.
    let _ = outgoing.try_send(WorkRequest { hello: Some(hello), ..Default::default() });
    let mut stream = Stream {
        session,
        endpoint: &endpoint,
        outgoing,
        hello_at: Instant::now(),
        heartbeat_interval: None,
        heartbeat_at: None,
        heartbeats: 0,
        unacknowledged: BTreeMap::new(),
        end_reason: None,
    };
    let Err(error) = stream.run(Incoming::Opening(opening)).await;
    StreamEnding { error, reason: stream.end_reason }
}

enum Never {}

impl Stream<'_> {
    async fn run(&mut self, mut incoming: Incoming) -> Result<Never, Error> {
        let core = Arc::clone(&self.session.core);
        let outgoing = self.outgoing.clone();
        loop {
            self.session.tick();
            let must_wait = self.send_all(&core)?;
            self.session.tell_events();
            let at = self.next_at(&core, must_wait);
            tokio::select! {
                // First what has arrived: after a busy spell, an acknowledgement may be unread.
                biased;
                frame = incoming.next() => self.take_frame(&core, frame?),
                // Dropped at once: it says that there is room.
                _ = outgoing.reserve(), if must_wait => {}
                () = core.wake.notified() => {}
                () = sleep_until(at) => self.session.expire_if_due(),
            }
        }
    }

    /// Sends what there is, heartbeats first: a late one loses all leases. Returns whether more waits for room.
    fn send_all(&mut self, core: &Core) -> Result<bool, Error> {
        let now = Instant::now();
        loop {
            let is_heartbeat_due = self.heartbeat_at.is_some_and(|at| at <= now);
            if is_heartbeat_due && self.unacknowledged.len() >= UNACKNOWLEDGED_MAX {
                return Err(Error::unavailable("heartbeats were not acknowledged"));
            }
            let Ok(room) = self.outgoing.try_reserve() else {
                // A connection that takes nothing any more would never leave a heartbeat unacknowledged.
                if self.give_up_at().is_some_and(|at| at <= now) {
                    return Err(Error::unavailable("a heartbeat could not be sent"));
                }
                return Ok(!self.outgoing.is_closed());
            };
            let frame = core.lock().next_frame(now);
            if !is_heartbeat_due && frame.is_none() {
                return self.end_if_wanted(core, now).map(|()| false);
            }
            let mut frame = frame.unwrap_or_default();
            if is_heartbeat_due {
                self.heartbeats += 1;
                self.unacknowledged.insert(self.heartbeats, now);
                self.heartbeat_at = self.heartbeat_interval.map(|interval| now + interval);
                frame.heartbeat = Some(Heartbeat { sequence: self.heartbeats, load: None });
            }
            room.send(frame);
        }
    }

    fn end_if_wanted(&self, core: &Core, now: Instant) -> Result<(), Error> {
        let state = core.lock();
        if matches!(state.phase, Phase::Closing { until } if until <= now) {
            return Err(Error::unavailable("the worker has stopped"));
        }
        if state.stream.as_ref().is_some_and(|stream| stream.must_reconnect) {
            return Err(Error::unavailable("the server has asked for a new hello"));
        }
        if self.heartbeat_interval.is_none() && now >= self.hello_at + WELCOME_TIMEOUT {
            return Err(Error::unavailable("no welcome came"));
        }
        Ok(())
    }

    /// When a heartbeat that found no room is as late as the next one.
    fn give_up_at(&self) -> Option<Instant> {
        Some(self.heartbeat_at? + self.heartbeat_interval?)
    }

    /// When something is due at the latest. What waits for room is not due by its time.
    fn next_at(&self, core: &Core, must_wait: bool) -> Instant {
        let state = core.lock();
        let welcome_by = self.heartbeat_interval.is_none().then_some(self.hello_at + WELCOME_TIMEOUT);
        let close_at = if let Phase::Closing { until } = state.phase { Some(until) } else { None };
        let times = [
            welcome_by,
            close_at,
            if must_wait { self.give_up_at() } else { self.heartbeat_at },
            self.session.clock.until(),
            state.timers.next_at(),
            state.next_send_at().filter(|_| !must_wait),
        ];
        times.into_iter().flatten().min().unwrap_or_else(|| Instant::now() + WELCOME_TIMEOUT)
    }

    fn take_frame(&mut self, core: &Arc<Core>, frame: WorkResponse) {
        if let Some(welcome) = &frame.welcome {
            self.take_welcome(welcome);
        }
        if let Some(ack) = &frame.heartbeat_ack {
            self.take_ack(ack.sequence);
        }
        if let Some(end) = &frame.stream_end {
            self.end_reason = StreamEndReason::try_from(end.reason).ok();
        }
        core.lock().take_frame(core, frame, self.endpoint);
    }

    fn take_welcome(&mut self, welcome: &Welcome) {
        let ttl = duration_from(welcome.ttl.as_ref());
        let interval = match duration_from(welcome.heartbeat_interval.as_ref()) {
            Duration::ZERO => ttl / 3,
            interval => interval,
        };
        self.heartbeat_interval = Some(interval);
        self.heartbeat_at = Some(Instant::now() + interval);
        self.session.resume_token.clone_from(&welcome.resume_token);
        self.session.clock.welcomed(self.hello_at, ttl, duration_from(welcome.resume_grace.as_ref()));
    }

    /// An acknowledgement stands for all earlier heartbeats too.
    fn take_ack(&mut self, sequence: i64) {
        let sent_at = self.unacknowledged.get(&sequence).copied();
        self.unacknowledged.retain(|earlier, _| *earlier > sequence);
        if let Some(sent_at) = sent_at {
            self.session.clock.acknowledged(sent_at);
            self.session.failures = 0;
        }
    }
}
