//! A worker: handlers by type of task, and how many tasks run at once. It works until it is stopped.
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use asyncgate_proto::asyncgate::v1::{ErrorReason, Hello};
use tokio::runtime::Handle;
use tokio::sync::watch;

use crate::backoff::Backoff;
use crate::client::LazyClient;
use crate::connection::{Config, Tls};
use crate::ending::Ending;
use crate::error::Error;
use crate::events::{Event, Listener, Stats};
use crate::handler::{Handler, HandlerResult, Handling};
use crate::session::keeper::{Ended, SessionOptions, start_session};
use crate::session::state::{Core, Options};
use crate::times::duration_to;

const SLOTS_DEFAULT: usize = 10;
const DRAIN_WITHIN_DEFAULT: Duration = Duration::from_secs(30);
/// Several attempts within the grace of a session, and few when a server is away for long.
const RECONNECT_DEFAULT: Backoff =
    Backoff { initial: Duration::from_millis(100), multiplier: 2.0, max: Duration::from_secs(3) };

/// Takes tasks and gives them to handlers. It is cheap to clone; clones are the same worker.
#[derive(Clone)]
pub struct Worker(Arc<Inner>);

struct Inner {
    /// Taken by `run`.
    prepared: Mutex<Option<(Options, SessionOptions)>>,
    core: OnceLock<Arc<Core>>,
    ended: watch::Sender<Ended>,
    drain_within: Duration,
}

/// Options of a worker.
#[must_use]
pub struct WorkerBuilder {
    endpoints: Vec<String>,
    config: Config,
    handlers: HashMap<String, Handling>,
    hello: Hello,
    slots: usize,
    start: bool,
    drain_on_sigterm: bool,
    drain_within: Duration,
    reconnect: Backoff,
    on_event: Option<Listener>,
}

impl WorkerBuilder {
    /// Does tasks of this type by an async function or closure, in the runtime that `run` is called in.
    pub fn handler(mut self, task_type: impl Into<String>, handler: impl Handler) -> Self {
        self.handlers.insert(task_type.into(), Handling::of_async(handler));
        self
    }

    /// Does tasks of this type by a function that computes or blocks, in a thread of the runtime that is made for
    /// that.
    pub fn blocking<T: Into<Ending>>(
        mut self,
        task_type: impl Into<String>,
        handler: impl Fn(crate::Job) -> HandlerResult<T> + Send + Sync + 'static,
    ) -> Self {
        self.handlers.insert(task_type.into(), Handling::of_blocking(handler));
        self
    }

    /// How many tasks at once. If absent, 10.
    pub fn slots(mut self, slots: usize) -> Self {
        self.slots = slots;
        self
    }

    /// Further servers: after a break, the next one of all is used.
    pub fn or_endpoint(mut self, endpoint: impl Into<String>) -> Self {
        self.endpoints.push(endpoint.into());
        self
    }

    /// How the servers are trusted.
    pub fn tls(mut self, tls: Tls) -> Self {
        self.config.tls = tls;
        self
    }

    /// The queues that it takes from. If absent, `default`.
    pub fn queues<Name: Into<String>>(mut self, queues: impl IntoIterator<Item = Name>) -> Self {
        self.hello.queues = queues.into_iter().map(Into::into).collect();
        self
    }

    /// What it can do: it takes only tasks whose required capabilities are among these.
    pub fn capabilities<Name: Into<String>>(mut self, names: impl IntoIterator<Item = Name>) -> Self {
        self.hello.capabilities = names.into_iter().map(Into::into).collect();
        self
    }

    /// Its name, for people.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.hello.worker_name = name.into();
        self
    }

    /// Its process, for people. If absent, the process id.
    pub fn instance(mut self, instance: impl Into<String>) -> Self {
        self.hello.instance = instance.into();
        self
    }

    /// Its version, for people.
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.hello.version = version.into();
        self
    }

    /// How long leases last without a heartbeat. If absent, the server's default.
    pub fn lease_ttl(mut self, ttl: Duration) -> Self {
        self.hello.lease_ttl = Some(duration_to(ttl));
        self
    }

    /// An agent's session, by its id: the worker keeps it alive and works in it. It ends with the worker.
    pub fn agent_session(mut self, id: impl Into<String>) -> Self {
        self.hello.agent_session_id = id.into();
        self
    }

    /// A receipt records the start of each task, which costs a write a task. If absent, none does.
    pub fn record_starts(mut self) -> Self {
        self.start = true;
        self
    }

    /// Whether SIGTERM drains the worker. If absent, it does.
    pub fn drain_on_sigterm(mut self, drains: bool) -> Self {
        self.drain_on_sigterm = drains;
        self
    }

    /// How long running tasks have to finish after SIGTERM. If absent, 30 s.
    pub fn drain_within(mut self, within: Duration) -> Self {
        self.drain_within = within;
        self
    }

    /// How long to wait before reconnecting.
    pub fn reconnect(mut self, backoff: Backoff) -> Self {
        self.reconnect = backoff;
        self
    }

    /// Called for everything that happens, in a thread of its own. While it is busy, events wait; beyond 10,000, they
    /// are dropped and counted.
    pub fn on_event(mut self, on_event: impl Fn(&Event) + Send + Sync + 'static) -> Self {
        self.on_event = Some(Box::new(on_event));
        self
    }

    /// The worker, which does nothing before `run`.
    pub fn build(self) -> Result<Worker, Error> {
        let invalid = |message: &str| Error::of_kit(ErrorReason::InvalidArgument, message);
        if self.handlers.is_empty() {
            return Err(invalid("a worker without handlers would take no task: add one by handler()"));
        }
        let slots = i32::try_from(self.slots).ok().filter(|slots| (1..=10_000).contains(slots));
        let slots = slots.ok_or_else(|| invalid("a worker has from 1 to 10,000 slots"))?;
        let mut hello = Hello { slots, omit_holder: true, ..self.hello };
        hello.accept_types = self.handlers.keys().cloned().collect();
        if hello.instance.is_empty() {
            hello.instance = format!("process {}", std::process::id());
        }
        let endpoint = self.endpoints.first().cloned().unwrap_or_default();
        let client = LazyClient::new(endpoint, self.config.clone());
        let options = Options { slots: self.slots, start: self.start, handlers: self.handlers, client };
        let session = SessionOptions {
            config: self.config,
            endpoints: self.endpoints,
            hello,
            reconnect: self.reconnect,
            drain_on_sigterm: self.drain_on_sigterm.then_some(self.drain_within),
            on_event: self.on_event,
        };
        Ok(Worker(Arc::new(Inner {
            prepared: Mutex::new(Some((options, session))),
            core: OnceLock::new(),
            ended: watch::Sender::new(None),
            drain_within: self.drain_within,
        })))
    }
}

impl Worker {
    /// A worker at the server at `http://host:port` or `https://…`, with an API key.
    pub fn builder(endpoint: impl Into<String>, key: impl Into<String>) -> WorkerBuilder {
        WorkerBuilder {
            endpoints: vec![endpoint.into()],
            config: Config { key: key.into(), tls: Tls::new() },
            handlers: HashMap::new(),
            hello: Hello::default(),
            slots: SLOTS_DEFAULT,
            start: false,
            drain_on_sigterm: true,
            drain_within: DRAIN_WITHIN_DEFAULT,
            reconnect: RECONNECT_DEFAULT,
            on_event: None,
        }
    }

    /// Works until the worker has stopped. An error means that no stream can be opened: a wrong key, a missing scope.
    /// If this future is dropped, the handlers are told to stop, and the tasks are released. It must be called in a
    /// runtime of tokio.
    pub async fn run(&self) -> Result<(), Error> {
        let Inner { prepared, core, ended, .. } = &*self.0;
        if let Some((options, session)) = prepared.lock().unwrap_or_else(PoisonError::into_inner).take() {
            let core = core.get_or_init(|| Core::new(options, Handle::current()));
            let failed = |error| Error::of_kit(ErrorReason::Unavailable, format!("the session has no thread: {error}"));
            start_session(Arc::clone(core), session, ended.clone()).map_err(failed)?;
        }
        let guard = StopOnDrop(self);
        let result = self.ended().await;
        std::mem::forget(guard);
        result
    }

    /// Takes nothing new; running tasks have the time of `drain_within` to finish. Returns as `run` does.
    pub async fn stop(&self) -> Result<(), Error> {
        self.stop_within(self.0.drain_within).await
    }

    /// Takes nothing new; running tasks have this long to finish, then their handlers are told to stop, and what is
    /// left is released. Returns as `run` does.
    pub async fn stop_within(&self, within: Duration) -> Result<(), Error> {
        let not_started = self.0.prepared.lock().unwrap_or_else(PoisonError::into_inner).take().is_some();
        if not_started {
            self.0.ended.send_replace(Some(Ok(())));
        }
        self.drain(within);
        self.ended().await
    }

    /// Counts.
    pub fn stats(&self) -> Stats {
        self.0.core.get().map(|core| core.lock().stats()).unwrap_or_default()
    }

    fn drain(&self, within: Duration) {
        if let Some(core) = self.0.core.get() {
            core.change(|state| state.drain(within));
        }
    }

    async fn ended(&self) -> Result<(), Error> {
        let mut ended = self.0.ended.subscribe();
        // The sender lives as long as this worker.
        let Ok(result) = ended.wait_for(Option::is_some).await else { return Ok(()) };
        result.clone().unwrap_or(Ok(()))
    }
}

struct StopOnDrop<'a>(&'a Worker);

impl Drop for StopOnDrop<'_> {
    fn drop(&mut self) {
        self.0.drain(Duration::ZERO);
    }
}
