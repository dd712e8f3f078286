//! A session of an agent: opened, kept alive in the background, closed. What is claimed in it lasts as long as it does.
use std::sync::Arc;
use std::time::Duration;

use asyncgate_proto::asyncgate::v1 as proto;
use proto::{AgentRole, AgentSession, ErrorReason, KeepAgentSessionResponse, KeptLease};
use tokio::sync::watch;
use tokio::task::AbortHandle;
use tokio::time::{Instant, sleep};

use crate::client::Client;
use crate::client::calls::{call, keyed};
use crate::error::Error;
use crate::ids::next_request_id;
use crate::new_task::Scope;
use crate::times::{duration_from, duration_to};

/// So often within its TTL, if the server does not say how often.
const HEARTBEATS_IN_TTL: u32 = 3;

type OnDirectives = Arc<dyn Fn(&[KeptLease]) + Send + Sync>;
type Ended = Option<Result<(), Error>>;

/// A session of an agent to open: `NewAgentSession::new("painter", "nightly").role(AgentRole::Executor)`. Each method
/// sets the field of that name of the contract's OpenAgentSessionRequest, which has the whole meaning.
#[derive(Clone)]
#[must_use]
pub struct NewAgentSession {
    request: proto::OpenAgentSessionRequest,
    is_kept: bool,
    on_directives: Option<OnDirectives>,
}

impl NewAgentSession {
    /// Of the agent of this id. At most one live session has the name: a second one is refused with
    /// `SessionCollision`, and [`crate::Facts::AgentSession`] says who holds it, and until when.
    pub fn new(agent_id: impl Into<String>, name: impl Into<String>) -> Self {
        let request = proto::OpenAgentSessionRequest {
            agent_id: agent_id.into(),
            name: name.into(),
            request_id: next_request_id(),
            ..Default::default()
        };
        Self { request, is_kept: true, on_directives: None }
    }

    fn set(mut self, set: impl FnOnce(&mut proto::OpenAgentSessionRequest)) -> Self {
        set(&mut self.request);
        self
    }

    /// What the agent is in it. If absent, the only role that it has.
    pub fn role(self, role: AgentRole) -> Self {
        self.set(|session| session.role = role.into())
    }

    /// What it works on beside the scopes of its tasks, as long as it lives.
    pub fn scopes(self, scopes: impl IntoIterator<Item = Scope>) -> Self {
        let scopes = scopes.into_iter().map(|one| one.0).collect();
        self.set(|session| session.scopes = scopes)
    }

    /// A task, by id or [`crate::named`]: the session is leased only tasks of its tree.
    pub fn binds(self, task_id: impl Into<String>) -> Self {
        self.set(|session| session.binds = task_id.into())
    }

    /// How long it lasts without a heartbeat. If absent, the server's default.
    pub fn ttl(self, ttl: Duration) -> Self {
        self.set(|session| session.ttl = Some(duration_to(ttl)))
    }

    /// The running process, for people.
    pub fn instance(self, instance: impl Into<String>) -> Self {
        self.set(|session| session.instance = instance.into())
    }

    /// Whether it is kept alive in the background until it is closed. If absent, it is.
    pub fn keep(mut self, keeps: bool) -> Self {
        self.is_kept = keeps;
        self
    }

    /// Called with leases whose owners want them canceled, or whose budgets are used up.
    pub fn on_directives(mut self, listener: impl Fn(&[KeptLease]) + Send + Sync + 'static) -> Self {
        self.on_directives = Some(Arc::new(listener));
        self
    }
}

/// The presence of an agent. It is kept alive in the runtime in which it was opened, until it is closed. One that is
/// dropped without that is kept no longer, and ends after its TTL.
#[must_use = "a session that is dropped is kept no longer"]
pub struct OpenedAgentSession {
    client: Client,
    session: AgentSession,
    ended: watch::Sender<Ended>,
    keeper: Option<AbortHandle>,
}

impl OpenedAgentSession {
    pub(crate) async fn open(client: &Client, wanted: NewAgentSession) -> Result<Self, Error> {
        let NewAgentSession { request, is_kept, on_directives } = wanted;
        let name = keyed(&request.request_id);
        let opened_at = Instant::now();
        let answer = call!(client, agents.open_agent_session(request)).await.map_err(name)?;
        let missing = || Error::of_kit(ErrorReason::Internal, "the server answered without the session");
        let session = answer.session.ok_or_else(missing)?;
        let ended = watch::Sender::new(None);
        let keeper = is_kept.then(|| {
            let ttl = duration_from(session.ttl.as_ref());
            let interval = answer.keep_interval.map_or(ttl / HEARTBEATS_IN_TTL, |one| duration_from(Some(&one)));
            let keeping = Keeping {
                client: client.clone(),
                id: session.agent_session_id.clone(),
                ended: ended.clone(),
                ttl,
                interval,
                on_directives,
            };
            tokio::spawn(keeping.keep_alive(opened_at)).abort_handle()
        });
        Ok(Self { client: client.clone(), session, ended, keeper })
    }

    /// For [`crate::WorkerBuilder::agent_session`], and `agent_session_id` of a claim.
    pub fn id(&self) -> &str {
        &self.session.agent_session_id
    }

    /// As it was opened.
    pub fn session(&self) -> &AgentSession {
        &self.session
    }

    /// Whether it is neither closed nor known to be lost.
    pub fn is_open(&self) -> bool {
        self.ended.borrow().is_none()
    }

    /// Ready when the session has ended: closed by [`Self::close`], or lost, which is the error.
    pub async fn ended(&self) -> Result<(), Error> {
        let mut ended = self.ended.subscribe();
        // The sender lives as long as this session.
        let Ok(result) = ended.wait_for(Option::is_some).await else { return Ok(()) };
        result.clone().unwrap_or(Ok(()))
    }

    /// A heartbeat by hand.
    pub async fn keep(&self) -> Result<KeepAgentSessionResponse, Error> {
        keep(&self.client, self.id(), self.client.timeout).await
    }

    /// Gives its leases and scopes back; the reason is for the receipts of its leases. A session that has ended already
    /// counts as closed.
    pub async fn close(&self, reason: impl Into<String>) -> Result<(), Error> {
        end(&self.ended, Ok(()));
        close(&self.client, self.id(), reason.into()).await
    }
}

impl Drop for OpenedAgentSession {
    fn drop(&mut self) {
        if let Some(keeper) = &self.keeper {
            keeper.abort();
        }
    }
}

pub(crate) async fn close(client: &Client, agent_session_id: &str, reason: String) -> Result<(), Error> {
    let request_id = next_request_id();
    let name = keyed(&request_id);
    let request = proto::CloseAgentSessionRequest { agent_session_id: agent_session_id.to_owned(), reason, request_id };
    match call!(client, agents.close_agent_session(request)).await.map_err(name) {
        Err(error) if !is_gone(&error) => Err(error),
        _ => Ok(()),
    }
}

async fn keep(client: &Client, id: &str, within: Duration) -> Result<KeepAgentSessionResponse, Error> {
    let request = proto::KeepAgentSessionRequest { agent_session_id: id.to_owned(), ..Default::default() };
    call!(client, agents.keep_agent_session(request), within).await
}

/// The server knows of no such session: it was closed, or not heard of in time.
fn is_gone(error: &Error) -> bool {
    error.reason() == ErrorReason::AgentSessionNotFound
}

fn end(ended: &watch::Sender<Ended>, how: Result<(), Error>) {
    ended.send_if_modified(|before| {
        let is_first = before.is_none();
        before.get_or_insert(how);
        is_first
    });
}

struct Keeping {
    client: Client,
    id: String,
    ended: watch::Sender<Ended>,
    ttl: Duration,
    interval: Duration,
    on_directives: Option<OnDirectives>,
}

impl Keeping {
    /// Until the session is closed, has ended, or could not be kept for its TTL.
    async fn keep_alive(self, opened_at: Instant) {
        let mut until = opened_at + self.ttl;
        let mut ended = self.ended.subscribe();
        loop {
            tokio::select! {
                _ = ended.wait_for(Option::is_some) => return,
                () = sleep(self.interval) => {}
            }
            let sent_at = Instant::now();
            match keep(&self.client, &self.id, until.saturating_duration_since(sent_at)).await {
                Ok(kept) => {
                    until = sent_at + self.ttl;
                    if let Some(tell) = self.on_directives.as_ref().filter(|_| !kept.directives.is_empty()) {
                        tell(&kept.directives);
                    }
                }
                Err(error) if is_gone(&error) || Instant::now() >= until => end(&self.ended, Err(error)),
                Err(_) => {}
            }
        }
    }
}
